/*
 * The history: accepted jobs of this boot that are over, at most HISTORY_MAX,
 * with the end of their output.  When it is full, the oldest job of the signer
 * who has most of them is dropped, so that one signer's many jobs do not push
 * out another's.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdint.h>

#include "lib/msg/msg.h"
#include "tail.h"
#include "lib/codes.h"

#define HISTORY_MAX	16	/* about 70 KiB each */

struct history_job {
	char		 job[JOB_ID_LEN + 1];	/* "": no job */
	char		 name[NAME_MAX_LEN + 1];
	char		 author[PRINCIPAL_MAX + 1];
	char		 submitter[PRINCIPAL_MAX + 1];
	enum outcome	 outcome;
	uint32_t	 status;
	uint64_t	 started;	/* unix seconds */
	uint64_t	 wall_ms;
	struct tail	*tail;		/* of its output; NULL: no memory */
};

struct history {
	size_t			 n;
	struct history_job	 list[HISTORY_MAX];	/* the oldest first */
};

struct runner;
struct job;

/* Adds an accepted job that is over, and takes over its tail. */
void	history_add(struct runner *, struct job *);
/* The nth, the oldest first; NULL past the end. */
const struct history_job *history_at(const struct runner *, size_t n);
/* The tail of a job that runs or is in the history, or NULL. */
const struct tail *history_tail(const struct runner *, const char *job);

#endif
