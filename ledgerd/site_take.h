/*
 * The site's files on their way from keyd to the leaf of the start, one part at
 * a time.  They are evidence then: for each file its name, which begins with
 * "site/", and its content; last the list of their digests.
 */
#ifndef SITE_TAKE_H
#define SITE_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/msg/codec.h"
#include "lib/sha256.h"

struct site_take {
	uint32_t	 files;		/* to come; 0: none is taken */
	uint32_t	 file;		/* the one that comes */
	uint64_t	 offset;	/* how much of it has come */
	struct sha256	 hash;		/* of that */
	struct put	 evidence, sums;
};

/*
 * Begins, or begins again.  Exits 110 for more than a site may have, 111
 * without memory.
 */
void	site_take_begin(struct site_take *, const struct msg_site_is *);
void	site_take_free(struct site_take *);

/* Whether there is a part to be asked for: of `file', from `offset' on. */
bool	site_take_waits(const struct site_take *);
/*
 * Takes it.  After the last part, checks all against the site's digest.  Exits
 * 110 when it is not what was asked for or not that site.
 */
void	site_take_part(struct site_take *, const struct msg_site_part *,
	    const unsigned char sha256[DIGEST_LEN]);

/* All of them, or nothing. */
struct bytes	site_take_evidence(const struct site_take *);

#endif
