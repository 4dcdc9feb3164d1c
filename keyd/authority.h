/*
 * What keyd decides with: the site, its key, the nonces that it granted and
 * the newest tree that it signed.
 */
#ifndef AUTHORITY_H
#define AUTHORITY_H

#include "head.h"
#include "key.h"
#include "nonces.h"
#include "lib/rules/site.h"
#include "lib/why.h"

struct authority {
	struct site	site;
	struct key	key;
	struct nonces	nonces;
	struct head	head;
	char		vkey[VKEY_MAX + 1];	/* of the key */
	const char	*mode;			/* "kept" or "ephemeral" */
};

/*
 * Loads all of it.  On an appliance's first start makes key, nonces and head.
 * Sets the mode to "ephemeral"; the caller may change it.  Returns -1 with *w.
 */
int	authority_open(struct authority *, int statefd, int sitefd,
	    uint64_t now, struct why *w);
void	authority_close(struct authority *);

#endif
