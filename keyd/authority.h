/*
 * What keyd decides with: the site, its key, the nonces that it granted and
 * the newest tree that it signed.
 */
#ifndef AUTHORITY_H
#define AUTHORITY_H

#include "head.h"
#include "identity.h"
#include "key.h"
#include "nonces.h"
#include "lib/rules/site.h"
#include "lib/why.h"

struct authority {
	struct site	site;
	struct key	key;
	struct nonces	nonces;
	int		statefd;		/* the caller's */
	struct head	head;
	bool		named;			/* the disk has its name */
	bool		ledger_there;		/* ledgerd has said which */
	struct why	refusal;		/* why not this ledger, or "" */
	char		vkey[VKEY_MAX + 1];	/* of the key */
	const char	*mode;			/* "kept" or "ephemeral" */
};

/*
 * Loads all of it.  On an appliance's first start makes key, nonces and head.
 * Sets the mode to "ephemeral"; the caller may change it.  Returns -1 with *w.
 */
int	authority_open(struct authority *, int statefd, int sitefd,
	    uint64_t now, struct why *w);

/*
 * Which ledger is to be signed for.  Until it is known, and if it is not this
 * key's, authority_may_sign() returns -1 with EPERM and *w.
 */
void	authority_see_ledger(struct authority *,
	    const struct identity_ledger *);
/*
 * Records the name if the disk does not have it yet.  After an error of the
 * disk returns -1 with *w and another errno than EPERM.
 */
int	authority_may_sign(struct authority *, struct why *w);
void	authority_close(struct authority *);

#endif
