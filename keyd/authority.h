/*
 * All that keyd decides by: the site, its key, the nonces it granted and the
 * newest tree it signed.
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
	char		vkey[VKEY_MAX + 1];	/* who this appliance is */
	const char	*mode;			/* "kept" or "ephemeral" */
};

/*
 * Loads all of it; on an appliance's first start makes key, nonces and head.
 * The mode is "ephemeral" until the caller says otherwise.  -1 with *w.
 */
int	authority_open(struct authority *, int statefd, int sitefd,
	    uint64_t now, struct why *w);
void	authority_close(struct authority *);

#endif
