/*
 * One job, from its submission to the answer that its client gets.
 *
 *	FREE --submit--> DECIDE --grant--> RECEIVE --bundle--> BUILD
 *	    (DECIDE --measure--> MEASURE --measured--> DECIDE)
 *	    --ready--> ACCEPT --committed--> RUN --end--> END --gone-->
 *	    RECORD --committed--> FREE
 *	    (END --late--> RECORD --committed--> LINGER --gone--> FREE)
 *
 * An error before RUN sets a refusal as the verdict and leads through END (when
 * there are processes) and RECORD to the same end.  The first verdict holds.
 *
 * A slot is free only once its control group is removed.  END has a time limit:
 * if some processes are killed but not gone by then, the job is recorded with
 * its figures of that moment, and its slot lingers.
 */
#ifndef JOB_H
#define JOB_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bundle.h"
#include "lib/grant.h"
#include "lib/msg/codec.h"
#include "lib/sha256.h"
#include "lib/codes.h"
#include "runner/jail/cgroup.h"
#include "runner/jail/cpus.h"
#include "runner/jail/spawn.h"
#include "tail.h"

struct runner;
struct report;

enum job_state {
	JOB_FREE,
	JOB_DECIDE,	/* keyd has it */
	JOB_MEASURE,	/* its runtime is being measured, for keyd */
	JOB_RECEIVE,	/* the bundle comes in */
	JOB_BUILD,	/* its first process makes the sandbox */
	JOB_ACCEPT,	/* ledgerd has its job.accepted */
	JOB_RUN,
	JOB_END,	/* killed, or ended by itself; the rest ends */
	JOB_RECORD,	/* ledgerd has its job.finished or job.refused */
	JOB_LINGER,	/* its end is sent; its control group is not empty */
};

/* How it ended or why it was refused, with the message. */
struct job_verdict {
	enum { VERDICT_NONE, VERDICT_REFUSED, VERDICT_ENDED } kind;
	enum reason	 reason;
	enum outcome	 outcome;
	uint32_t	 status;
	char		 message[TEXT_MAX];
};

struct job_stream {
	struct sha256	 hash;
	uint64_t	 bytes;
};

struct job {
	enum job_state	 state;
	unsigned	 slot;
	uint32_t	 conn;
	bool		 attached;	/* its client has not left */
	uint32_t	 seq;		/* of the outstanding request */
	uint64_t	 deadline_ms;	/* of the state */
	bool		 accepted;	/* job.accepted is committed */
	bool		 recordable;	/* its command's signature holds */
	bool		 accept_pending;	/* ledgerd has job.accepted */
	bool		 decide_pending;	/* DECIDE: keyd has it */
	bool		 gone;		/* process 1 has ended */
	bool		 late;		/* recorded before all were gone */
	uint64_t	 ended_ms;	/* when END began; 0: not yet */
	uint8_t		 full;		/* at its end: enum report_full */
	uint32_t	 reached;	/* limits, a bit each */
	void		*submission;	/* until it is kept beside a leaf */
	size_t		 submission_len;
	size_t		 runtime;	/* MEASURE: in the list */
	bool		 unreadable;	/* it could not be measured */
	struct who	 who;		/* once keyd has decided */
	struct grant	 grant;		/* once keyd has decided; see denial */
	struct bundle	 bundle;
	struct cgroup	 cgroup;
	uint64_t	 cpus;		/* that it has, from BUILD on */
	struct child	 child;
	struct job_verdict	 verdict;
	struct job_stream	 out[2];
	struct tail	*tail;		/* end of its output; NULL: not run */
	uint64_t	 uncredited;	/* output bytes without credit */
	char		 probe[TEXT_MAX];
	unsigned char	 accepted_leaf[DIGEST_LEN];
	uint64_t	 granted_ms;	/* when RECEIVE began */
	uint64_t	 started_ms, wall_ms;
	uint64_t	 started;	/* unix seconds */
	struct cgroup_figures figures;
};

/* At the start, and after each job. */
void	job_init(struct job *, struct runner *, unsigned slot);

/*
 * In a free slot: takes over the submission, a SUBMIT's payload in memory of
 * malloc(), and asks keyd, which must have no request (keyd_queue.h).
 */
void	job_submit(struct runner *, struct job *, uint32_t conn,
	    void *submission, size_t len);

