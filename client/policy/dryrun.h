/* `casemate run --dry-run' on this host: decides, and prints the decision. */
#ifndef DRYRUN_H
#define DRYRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "client/pack.h"

/*
 * Decides by the rules of the site in DIR whether the submitter may run this
 * job of the author's, and prints that with dryrun_print().  1 allowed, 0
 * refused; complains and returns -1.
 */
int	dryrun_decide(const char *dir, const struct pack *,
	    const char *submitter, const char *author, bool verbose);

/*
 * To standard output: the explanation when verbose, then "allowed" or
 * "refused" on a line.
 */
void	dryrun_print(const char *text, size_t len, bool allowed, bool verbose);

#endif
