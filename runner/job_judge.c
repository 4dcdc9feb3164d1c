/*
 * The verdict of a job, once its figures are known: which of its limits it
 * reached, and whether one of them ended it.
 */
#include "job.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runner/jail/report.h"
#include "runner/jail/root.h"

void
job_add_note(struct job *j, const char *fmt, ...)
{
	char *message = j->verdict.message;
	const size_t size = sizeof(j->verdict.message);
	va_list ap;

	if (message[0] != '\0')
		snprintf(message + strlen(message), size - strlen(message),
		    "; ");
	va_start(ap, fmt);
	vsnprintf(message + strlen(message), size - strlen(message), fmt, ap);
	va_end(ap);
}

const char *
job_limit_text(const struct job *j, enum limit limit, const char *what,
    char text[TEXT_MAX])
{
	snprintf(text, TEXT_MAX, "%s; raise limits.%s (%llu)", what,
	    limit_info(limit)->name, (unsigned long long)
	    limit_value(&j->grant.manifest.limits, limit));
	return text;
}

void
job_add_limit(struct job *j, enum limit limit, const char *what)
{
	char text[TEXT_MAX];

	j->reached |= UINT32_C(1) << limit;
	job_add_note(j, "%s", job_limit_text(j, limit, what, text));
}

/* The machine had too little memory, for this job or for all together. */
static void
blame_appliance(struct job *j)
{
	const unsigned long long mib =
	    j->grant.manifest.limits.memory_bytes >> 20;

	if (j->figures.over_limit != 0)
		job_add_note(j, "the appliance has less memory than the job's "
		    "%llu MiB, and the job needed all that one may have; give "
		    "the appliance more", mib);
	else
		job_add_note(j, "the appliance itself ran out of memory, below "
		    "the job's %llu MiB; give it more or run less at a time",
		    mib);
}

static void
judge_memory(struct job *j)
{
	struct job_verdict *v = &j->verdict;
	const bool capped = j->figures.memory_max != 0 &&
	    j->figures.memory_max < j->grant.manifest.limits.memory_bytes;

	v->status = 0;
	v->kind = j->accepted ? VERDICT_ENDED : VERDICT_REFUSED;
	v->outcome = OUTCOME_OUT_OF_MEMORY;
	v->reason = REASON_LIMITS;
	v->message[0] = '\0';
	if (j->figures.over_limit == 0 || capped)
		blame_appliance(j);
	else
		job_add_limit(j, LIMIT_MEMORY, j->accepted ?
		    "the job needed more memory than it may have" :
		    "the bundle's files do not fit into the job's memory");
}

/* The CPU limit may be why the time was too short. */
static void
judge_time(struct job *j)
{
	const uint64_t ms = j->figures.throttled_us / 1000;
	char what[64];

	if (j->verdict.outcome != OUTCOME_TIMED_OUT || ms <= j->wall_ms / 4)
		return;
	snprintf(what, sizeof(what), "it waited %llu.%llu s for CPU",
	    (unsigned long long)ms / 1000, (unsigned long long)ms / 100 % 10);
	job_add_limit(j, LIMIT_CPU, what);
}

static void
judge_processes(struct job *j)
{
	char what[64];

	if (j->figures.failed_forks == 0)
		return;
	snprintf(what, sizeof(what), "processes or threads did not start "
	    "(%llu)", (unsigned long long)j->figures.failed_forks);
	job_add_limit(j, LIMIT_PROCESSES, what);
}

/* Only at the job's end: files that it removed do not count. */
static void
judge_tmp(struct job *j)
{
	if (j->full & REPORT_FULL_TMP)
		job_add_limit(j, LIMIT_TMP, "/tmp was full at the job's end");
	if (j->full & REPORT_FULL_SHM)
		job_add_limit(j, LIMIT_TMP, "/dev/shm was full at the job's "
		    "end");
	if (j->full & REPORT_FULL_FILES)
		job_add_note(j, "at the job's end /tmp or /dev/shm had all %d "
		    "files that it may have; make fewer, larger ones",
		    ROOT_SCRATCH_FILES);
}

/*
 * That the kernel killed for memory overrides how the process seemed to end.  A
 * job that was recorded as accepted is not refused: its refusal becomes an
 * outcome.
 */
static void
judge_outcome(struct job *j)
{
	struct job_verdict *v = &j->verdict;
	bool killed = v->kind == VERDICT_ENDED &&
	    v->outcome == OUTCOME_SIGNALLED && v->status == 9;

	if (j->figures.oom_kills != 0 && (v->kind == VERDICT_NONE || killed))
		judge_memory(j);
	if (v->kind == VERDICT_NONE) {
		v->kind = VERDICT_REFUSED;
		v->reason = REASON_FAULT;
		snprintf(v->message, sizeof(v->message), "the job's process 1 "
		    "ended without a report; this is a fault of the appliance, "
		    "not of the job: tell its operator");
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
job_judge(struct job *j)
{
	judge_outcome(j);
	if (!j->accepted)
		return;
	judge_time(j);
	judge_processes(j);
	judge_tmp(j);
}