/* In DECIDE: asks keyd. */
void	job_ask(struct runner *, struct job *);

/* Events.  Texts stay the caller's. */
void	job_granted(struct runner *, struct job *);	/* who and grant set */
void	job_denied(struct runner *, struct job *, enum reason,
	    const char *message);
/* It was only to be explained; nothing is recorded. */
void	job_explained(struct runner *, struct job *,
	    const struct client_explained *);
void	job_measure(struct runner *, struct job *, size_t runtime);
void	job_measured(struct runner *, struct job *, bool unreadable);
void	job_data(struct runner *, struct job *, const void *, size_t);
void	job_credit(struct runner *, struct job *, uint32_t bytes);
void	job_leave(struct runner *, struct job *);	/* its client left */
void	job_stop(struct runner *, struct job *);	/* appliance stops */
void	job_appended(struct runner *, struct job *,
	    const struct msg_ledger_appended *);
void	job_unappended(struct runner *, struct job *, const char *message);
void	job_keyd_reset(struct runner *, struct job *);
void	job_ledger_reset(struct runner *, struct job *);
void	job_timeout(struct runner *, struct job *);

/* Its descriptors; see job_io.c. */
#define JOB_POLLFDS	5
void	job_poll(const struct runner *, const struct job *,
	    struct pollfd pfd[JOB_POLLFDS]);
void	job_turn(struct runner *, struct job *,
	    const struct pollfd pfd[JOB_POLLFDS]);

/* Between the files job*.c. */
#define LEDGER_MS	30000	/* one commit, on a slow disk */

void	job_enter(struct job *, enum job_state, uint64_t limit_ms);
void	job_reported(struct runner *, struct job *, const struct report *);

/* The bundle is whole: starts the process that makes the sandbox, or refuses. */
void	job_build(struct runner *, struct job *);
/* It takes too long: refuses. */
void	job_build_overdue(struct runner *, struct job *);

/* Sets the verdict, if there is none yet, and begins the end. */
void	job_refuse(struct runner *, struct job *, enum reason,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void	job_end(struct runner *, struct job *, enum outcome, uint32_t status,
	    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* job_refuse() for a fault of the appliance, which is logged, too. */
void	job_fail(struct runner *, struct job *, enum reason, const char *what);
/* The same, with errno's text after `what'. */
void	job_fail_errno(struct runner *, struct job *, const char *what);
/* job_end() by a limit; see job_limit_text(). */
void	job_end_at_limit(struct runner *, struct job *, enum outcome,
	    enum limit, const char *what);
/* Adds a note to the verdict's message. */
void	job_add_note(struct job *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Writes "WHAT; raise limits.NAME (NUMBER)".  Returns text. */
const char	*job_limit_text(const struct job *, enum limit,
		    const char *what, char text[TEXT_MAX]);
/* Notes that a limit was reached, and adds this text. */
void	job_add_limit(struct job *, enum limit, const char *what);
/* Sets the verdict of its end once all figures are known. */
void	job_judge(struct job *);
/* It wrote more output than its limit: ends it. */
void	job_overrun(struct runner *, struct job *);
/* Kills all its processes; what they wrote before is still read. */
void	job_begin_end(struct runner *, struct job *);
/* Process 1 has ended, and with it all others of its namespace. */
void	job_reaped(struct runner *, struct job *);
/* In END: goes on once no process and no unread output is left. */
void	job_check_end(struct runner *, struct job *);
/*
 * END has lasted too long: stops waiting for the rest of the output and for
 * killed processes.
 */
void	job_end_overdue(struct runner *, struct job *);
/* The appliance stops: limits END to a few seconds. */
void	job_hurry_end(struct job *);
/* Its end is sent: frees the slot, or lets it linger. */
void	job_release(struct runner *, struct job *);
/* A slot whose control group holds processes that do not end. */
void	job_linger(struct job *);
/* In LINGER: frees the slot once its control group is gone. */
void	job_check_linger(struct runner *, struct job *);
/* Sends the verdict without a receipt, since it was not recorded. */
void	job_finish_unrecorded(struct runner *, struct job *, const char *why);
void	job_free(struct runner *, struct job *);
/* Wipes it: the manifest's env may hold secrets.  Once is enough. */
void	job_forget_submission(struct job *);

#endif
