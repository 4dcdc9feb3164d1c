/*
 * The line in front of keyd.  Requests wait here in the order they came, and
 * keyd gets one question at a time: what it is told of the signers' shares is
 * then still so when it decides, and a request waits for those before it and
 * for no others, from any signer.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/words.h"

#define LINE_MAX	64	/* GATE_CONNS: a place for each client */
#define LINE_MS		20000	/* in line; then keyd is stuck or too slow */

struct runner;

struct waiting {
	uint32_t	 conn;
	bool		 reads;		/* an order to read; else a job */
	uint64_t	 deadline_ms;
	void		*request;	/* as keyd gets it */
	size_t		 len;
};

struct keyd_line {
	struct waiting	 place[LINE_MAX];	/* the first n, in order */
	size_t		 n;
};

/* Copies the request; says so to the client when there is no place. */
void	line_join(struct runner *, uint32_t conn, bool reads,
	    const void *request, size_t len);
bool	line_has(const struct keyd_line *, uint32_t conn);
/* Its client is gone; false when it is not in line. */
bool	line_leave(struct keyd_line *, uint32_t conn);
void	line_clear(struct keyd_line *);		/* all clients are gone */
/* Turns all away. */
void	line_refuse(struct runner *, enum reason, const char *message);

/* Asks keyd the next question once it owes no answer. */
void	line_turn(struct runner *);
/* When the first is to be turned away, or UINT64_MAX. */
uint64_t	line_deadline(const struct keyd_line *);
void	line_timeout(struct runner *);

#endif
