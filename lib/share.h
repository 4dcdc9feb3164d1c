/* What one signer may have of what all signers share, from share.def. */
#ifndef SHARE_H
#define SHARE_H

#include <stdint.h>

#include "why.h"
#include "wire.h"

enum share {
#define SHARE(name, setting, least, most, usual, what, todo)	SHARE_##name,
#include "share.def"
#undef SHARE
	SHARE_COUNT
};

struct share_info {
	const char	*setting;
	uint64_t	 least, most, usual;
	const char	*what, *todo;
};

/* A site's settings, each in its row's unit: jobs, queries or percent. */
struct shares {
	uint64_t	most[SHARE_COUNT];
};
#define SHARES_WIRE_MAX	(4 + SHARE_COUNT * 8)

const struct share_info	*share_info(enum share);

/* The defaults. */
void	shares_init(struct shares *);

/* The share as percent of the whole, rounded down but never 0. */
uint64_t	shares_part(const struct shares *, enum share, uint64_t whole);

/* Says that the signer has the whole share.  Returns -1 as why_set(). */
int	shares_refuse(const struct shares *, enum share, const char *signer,
	    struct why *w);

void	shares_put(struct put *, const struct shares *);
/* A share out of its range sets the get's error. */
void	shares_get(struct get *, struct shares *);

#endif
