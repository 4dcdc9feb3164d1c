/*
 * What init records in the ledger.  Nothing here blocks: events wait in
 * ledger_pipe.h.  A stop waits a second for its first leaf and another one for
 * its last, as long as ledgerd is up.
 */
#ifndef RECORD_H
#define RECORD_H

#include <skalibs/tai.h>

#include <stdbool.h>
#include <stdint.h>

#include "halt.h"
#include "ledger_pipe.h"
#include "services.h"
#include "super.h"

#define RECORD_WAIT_MS	1000

/*
 * Leaves about ends of one service: so many, and one more each 10 minutes.  A
 * service that ends again and again writes no more than 150 a day; the next
 * leaf has the number of ends in between.
 */
#define RECORD_ENDS	8
#define RECORD_ENDS_MS	600000

struct record_ends {
	unsigned	left;		/* leaves that may be written now */
	uint64_t	refilled_ms;
	unsigned	unrecorded;
	bool		failing;	/* recorded as degraded */
	const char	*reason;	/* of the signal, "" or NULL: unknown */
};

struct recorder {
	struct ledger_pipe	 pipe;
	struct record_ends	 ends[SERVICE_N];
	uint32_t		 waits_for;	/* an event, or 0 */
	tain			 deadline;	/* for it, or infinite */
	enum halt		 how;
	bool			 stopped_sent;
};

void	record_init(struct recorder *, int in, int out,
	    const struct msg_init_boot *);

void	record_ready(struct recorder *, uint64_t ready_ms);

/* A part of the appliance does not work; see event.def. */
void	record_degraded(struct recorder *, const char *part, const char *name,
	    const char *message);

/*
 * Why the next end of a service comes: the first reason counts, and NULL
 * forgets it.  The text stays the caller's.
 */
void	record_reason(struct recorder *, enum service_id, const char *reason);

/* A service ended before it was stopped; now_ms is of a monotonic clock. */
void	record_end(struct recorder *, enum service_id, const struct super *,
	    uint64_t now_ms);

/*
 * The stop begins.  `ordered_by' is a word of event.def, `service' the one that
 * refuses to start or "".
 */
void	record_stopping(struct recorder *, enum halt how,
	    const char *ordered_by, const char *service);

/* Only ledgerd and keyd are left.  A second call has no effect. */
void	record_stopped(struct recorder *);

/*
 * Whether the stop must still wait for one of these two events, at STAMP.  Logs
 * when the time is over.  `ledgerd': whether it is up.
 */
bool	record_holds(struct recorder *, bool ledgerd);

#endif
