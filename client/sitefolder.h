/*
 * An operator's site as a folder, loaded and checked as keyd does it.
 */
#ifndef SITEFOLDER_H
#define SITEFOLDER_H

#include "lib/rules/site.h"

/*
 * Opens DIR, refuses files that are not part of a site, and loads it.  *fdp is
 * the open folder; the caller closes it and frees the site with site_free().
 * Complains and returns -1.
 */
int	sitefolder_load(struct site *, const char *dir, int *fdp);
/* The same for a site that is being written: it may have no signers. */
int	sitefolder_load_draft(struct site *, const char *dir, int *fdp);
/* The same; errors and warnings in its files go to the report. */
int	sitefolder_check(struct site *, const char *dir, int *fdp,
	    const struct rules_report *);

#endif
