/*
 * Reading a question to cedar_driver and the documents in it.
 */
#ifndef CEDAR_REFEREE_DRIVER_READ_H
#define CEDAR_REFEREE_DRIVER_READ_H

#include <stdbool.h>

#include "lib/doc/doc.h"
#include "cedar/data/entities.h"
#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"
#include "lib/wire.h"

#define DRIVER_LINE_MAX	(32u * 1024 * 1024)

struct question {
	struct doc		 doc;	/* the question */
	struct put		*out;
	struct doc_error	 e;
};

/* Ends the program: the question itself is wrong, or memory is exhausted. */
_Noreturn void	driver_die(const char *what);

/* The string in a required field. */
const struct str *driver_need(const struct question *, const char *name);

/*
 * Each returns -1 with the question's error and nothing to free.  Policies are
 * in "est", a set in JSON, or else in "text" with "links"; a schema is in
 * "schema" or "schemaJson", *has is false when there is neither.
 */
int	driver_read_field(struct question *, const char *name, size_t max,
	    struct doc *);
int	driver_read_policies(struct question *, struct policies *);
int	driver_read_schema(struct question *, struct schema *, bool *has);
int	driver_read_entities(struct question *, struct entities *,
	    const struct schema *);

#endif
