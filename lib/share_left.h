/*
 * What signers have left of their shares: the runner counts it and keyd decides
 * by it.  A signer who has taken nothing is not listed.
 */
#ifndef SHARE_LEFT_H
#define SHARE_LEFT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "share.h"
#include "wire.h"

#define SHARE_LEFT_MAX	48	/* 8 signers with a job, a bundle and a query,
				   20 with 5 % of the ledger, and 4 more */

struct share_left {
	size_t	n;
	struct {
		char		signer[PRINCIPAL_MAX + 1];
		enum share	share;
		uint64_t	left;
	} list[SHARE_LEFT_MAX];
};
#define SHARE_LEFT_WIRE_MAX \
	(4 + SHARE_LEFT_MAX * (4 + PRINCIPAL_MAX + 1 + 8))

/* UINT64_MAX for one who has taken nothing. */
uint64_t	share_left_of(const struct share_left *, enum share,
		    const char *signer);
/* The signer's entry; a new one starts with `whole'. */
uint64_t	*share_left_entry(struct share_left *, enum share,
		    const char *signer, uint64_t whole);
void	share_left_put(struct put *, const struct share_left *);
/* A malformed message sets the get's error. */
void	share_left_get(struct get *, struct share_left *);

#endif
