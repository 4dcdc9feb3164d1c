/*
 * What the runner holds: three conversations, the jobs, those who read, the
 * spawner and the measurer.
 */
#ifndef RUNNER_H
#define RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle.h"
#include "lib/msg/chan.h"
#include "job.h"
#include "keyd_queue.h"
#include "history.h"
#include "query.h"
#include "lib/runtimes.h"
#include "lib/share.h"
#include "usage.h"

#define JOB_SLOTS		8
#define RUNTIMES_TEXT_MAX	512	/* in a line of text */
#define STOPPING_TEXT		"the appliance is stopping; try again " \
				"once it is up"
#define KEYD_ROOM		(128u << 10)	/* a submission, and some */
/*
 * With what chan_room() keeps: two events of 16 KiB for each job, and one for
 * each who reads.  A ledgerd that does not read ends no runner.
 */
#define LEDGER_ROOM		(160u << 10)

struct runner {
	struct chan	 gate, keyd, ledgerd;
	int		 spawner, measurer, cgroup, signals;
	struct job	 jobs[JOB_SLOTS];
	struct past	 past[PAST_MAX];	/* the oldest first */
	size_t		 npast;
	struct reader	 readers[READERS];
	struct bundle_budget budget;
	struct keyd_line	 line;
	uint64_t	 asked_ms;	/* when keyd got its last question */
	bool		 keyd_owes;	/* its answer, though it be too late */
	struct taken	 taken;
	uint32_t	 last_seq;
	bool		 keyd_up, ledgerd_up;	/* spoken to us once */
	bool		 info_asked;	/* gate waits for GATE_INFO_IS */
	bool		 stopping;
	char		 vkey[VKEY_MAX + 1];	/* "" until keyd told */
	char		 mode[MODE_MAX + 1];
	struct shares	 shares;	/* the defaults until keyd told */
	struct runtimes	 runtimes;
	bool		 measuring[RUNTIMES_MAX];	/* asked for */
	char		 runtimes_text[RUNTIMES_TEXT_MAX];	/* "a,b" */
	uint64_t	 memory_total;
	uint64_t	 jobs_done, tree_size;
};

/* Milliseconds that only grow. */
uint64_t	 now_ms(void);
uint64_t	 uptime_ms(void);

/* Reads what a channel has and does it; see dispatch.c, dispatch_gate.c. */
void		 dispatch_gate(struct runner *);
void		 dispatch_keyd(struct runner *);
void		 dispatch_ledgerd(struct runner *);
/* Takes one answer of the measurer's, which is there. */
void		 dispatch_measurer(struct runner *);
/* Nothing may be left of a message; exits 110 when it is malformed. */
void		 dispatch_end(struct get *, const char *what);

#endif
