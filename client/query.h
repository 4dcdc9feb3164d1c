/*
 * Orders to read: each signed, answered whole, and proven by the receipt of
 * its own leaf before a byte of the answer is shown.
 */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "opts.h"
#include "signed.h"
#include "appliance.h"

struct reader {
	const char	*on, *key, *keyfile;	/* options */
	uint64_t	 wait_s;
	struct reach	 reach;
	struct order	 order;
	struct buf	 pieces;	/* of the answer, as they came */
	size_t		 shown;		/* of them, by reader_next() */
	struct buf	 message;	/* of a refusal, or to be said */
	struct buf	 receipt;
	bool		 renewed;	/* the first order was used up */
	bool		 refused, too_long;
	unsigned	 reason;
};

struct piece {
	unsigned	 stream;	/* 1 or 2 */
	const void	*data;
	size_t		 len;
};

/* The options that all orders to read have, for a table. */
#define READER_OPTS(r)							\
	{ "key", 'k', OPT_TEXT, &(r)->key, 0, 0 },			\
	{ "on", 0, OPT_TEXT, &(r)->on, 0, 0 },				\
	{ "appliance", 'a', OPT_TEXT, &(r)->keyfile, 0, 0 },		\
	{ "wait", 0, OPT_NUMBER, &(r)->wait_s, 0, 3600 }

/*
 * opts_parse() for a table with these; then --key must be there.  Answers as
 * that does.
 */
int	reader_parse(struct reader *, const struct opt *, int argc,
	    char *argv[], const char *args[], int n);

/* Finds the appliance.  Complains and returns -1. */
int	reader_init(struct reader *);
void	reader_free(struct reader *);

/*
 * Orders this verb and its fields, and reads the answer.  Tries again while
 * the appliance is busy.  Complains and returns -1, also when it is refused.
 * Else what is to be said (say_progress) has been said.
 */
int	reader_run(struct reader *, const struct command *);

/* The next piece of the answer; false behind the last. */
bool	reader_next(struct reader *, struct piece *);

/*
 * The same for an answer of one piece that is lines of JSON: the next line,
 * without its newline, whose members are in *l.  1, 0 behind the last; -1 when
 * it is none (complained).
 */
int	reader_line(struct reader *, struct piece *answer, const char **line,
	    size_t *len, struct leaf *l);

/*
 * A subcommand that has these options and --json alone: parses, runs, frees,
 * and answers the exit code.
 */
int	reader_command(int argc, char *argv[], uint64_t wait_s,
	    int (*run)(struct reader *, bool json));
/* The exit code for what a reader's work answered; standard output is out. */
int	reader_exit(struct reader *, int ret);

/* A line of JSON to standard output; what acts on a terminal is escaped. */
void	reader_print_json(const char *json, size_t len);

/* To standard output; what is not printable ASCII becomes `?'. */
void	reader_print(const char *text);

#endif
