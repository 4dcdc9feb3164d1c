/*
 * Queries: signed commands to read or to forget.  The whole answer is read, and
 * the receipt of the query's own leaf verified, before any of it is shown.
 */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "opts.h"
#include "session.h"

struct client_query {
	struct session	 session;
	bool		 json;		/* option, see QUERY_JSON_OPT */
	struct buf	 answer;	/* READ_DATA payloads as they came */
	size_t		 shown;		/* of them, by query_next() */
	bool		 too_long;
	uint64_t	 recorded;	/* the query's own leaf */
	struct buf	 note;		/* compared by query_compare() */
};

/* One READ_DATA. */
struct query_data {
	unsigned	 stream;	/* enum query_stream */
	const void	*data;
	size_t		 len;
};

/* The options that all queries have; `at' is the place of the query. */
#define QUERY_OPTS(at)							\
	{ "key", 'k', OPT_TEXT,						\
	    (at) + offsetof(struct client_query, session.key), "KEY",	\
	    "the key that signs the query", .needed = OPT_FORM_1 },	\
	SESSION_OPTS((at) + offsetof(struct client_query, session), 0)

/* The option of those that print lines of JSON. */
#define QUERY_JSON_OPT							\
	{ "json", 0, OPT_FLAG, offsetof(struct client_query, json), NULL, \
	    .help = "print JSON, one object a line" }

/*
 * Sends a command of this verb and its fields, and reads the answer.  Tries
 * again while the appliance is busy.  Complains and returns -1, also when it
 * is refused.  The session must be open.
 */
int	query_run(struct client_query *, const struct command *);

/* The next part of the answer; false past the last. */
bool	query_next(struct client_query *, struct query_data *);
/* The same for a part in this stream; false when the next is in another. */
bool	query_next_in(struct client_query *, enum query_stream,
	    struct query_data *);

/*
 * Compares the checkpoint of a verified receipt in the answer with those that
 * the appliance has shown, as that of the query's own receipt.  Complains and
 * returns -1 when they contradict each other.
 */
int	query_compare(struct client_query *, const struct query_data *receipt);

/*
 * For an answer that is lines of JSON in one READ_DATA: the next line without
 * its newline, and its members in *l.  `rest' is all zeros at first.  1, or 0
 * past the last; complains and returns -1 when it is not JSON.
 */
int	query_next_line(struct client_query *, struct query_data *rest,
	    const char **line, size_t *len, struct parsed_leaf *l);

/* Frees, and returns the exit code for `ret'; flushes standard output. */
int	query_exit(struct client_query *, int ret);

/* A line of JSON to standard output, with what acts on a terminal escaped. */
void	query_print_json(const char *json, size_t len);

/* To standard output, with `?' for what is not printable ASCII. */
void	query_print(const char *text);

#endif
