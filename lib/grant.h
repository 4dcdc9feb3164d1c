/*
 * A grant: keyd's decision for the runner, a complete typed plan of one job's
 * sandbox.  Also what parsing a manifest fills in.  Everything is copied into
 * the grant's own memory; grant_free() releases it.
 */
#ifndef GRANT_H
#define GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "wire.h"

#define GRANT_ARGS_MAX	64
#define GRANT_ENV_MAX	64
#define GRANT_FILES_MAX	256
#define GRANT_PATH_MAX	255	/* what a ustar header holds */
#define GRANT_TEXT_MAX	4096	/* one argument, one NAME=value */
#define GRANT_SECRETS_MAX 16	/* a job is one task with a few keys */
#define GRANT_LABEL	"standard"	/* class and profile, unless given */

enum capability {
#define CAPABILITY(name, word)	CAPABILITY_##name,
#include "capability.def"
#undef CAPABILITY
	CAPABILITY_COUNT
};

#define CAPABILITIES_TEXT_MAX	256	/* all of their words, with commas */

struct grant_file {
	char		*path;		/* relative, clean: no "..", no "//" */
	unsigned char	 sha256[DIGEST_LEN];
	bool		 executable;
};

struct grant_limits {
	uint32_t	cpu_millis;	/* thousandths of one CPU */
	uint64_t	memory_bytes;
	uint32_t	processes;
	uint64_t	wall_ms;
	uint64_t	output_bytes;	/* stdout and stderr together */
	uint64_t	tmp_bytes;	/* /tmp; counts as memory too */
};

struct grant {
	char		 job[JOB_ID_LEN + 1];
	char		 name[NAME_MAX_LEN + 1];
	char		 author[PRINCIPAL_MAX + 1];
	char		 submitter[PRINCIPAL_MAX + 1];
	unsigned char	 command_sha256[DIGEST_LEN];
	unsigned char	 manifest_sha256[DIGEST_LEN];
	unsigned char	 bundle_sha256[DIGEST_LEN];
	uint64_t	 bundle_len;
	char		 class[NAME_MAX_LEN + 1];	/* the policy's labels */
	char		 profile[NAME_MAX_LEN + 1];
	char		 runtime[NAME_MAX_LEN + 1];	/* "" is none */
	unsigned char	 runtime_sha256[DIGEST_LEN];	/* zeros: no runtime */
	uint32_t	 capabilities;	/* bit n: enum capability n */
	size_t		 nsecrets, nargs, nenv, nfiles;
	char		 secrets[GRANT_SECRETS_MAX][NAME_MAX_LEN + 1];
	char		*args[GRANT_ARGS_MAX + 1];	/* NULL-terminated */
	char		*env[GRANT_ENV_MAX + 1];	/* "NAME=value" */
	struct grant_file files[GRANT_FILES_MAX];
	struct grant_limits limits;
};

/*
 * Defaults: class and profile "standard", no capability, 1 CPU, 256 MiB, 64
 * processes, 60 s, 1 MiB output, 64 MiB /tmp.
 */
void	grant_init(struct grant *);
/* Wipes it first: what one job was given is no other one's business. */
void	grant_free(struct grant *);
void	grant_put(struct put *, const struct grant *);
/*
 * Fills a grant that grant_init() made.  A capability that this program does
 * not know is malformed, too: what it cannot enforce it does not run.  -1:
 * EBADMSG or ENOMEM; free it.
 */
int	grant_get(struct get *, struct grant *);

bool	grant_has(const struct grant *, enum capability);
/* The granted words in the order of their table: "a,b", or "". */
const char *grant_capabilities(const struct grant *,
	    char text[CAPABILITIES_TEXT_MAX]);

const char *capability_word(enum capability);
/* The capability of that name, or CAPABILITY_COUNT when there is none. */
enum capability	capability_find(const char *word);

/*
 * 0 when a path may name a file of a bundle: 1 to GRANT_PATH_MAX bytes of
 * UTF-8 without control characters, relative, no empty, "." or ".." component.
 */
int	grant_check_path(const char *);

/* A name: [a-z0-9] then up to 62 of [a-z0-9-].  0 when it is one. */
int	grant_check_name(const char *);

#endif
