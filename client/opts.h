/*
 * Options of a subcommand, from one table: "--name VALUE", "--name=VALUE",
 * a few single letters, arguments anywhere, "--" before arguments that begin
 * with a dash.
 */
#ifndef OPTS_H
#define OPTS_H

#include <stddef.h>
#include <stdint.h>

enum opt_kind {
	OPT_FLAG,	/* bool */
	OPT_TEXT,	/* const char * */
	OPT_LIST,	/* struct opt_list */
	OPT_NUMBER,	/* uint64_t, decimal, min to max */
	OPT_SIZE,	/* the same with K, M, G, T */
};

#define OPT_LIST_MAX	16	/* runtimes of one appliance */

struct opt_list {
	const char	*item[OPT_LIST_MAX];
	size_t		 n;
};

struct opt {
	const char	*name;	/* without dashes; NULL ends the table */
	char		 letter;	/* or 0 */
	enum opt_kind	 kind;
	void		*dst;
	uint64_t	 min, max;
};

/*
 * Parses what follows the subcommand's name (argv[0]).  Puts its arguments,
 * at least `need' and at most `max', into args.  Answers how many there are;
 * complains and returns -1 for everything else.
 */
int	opts_parse(const struct opt *, int argc, char *argv[],
	    const char *args[], int need, int max);

#endif
