/*
 * The permissions that a submitted command needs: to run its manifest, for
 * each capability, for each limit above the default, for each secret.  Each
 * has a Cedar request; casemate.cedarschema has their types.
 */
#ifndef PERMISSION_H
#define PERMISSION_H

#include <stddef.h>
#include <stdint.h>

#include "cedar/data/entities.h"
#include "context.h"
#include "lib/manifest.h"
#include "lib/who.h"

enum permission_kind {
	PERMISSION_RUN,
	PERMISSION_USE,
	PERMISSION_EXCEED,
	PERMISSION_LEASE,
	PERMISSION_KINDS
};

struct permission {
	enum permission_kind	kind;
	char			resource[NAME_MAX_LEN + 1];
	/* Of a limit, in its unit. */
	uint64_t		wanted, usual;
	/* Of a secret, its place in the manifest's list. */
	size_t			index;
};

#define PERMISSIONS_MAX	(1 + CAPABILITY_COUNT + LIMIT_COUNT + \
			    MANIFEST_SECRETS_MAX)

/* Fills the list, PERMISSION_RUN first.  Returns how many there are. */
size_t	permission_list(const struct manifest *,
	    struct permission list[PERMISSIONS_MAX]);

/*
 * Makes the request in the arena.  Its context has author, submitter, and the
 * manifest's name, digest, class, profile, runtime and limits.  Returns -1
 * with ENOMEM.
 */
int	permission_request(const struct permission *, const struct who *,
	    const struct manifest *, const struct rules_context *,
	    struct arena *, struct authz_request *);

/* The action's name: "run", "use", "exceed", "lease". */
const char *permission_action(enum permission_kind);

#define PERMISSION_TEXT_MAX	160

/* "use exec-memory", "exceed memory_mib (512; 256 needs no rule)". */
const char *permission_format(const struct permission *,
	    char dst[PERMISSION_TEXT_MAX]);
/*
 * The same for the ledger: a secret is named by its place in the manifest,
 * since its name is a text of the author's.
 */
const char *permission_format_public(const struct permission *,
	    char dst[PERMISSION_TEXT_MAX]);

#endif
