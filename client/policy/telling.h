/*
 * Counts the findings of a site and prints the first ones of each kind.  A kind
 * is a message without the texts and numbers in it.
 */
#ifndef POLICY_TELLING_H
#define POLICY_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/doc/error.h"
#include "lib/rules/rules.h"

#define TELLING_KINDS	64	/* those of more kinds are all printed */
#define TELLING_SHOWN	10	/* of a kind; more of them tell nothing new */

struct telling {
	const char	*dir;		/* NULL, or before the file's name */
	bool		 all;		/* prints every finding */
	bool		 strict;	/* warnings are errors */
	size_t		 nerrors, nwarnings, nhidden;
	size_t		 nkinds;
	struct telling_kind {
		uint32_t	hash;
		unsigned	n;
	} kinds[TELLING_KINDS];
	/* To report to; its context is this struct. */
	struct rules_report report;
};

void	telling_init(struct telling *, const char *dir);
/* Prints how many findings were not printed, if any. */
void	telling_end(const struct telling *);

#endif
