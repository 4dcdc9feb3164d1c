/*
 * Commands and their options.  From one table of options a command's words
 * are parsed and its usage is printed.
 */
#ifndef OPTS_H
#define OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum opt_kind {
	OPT_FLAG,	/* bool */
	OPT_TEXT,	/* const char * */
	OPT_WORD,	/* const char *, one of the words in `value': "a|b|c" */
	OPT_LIST,	/* struct opt_list */
	OPT_NUMBER,	/* uint64_t, decimal, min to max */
	OPT_SIZE,	/* the same with K, M, G, T */
};

#define OPT_LIST_MAX	16	/* runtimes of one appliance */

struct opt_list {
	const char	*item[OPT_LIST_MAX];
	size_t		 n;
};

/* Forms of a command, as bits. */
#define OPT_FORM_1	1u
#define OPT_FORM_2	2u
#define OPT_FORMS_MAX	2

struct opt {
	const char	*name;		/* without dashes; NULL ends a table */
	char		 letter;	/* or 0 */
	enum opt_kind	 kind;
	size_t		 at;		/* of the variable in its struct */
	const char	*value;		/* in the usage: "FILE" */
	const char	*help;		/* one line */
	unsigned	 forms;		/* that have it; 0: all */
	unsigned	 needed;	/* forms that cannot be without it */
	bool		 or_next;	/* in the usage: this or the next row */
	uint64_t	 min, max;
};

/*
 * A command, and by `subcommands' a group of commands.  A group may have a
 * function of its own, for words that begin with an option.
 */
struct cmd {
	const char	*name, *summary;
	const char	*forms[OPT_FORMS_MAX];	/* arguments: "DIR [FILE]..." */
	int		 min_args, max_args;
	const struct opt *opts;		/* NULL: none */
	/*
	 * Called with the command's name as argv[0].  Returns the exit code,
	 * or CMD_USAGE after a complaint about its words.
	 */
	int		(*run)(int argc, char *argv[]);
	const struct cmd *const *subcommands;	/* NULL ends them */
	int		 failed;	/* code instead of 100 and 111, or 0 */
};

#define CMD_USAGE	(-1)

/*
 * Parses what follows argv[0]: "--name VALUE", "--name=VALUE", single letters,
 * arguments anywhere, "--" before arguments that begin with a dash.  Sets the
 * options' variables in the struct at `dst', puts arguments into args, and
 * returns how many there are.  Complains and returns -1 for words that the
 * command does not have, and when an option is missing that all of its forms
 * need or has an empty value.  If an option that is not a list is given twice,
 * the last value counts.
 */
int	opts_parse(const struct cmd *, void *dst, int argc, char *argv[],
	    const char *args[]);

/* The command's forms after the words before it: "casemate policy". */
void	opts_print_usage(FILE *, const char *before, const struct cmd *);
/* The same, and a line for each option or subcommand. */
void	opts_print_help(FILE *, const char *before, const struct cmd *);

#endif
