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

#include "log.h"
#include "past.h"
#include "runner.h"
#include "say.h"

#define END_MS		30000	/* the client takes the rest of the output */

void
job_free(struct runner *r, struct job *j)
{
	child_close(&j->child);
	bundle_close(&j->bundle);
	job_forget_submission(j);
	if (j->accepted)
		past_keep(r, j);
	grant_free(&j->grant);
	job_init(j, r, j->slot);
}

void
job_finish_unrecorded(struct runner *r, struct job *j, const char *why)
{
	struct verdict *v = &j->verdict;
	size_t len;

	if (v->kind == VERDICT_ENDED) {
		log_info("job %s: its end is not recorded: %s", j->grant.job,
		    why);
		v->outcome = OUTCOME_FAULT;
		v->status = 0;
		snprintf(v->message, sizeof(v->message), "the job ended, and "
		    "its end could not be recorded: %.200s", why);
	} else if (j->recordable) {
		log_info("job %s: its refusal is not recorded: %s",
		    j->grant.job, why);
		len = strlen(v->message);
		snprintf(v->message + len, sizeof(v->message) - len,
		    " (not recorded: %.200s)", why);
	}
	say_verdict(r, j, "", 0);
	job_free(r, j);
}

/* All its processes are gone, or there never were any. */
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

static void
judge_memory(struct job *j)
{
	struct verdict *v = &j->verdict;
	unsigned long long mib = j->grant.limits.memory_bytes >> 20;
	const char *text = j->accepted ?
	    "the job needed more than its %llu MiB of memory" :
	    "the bundle's files do not fit into the job's %llu MiB of memory; "
	    "raise memory_mib";

	if (j->figures.over_limit == 0)
		text = "the appliance itself ran out of memory, below the "
		    "job's %llu MiB; give it more or run less at a time";
	v->status = 0;
	v->kind = j->accepted ? VERDICT_ENDED : VERDICT_REFUSED;
	v->outcome = OUTCOME_OUT_OF_MEMORY;
	v->reason = REASON_LIMITS;
	snprintf(v->message, sizeof(v->message), text, mib);
}

/*
 * The verdict once all figures are known.  The kernel's word on memory goes
 * before what a killed process looked like; and what was recorded as accepted
 * is not refused any more.
 */
static void
judge_end(struct job *j)
{
	struct verdict *v = &j->verdict;
	bool killed = v->kind == VERDICT_ENDED &&
	    v->outcome == OUTCOME_SIGNALLED && v->status == 9;

	if (j->figures.oom_kills != 0 && (v->kind == VERDICT_NONE || killed))
		judge_memory(j);
	if (v->kind == VERDICT_NONE) {
		v->kind = VERDICT_REFUSED;
		v->reason = REASON_FAULT;
		snprintf(v->message, sizeof(v->message), "the job's process 1 "
		    "ended without a report");
	}
	if (j->accepted && v->kind == VERDICT_REFUSED) {
		v->kind = VERDICT_ENDED;
		v->outcome = v->reason == REASON_CANCELLED ||
		    v->reason == REASON_STOPPING ? OUTCOME_CANCELLED :
		    OUTCOME_FAULT;
		v->status = 0;
	}
}

void
job_check_end(struct runner *r, struct job *j)
{
	if (j->child.pidfd != -1 && !j->gone)
		return;
	if (j->child.out[0] != -1 || j->child.out[1] != -1 || j->asked)
		return;
	if (j->cgroup.dir != -1) {
		if (!cgroup_is_empty(&j->cgroup))
			return;
		cgroup_read(&j->cgroup, &j->figures);
		if (cgroup_close(&j->cgroup, r->cgroup) == -1)
			return;
	}
	judge_end(j);
	record(r, j);
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

void
job_begin_end(struct runner *r, struct job *j)
{
	if (j->state == JOB_RUN)
		j->wall_ms = now_ms() - j->started_ms;
	if (j->cgroup.dir != -1 && cgroup_kill(&j->cgroup) == -1)
		log_info("job %s: cgroup.kill: %s", j->grant.job,
		    strerror(errno));
	if (!j->accepted || !j->attached ||
	    j->verdict.outcome == OUTCOME_OUTPUT_LIMIT)
		drop_output(j);
	job_enter(j, JOB_END, END_MS);
	job_check_end(r, j);
}

static void
set_verdict(struct job *j, const struct verdict *v, const char *fmt, va_list ap)
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
	struct verdict v = { .kind = VERDICT_REFUSED, .reason = reason };
	va_list ap;

	va_start(ap, fmt);
	set_verdict(j, &v, fmt, ap);
	va_end(ap);
	job_begin_end(r, j);
}

void
job_end(struct runner *r, struct job *j, enum outcome outcome, uint32_t status,
    const char *fmt, ...)
{
	struct verdict v = {
		.kind = VERDICT_ENDED, .outcome = outcome, .status = status,
	};
	va_list ap;

	va_start(ap, fmt);
	set_verdict(j, &v, fmt, ap);
	va_end(ap);
	job_begin_end(r, j);
}

/*
 * This goes before how the job ended by itself, even if that was seen first:
 * what is recorded of its output is not all that there was.
 */
void
job_overrun(struct runner *r, struct job *j)
{
	struct verdict *v = &j->verdict;

	if (v->kind == VERDICT_ENDED && (v->outcome == OUTCOME_EXITED ||
	    v->outcome == OUTCOME_SIGNALLED))
		v->kind = VERDICT_NONE;
	job_end(r, j, OUTCOME_OUTPUT_LIMIT, 0, "more than %llu bytes of "
	    "output", (unsigned long long)j->grant.limits.output_bytes);
}

void
job_gone(struct runner *r, struct job *j)
{
	j->gone = true;
	if (j->state == JOB_END)
		job_check_end(r, j);
	else
		job_begin_end(r, j);
}

void
job_end_overdue(struct runner *r, struct job *j)
{
	const char *rest = "; the client did not take the rest of its output";
	struct verdict *v = &j->verdict;
	size_t used = strlen(v->message);

	if (j->overdue)
		die(EXIT_SYSTEM, "job %s does not end though it was killed",
		    j->grant.job);
	j->overdue = true;
	j->asked = false;
	if (j->child.out[0] != -1 || j->child.out[1] != -1)
		snprintf(v->message + used, sizeof(v->message) - used, "%s",
		    rest + (used == 0 ? 2 : 0));
	drop_output(j);
	job_enter(j, JOB_END, END_MS);
	job_check_end(r, j);
}
