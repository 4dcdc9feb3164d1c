/*
 * An operator's site as a folder: loaded and checked as keyd does, with every
 * complaint said.
 */
#ifndef SITEFOLDER_H
#define SITEFOLDER_H

#include "lib/rules/site.h"

/*
 * Opens DIR, refuses names in it that are no part of a site, and loads it.
 * The descriptor stays the caller's.  Complains and returns -1; else the site
 * is freed with site_free().
 */
int	sitefolder_load(struct site *, const char *dir, int *fdp);
/* The same for a site that is being written: nobody need be able to sign. */
int	sitefolder_load_draft(struct site *, const char *dir, int *fdp);
/* The same, and errors and warnings in its files are told and not said. */
int	sitefolder_check(struct site *, const char *dir, int *fdp,
	    const struct rules_report *);

#endif
