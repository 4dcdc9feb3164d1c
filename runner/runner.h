/*
 * The runner's state: three conversations, the jobs, the queries, the spawner
 * and the measurer.
 */
#ifndef RUNNER_H
#define RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle.h"
#include "history.h"
#include "job.h"
#include "keyd_queue.h"
#include "lib/msg/chan.h"
#include "lib/runtimes.h"
#include "lib/share.h"
#include "prove.h"
#include "query.h"
#include "runtime_leaf.h"
#include "usage.h"

#define JOB_SLOTS		8
#define RUNTIMES_TEXT_MAX	512	/* in a line of text */
#define LEDGERD_SILENT		"ledgerd does not answer; look at the " \
				"appliance's console"
#define STOPPING_TEXT		"the appliance is stopping; try again " \
				"once it is up"

struct runner {
	struct chan	 gate, keyd, ledgerd;
	int		 spawner, measurer, cgroup, signals;
	struct job	 jobs[JOB_SLOTS];
	struct query	 queries[QUERIES];
	struct history	 history;
	struct bundle_budget budget;
	struct keyd_queue keyd_queue;
	struct proves	 proves;
	uint64_t	 keyd_asked_ms;	/* when keyd got its last request */
	bool		 keyd_pending;	/* its reply is outstanding, even if it
					   will be too late */
	struct usage	 usage;
	uint32_t	 last_seq;
	bool		 keyd_up, ledgerd_up;	/* a conversation started */
	bool		 info_asked;	/* gate waits for GATE_INFO_IS */
	bool		 stopping;
	char		 vkey[VKEY_MAX + 1];	/* "" until KEYD_INFO_IS */
	char		 mode[MODE_MAX + 1];
	struct shares	 shares;	/* the defaults until KEYD_INFO_IS */
	struct runtimes	 runtimes;
	bool		 measuring[RUNTIMES_MAX];	/* asked for */
	struct runtime_leaf runtime_leaves[RUNTIMES_MAX];
	char		 runtimes_text[RUNTIMES_TEXT_MAX];	/* "a,b" */
	uint64_t	 memory_total;
	uint64_t	 cpus;		/* all; see cpus.h */
	uint64_t	 jobs_done, tree_size;
};

/* Milliseconds that only grow. */
uint64_t	 now_ms(void);
uint64_t	 uptime_ms(void);

/*
 * Waits at most max_ms (-1: until something happens) and handles all that has
 * happened.  False once the appliance stops and no job is left.
 */
bool		 runner_turn(struct runner *, int max_ms);
/* Gives the peers a short time to take the last messages. */
void		 runner_flush(struct runner *);

/* Reads and handles a channel's messages; see dispatch.c, dispatch_gate.c. */
void		 dispatch_gate(struct runner *);
void		 dispatch_keyd(struct runner *);
void		 dispatch_ledgerd(struct runner *);
/* Reads and handles a reply of the measurer, which must be there. */
void		 dispatch_measurer(struct runner *);

#endif
