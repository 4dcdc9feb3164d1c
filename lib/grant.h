/*
 * A grant: keyd's decision for the runner, which is all that one job's sandbox
 * is made from.  Its memory is its own; grant_free() releases it.
 */
#ifndef GRANT_H
#define GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "manifest.h"
#include "who.h"
#include "wire.h"

struct grant {
	struct who	 who;
	struct manifest	 manifest;
	unsigned char	 runtime_sha256[DIGEST_LEN];	/* as measured */
	unsigned char	 bundle_sha256[DIGEST_LEN];
	uint64_t	 bundle_len;
};

#define GRANT_WIRE_MAX	(WHO_WIRE_MAX + MANIFEST_WIRE_MAX +	\
	2 * (4 + DIGEST_LEN) + 8)

/* An empty one, with a manifest's defaults. */
void	grant_init(struct grant *);
/* Wipes it first: no other job may see what one was given. */
void	grant_free(struct grant *);

void	grant_put(struct put *, const struct grant *);
/*
 * Fills a grant that owns nothing; the caller frees it in any case.  -1:
 * EBADMSG or ENOMEM.
 */
int	grant_get(struct get *, struct grant *);

/*
 * What is known of a job that keyd refuses.  Its grant is filled as far as it
 * was verified.  The manifest is all there or, if it was not read, empty, with
 * zeros as limits: its name is "" then.
 */
struct denial {
	struct grant	grant;
};

#define DENIAL_WIRE_MAX	(1 + GRANT_WIRE_MAX)

/* As the functions of a grant. */
void	denial_put(struct put *, const struct denial *);
int	denial_get(struct get *, struct denial *);

#endif
