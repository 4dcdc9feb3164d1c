/*
 * Clients that want to see, before they send a request, that the ledger has
 * only grown: PROVE, which needs no signature.
 *
 * They wait in the order in which they came.  ledgerd gets one of these
 * requests at a time, so that the record of a job waits for at most one.
 */
#ifndef PROVE_H
#define PROVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/codes.h"
#include "lib/msg/codec.h"

#define PROVES_MAX	64	/* GATE_CONNS: a place for each client */
#define PROVE_MS	20000	/* then ledgerd hangs or is too slow */

struct runner;

struct prove {
	uint32_t	conn;
	uint64_t	first, second;	/* sizes that the client knows */
	uint64_t	deadline_ms;
};

struct proves {
	size_t		n;
	struct prove	list[PROVES_MAX];	/* the first n */
	bool		asked;		/* ledgerd has the first, as this seq */
	uint32_t	seq;
	bool		orphan;		/* the client of that seq has left */
};

/* Refuses the client when there is no place. */
void	prove_join(struct runner *, uint32_t conn, const struct client_prove *);
bool	prove_has(const struct proves *, uint32_t conn);
/* The client has left; false when it has no request here. */
bool	prove_leave(struct proves *, uint32_t conn);
/* All clients have left. */
void	prove_clear(struct proves *);
/* Refuses all. */
void	prove_refuse(struct runner *, enum reason, const char *message);

/* ledgerd's replies; false when they are for something else. */
bool	prove_done(struct runner *, const struct msg_ledger_proof *);
bool	prove_failed(struct runner *, uint32_t seq, const char *message);
/* A new ledgerd knows of no request. */
void	prove_ledger_reset(struct proves *);

/* Asks ledgerd for the next one if it has none. */
void	prove_turn(struct runner *);
/* When the first is to be refused, or UINT64_MAX. */
uint64_t prove_deadline(const struct proves *);
void	prove_timeout(struct runner *);

#endif
