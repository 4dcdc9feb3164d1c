/*
 * What the files behind cedar.h share: the objects that it declares, and the
 * conversion of errors.
 */
#ifndef CEDAR_API_H
#define CEDAR_API_H

#include "cedar/cedar.h"
#include "cedar/data/entities.h"
#include "cedar/data/policy.h"
#include "cedar/eval/decider.h"
#include "cedar/schema/schema.h"
#include "lib/doc/doc.h"
#include "lib/doc/put.h"

struct cedar_schema {
	struct schema		 schema;
};

struct cedar_policies {
	struct policies		 set;
};

struct cedar_entities {
	struct entities		 store;
};

struct cedar_request {
	struct arena		 arena;
	struct authz_request	 request;
};

struct cedar_decider {
	struct decider		 decider;
	struct authz_decision	 last;
};

/* Copies the error unless dst is NULL; errno stays. */
void	api_error(struct cedar_error *dst, const struct doc_error *);
/* Frees p, reports that memory is exhausted, and returns NULL. */
void	*api_error_memory(void *p, struct cedar_error *);

/* The schema, or NULL. */
const struct schema *api_schema(const struct cedar_schema *);

/*
 * Calls `write' with a buffer that grows until all fits, and returns the text
 * with a NUL after it.  NULL when `write' fails (errno as it left it) or
 * memory is exhausted.
 */
typedef int api_write_fn(struct put *, void *ctx);
char	*api_write(api_write_fn *, void *ctx);

#endif
