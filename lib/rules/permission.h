/*
 * What one submitted command asks for, and the Cedar request for each thing:
 * to run its manifest at all, each capability, each limit above the default,
 * each secret.  casemate.cedarschema has what the requests look like.
 */
#ifndef ASK_H
#define ASK_H

#include <stddef.h>
#include <stdint.h>

#include "cedar/data/entities.h"
#include "lib/manifest.h"
#include "lib/who.h"

enum ask_kind { ASK_RUN, ASK_USE, ASK_EXCEED, ASK_LEASE };
#define ASK_KINDS	(ASK_LEASE + 1)

struct ask {
	enum ask_kind	kind;
	char		what[NAME_MAX_LEN + 1];	/* the resource's name */
	uint64_t	asked, fallback;	/* ASK_EXCEED: in its unit */
};

#define ASKS_MAX	(1 + CAPABILITY_COUNT + LIMIT_COUNT + \
			    MANIFEST_SECRETS_MAX)

/* What the appliance knows itself; the command has the rest. */
struct scene {
	uint64_t	 now;	/* unix seconds */
	const char	*boot;	/* kept or ephemeral */
	unsigned char	 runtime_sha256[DIGEST_LEN];	/* or zeros */
};

/* Fills the list, run first; answers how many. */
size_t	asks_of(const struct manifest *, struct ask asks[ASKS_MAX]);

/*
 * The request: its parts live in the arena.  Author, submitter, and the
 * manifest's name, digest, class, profile, runtime and limits are in its
 * context.  -1 with ENOMEM.
 */
int	ask_request(const struct ask *, const struct who *,
	    const struct manifest *, const struct scene *, struct arena *,
	    struct authz_request *);

/* "run", "use", "exceed", "lease": the action's name. */
const char *ask_action(enum ask_kind);

#define ASK_TEXT_MAX	160

/* "use exec-memory", "exceed memory_mib (512; 256 needs no rule)". */
const char *ask_format(const struct ask *, char dst[ASK_TEXT_MAX]);

#endif
