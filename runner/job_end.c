/*
 * The end of a job: its verdict, its processes, its record.
 */
#include "job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "history.h"
#include "runner.h"
#include "say.h"

#define END_MS		30000	/* the client takes the rest of the output */
#define STOP_MS		3000	/* the same: init gives the runner 6 s */
#define RETRY_MS	1000	/* before a kill or a removal is retried */

void
job_free(struct runner *r, struct job *j)
{
	child_close(&j->child);
	bundle_close(&j->bundle);
	job_forget_submission(j);
	if (j->accepted)
		history_add(r, j);
	grant_free(&j->grant);
	job_init(j, r, j->slot);
}

void
job_finish_unrecorded(struct runner *r, struct job *j, const char *why)
{
	struct job_verdict *v = &j->verdict;
	size_t len;

	if (v->kind == VERDICT_ENDED) {
		log_info("job %s: its end is not recorded: %s", j->who.job,
		    why);
		v->outcome = OUTCOME_FAULT;
		v->status = 0;
		snprintf(v->message, sizeof(v->message), "the job ended, and "
		    "its end could not be recorded: %.200s", why);
	} else if (j->recordable) {
		log_info("job %s: its refusal is not recorded: %s",
		    j->who.job, why);
		len = strlen(v->message);
		snprintf(v->message + len, sizeof(v->message) - len,
		    " (not recorded: %.200s)", why);
	}
	say_verdict(r, j, NULL);
	job_release(r, j);
}

/* Its processes are gone, or never existed, or it is late. */
static void
record(struct runner *r, struct job *j)
{
	bundle_close(&j->bundle);
	if (!j->recordable) {
		job_finish_unrecorded(r, j, "");
		return;
	}
	job_enter(j, JOB_RECORD, LEDGER_MS);
	say_append_verdict(r, j);
}

static bool
is_gone(const struct job *j)
{
	return (j->child.pidfd == -1 || j->gone) &&
	    (j->cgroup.dir == -1 || cgroup_is_empty(&j->cgroup));
}

static bool
has_output(const struct job *j)
{
	return j->child.out[0] != -1 || j->child.out[1] != -1;
}

/* Open pipes may be empty: a killed process holds them until it is gone. */
static bool
has_unread(const struct job *j)
{
	struct pollfd pfd[2];

	for (int i = 0; i < 2; i++)
		pfd[i] = (struct pollfd){
			.fd = j->child.out[i], .events = POLLIN,
		};
	return poll(pfd, 2, 0) > 0 && ((pfd[0].revents | pfd[1].revents) &
	    POLLIN) != 0;
}

/* Sets the verdict by the figures of now, and records it. */
static void
conclude(struct runner *r, struct job *j)
{
	if (j->cgroup.dir != -1)
		cgroup_read(&j->cgroup, &j->figures);
	job_judge(j);
	if (j->late)
		job_add_note(j, "its processes were killed and had not all "
		    "ended %llu s later: the figures are of then",
		    (unsigned long long)(now_ms() - j->ended_ms) / 1000);
	else if (j->cgroup.dir != -1)
		(void)cgroup_close(&j->cgroup, r->cgroup);
	record(r, j);
}

void
job_check_end(struct runner *r, struct job *j)
{
	if (is_gone(j) && !has_output(j) && !j->accept_pending)
		conclude(r, j);
}

static void
drop_output(struct job *j)
{
	for (int i = 0; i < 2; i++) {
		if (j->child.out[i] != -1)
			close(j->child.out[i]);
		j->child.out[i] = -1;
	}
}

static int
kill_all(const struct job *j)
{
	if (j->cgroup.dir == -1 || cgroup_kill(&j->cgroup) == 0)
		return 0;
	log_info("job %s: cgroup.kill: %s", j->who.job, strerror(errno));
	return -1;
}

void
job_begin_end(struct runner *r, struct job *j)
{
	if (j->state == JOB_RUN)
		j->wall_ms = now_ms() - j->started_ms;
	kill_all(j);
	if (!j->accepted || !j->attached ||
	    j->verdict.outcome == OUTCOME_OUTPUT_LIMIT)
		drop_output(j);
	if (j->ended_ms == 0) {
		j->ended_ms = now_ms();
		job_enter(j, JOB_END, r->stopping ? STOP_MS : END_MS);
	}
	job_check_end(r, j);
}

