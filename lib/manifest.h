/*
 * A manifest: what one job is, as its author says it in strict YAML
 * (casemate-manifest(5)).  Its memory is its own; manifest_free() releases it.
 */
#ifndef MANIFEST_H
#define MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capability.h"
#include "lib/doc/doc.h"
#include "limit.h"
#include "name.h"
#include "wire.h"

#define MANIFEST_ARGS_MAX	64
#define MANIFEST_ENV_MAX	64
#define MANIFEST_VARIABLE_MAX	127	/* the name of one in env */
#define MANIFEST_FILES_MAX	256
#define MANIFEST_TEXT_MAX	4096	/* one argument, one NAME=value */
/* A file is the member files/PATH of a bundle, and NAME_PATH_MAX is a member's. */
#define MANIFEST_PATH_MAX	(NAME_PATH_MAX - (int)sizeof("files"))
#define MANIFEST_SECRETS_MAX	16	/* a job is one task with a few keys */
/* A text of up to this is parsed, so that an error names the line. */
#define MANIFEST_READ_MAX	(4u << 20)
#define MANIFEST_LABEL	"standard"	/* class and profile, unless given */

struct manifest_file {
	char		*path;		/* name_check_path() */
	unsigned char	 sha256[DIGEST_LEN];
	bool		 executable;
};

struct manifest {
	char		 name[NAME_MAX_LEN + 1];
	char		 class[NAME_MAX_LEN + 1];
	char		 profile[NAME_MAX_LEN + 1];
	char		 runtime[NAME_MAX_LEN + 1];	/* "" is none */
	uint32_t	 capabilities;			/* capability_has() */
	size_t		 nsecrets, nargs, nenv, nfiles;
	char		 secrets[MANIFEST_SECRETS_MAX][NAME_MAX_LEN + 1];
	char		*args[MANIFEST_ARGS_MAX + 1];	/* NULL-terminated */
	char		*env[MANIFEST_ENV_MAX + 1];	/* "NAME=value" */
	struct manifest_file files[MANIFEST_FILES_MAX];
	struct limits	 limits;
};

/* manifest_parse() limits all texts together; the rest is the wire's. */
#define MANIFEST_WIRE_MAX	(MANIFEST_MAX +				\
	4 * (4 + NAME_MAX_LEN) + CAPABILITY_WIRE_MAX +			\
	4 * (4 + MANIFEST_SECRETS_MAX + MANIFEST_ARGS_MAX +		\
	MANIFEST_ENV_MAX) + MANIFEST_FILES_MAX * (4 + 4 + DIGEST_LEN + 1) + \
	LIMITS_WIRE_MAX)

/* Empty, with the defaults: MANIFEST_LABEL, limit.def, and nothing else. */
void	manifest_init(struct manifest *);
/* Wipes it first: env and args may hold secrets. */
void	manifest_free(struct manifest *);

/*
 * Reads a text, called `file' in messages, into a manifest that
 * manifest_init() made.  Returns -1 with *e and EBADMSG or ENOMEM.  The caller
 * frees the manifest in any case.  Takes at most 1 MiB beside the manifest for
 * a text of MANIFEST_MAX bytes.
 */
int	manifest_parse(struct manifest *, const char *file, const void *text,
	    size_t len, struct doc_error *e);
/*
 * The same for a manifest in a case for rules, a node of a document from
 * doc_read_yaml_text(): only the name is required, and what rules are not
 * asked about has no fields.
 */
int	manifest_parse_case(struct manifest *, const struct doc *,
	    uint32_t node, struct doc_error *e);

/* Whether a file of the manifest lies below this folder. */
bool	manifest_has_folder(const struct manifest *, const char *path);

void	manifest_put(struct put *, const struct manifest *);
/*
 * Fills a manifest that manifest_init() made; the caller frees it in any case.
 * The get's error is EBADMSG or ENOMEM.
 */
void	manifest_get(struct get *, struct manifest *);

#endif
