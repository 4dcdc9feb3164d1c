/*
 * What the runner holds: three conversations, the jobs, and the spawner.
 */
#ifndef RUNNER_H
#define RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle.h"
#include "chan.h"
#include "job.h"

#define JOB_SLOTS		8
#define RUNTIMES_TEXT_MAX	512	/* in GATE_STATUS_IS */
#define MODE_MAX		16	/* kept, ephemeral */

struct runner {
	struct chan	 gate, keyd, ledgerd;
	int		 spawner, cgroup, signals;
	struct job	 jobs[JOB_SLOTS];
	struct bundle_budget budget;
	uint32_t	 last_seq;
	bool		 keyd_up, ledgerd_up;	/* spoken to us once */
	bool		 info_asked;	/* gate waits for GATE_INFO_IS */
	bool		 stopping;
	char		 vkey[VKEY_MAX + 1];	/* "" until keyd told */
	char		 mode[MODE_MAX + 1];
	char		 runtimes[RUNTIMES_TEXT_MAX];
	uint64_t	 memory_total;
	uint64_t	 jobs_done, tree_size;
};

/* Milliseconds that only grow. */
uint64_t	 now_ms(void);
uint64_t	 uptime_ms(void);

/* Whether a runtime of this name is attached. */
bool		 runner_has_runtime(const struct runner *, const char *name);

/* Reads what a channel has and does it; see dispatch.c. */
void		 dispatch_gate(struct runner *);
void		 dispatch_keyd(struct runner *);
void		 dispatch_ledgerd(struct runner *);

#endif
