/* What `casemate run --dry-run' decides on this host, and how it says it. */
#ifndef DRYRUN_H
#define DRYRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "client/pack.h"

/*
 * Whether the rules of the site in DIR would let the submitter run this job of
 * the author's, and says so as dryrun_print() does.  1 allowed, 0 refused;
 * complains and returns -1.
 */
int	dryrun_decide(const char *dir, const struct pack *,
	    const char *submitter, const char *author, bool verbose);

/*
 * To standard output: the explanation when verbose, then "allowed" or
 * "refused" on a line.
 */
void	dryrun_print(const char *text, size_t len, bool allowed, bool verbose);

#endif