static void
set_verdict(struct job *j, const struct job_verdict *v, const char *fmt, va_list ap)
{
	if (j->verdict.kind != VERDICT_NONE)
		return;
	j->verdict = *v;
	vsnprintf(j->verdict.message, sizeof(j->verdict.message), fmt, ap);
}

void
job_refuse(struct runner *r, struct job *j, enum reason reason,
    const char *fmt, ...)
{
	struct job_verdict v = { .kind = VERDICT_REFUSED, .reason = reason };
	va_list ap;

	va_start(ap, fmt);
	set_verdict(j, &v, fmt, ap);
	va_end(ap);
	job_begin_end(r, j);
}

void
job_fail(struct runner *r, struct job *j, enum reason reason, const char *what)
{
	if (j->verdict.kind == VERDICT_NONE)
		log_info("job %s: %s", j->who.job, what);
	job_refuse(r, j, reason, "%s; this is a fault of the appliance, not of "
	    "the job: tell its operator", what);
}

void
job_fail_errno(struct runner *r, struct job *j, const char *what)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	job_fail(r, j, REASON_FAULT, text);
}

void
job_end(struct runner *r, struct job *j, enum outcome outcome, uint32_t status,
    const char *fmt, ...)
{
	struct job_verdict v = {
		.kind = VERDICT_ENDED, .outcome = outcome, .status = status,
	};
	va_list ap;

	va_start(ap, fmt);
	set_verdict(j, &v, fmt, ap);
	va_end(ap);
	job_begin_end(r, j);
}

void
job_end_at_limit(struct runner *r, struct job *j, enum outcome outcome,
    enum limit limit, const char *what)
{
	char text[TEXT_MAX];

	j->reached |= UINT32_C(1) << limit;
	job_end(r, j, outcome, 0, "%s", job_limit_text(j, limit, what, text));
}

/*
 * This overrides how the job ended by itself, even if that was seen first: its
 * recorded output is not all of its output.
 */
void
job_overrun(struct runner *r, struct job *j)
{
	struct job_verdict *v = &j->verdict;

	if (v->kind == VERDICT_ENDED && (v->outcome == OUTCOME_EXITED ||
	    v->outcome == OUTCOME_SIGNALLED))
		v->kind = VERDICT_NONE;
	job_end_at_limit(r, j, OUTCOME_OUTPUT_LIMIT, LIMIT_OUTPUT,
	    "the job wrote more than it may");
}

void
job_reaped(struct runner *r, struct job *j)
{
	j->gone = true;
	if (j->state == JOB_END)
		job_check_end(r, j);
	else if (j->state == JOB_LINGER)
		job_check_linger(r, j);
	else if (j->state != JOB_RECORD)
		job_begin_end(r, j);
}

void
job_hurry_end(struct job *j)
{
	if (j->deadline_ms > now_ms() + STOP_MS)
		job_enter(j, JOB_END, STOP_MS);
}

/*
 * Killed processes run no more of the program, even if the kernel still frees
 * their memory, so the end can be recorded.  It cannot while a kill fails.
 */
void
job_end_overdue(struct runner *r, struct job *j)
{
	j->accept_pending = false;
	if (has_unread(j))
		job_add_note(j, "the client did not take the rest of its output");
	drop_output(j);
	j->late = !is_gone(j);
	if (j->late && kill_all(j) == -1)
		job_enter(j, JOB_END, RETRY_MS);
	else
		conclude(r, j);
}

void
job_linger(struct job *j)
{
	log_info("slot %u stays taken: processes of %s have not ended yet",
	    j->slot, j->who.job[0] == '\0' ? "a job before the restart" :
	    j->who.job);
	j->attached = false;
	job_enter(j, JOB_LINGER, RETRY_MS);
}

static bool
is_removed(struct runner *r, struct job *j)
{
	return is_gone(j) && (j->cgroup.dir == -1 ||
	    cgroup_close(&j->cgroup, r->cgroup) == 0);
}

void
job_release(struct runner *r, struct job *j)
{
	job_forget_submission(j);	/* even if it lingers */
	if (is_removed(r, j))
		job_free(r, j);
	else
		job_linger(j);
}

void
job_check_linger(struct runner *r, struct job *j)
{
	if (!is_removed(r, j)) {
		job_enter(j, JOB_LINGER, RETRY_MS);
		return;
	}
	log_info("slot %u is free again", j->slot);
	job_free(r, j);
}
