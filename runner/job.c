#include "job.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "report.h"
#include "runner.h"
#include "say.h"

#define DECIDE_MS	20000	/* keyd: two signatures, one durable nonce */
#define RECEIVE_MS	600000	/* gate ends silence sooner */
#define BUILD_MS	60000	/* 64 MiB unpacked on a slow machine */
#define LEDGER_MS	30000	/* one commit, on a slow disk */
#define LIMIT_MS	(UINT64_C(1) << 40)	/* no sum overflows */
#define END_MS		30000	/* the client takes the rest of the output */

static void
enter(struct job *j, enum job_state state, uint64_t limit_ms)
{
	j->state = state;
	j->deadline_ms = now_ms() + (limit_ms < LIMIT_MS ? limit_ms : LIMIT_MS);
}

void
job_init(struct job *j, struct runner *r, unsigned slot)
{
	memset(j, 0, sizeof(*j));
	j->slot = slot;
	grant_init(&j->grant);
	bundle_init(&j->bundle, &r->budget);
	cgroup_init(&j->cgroup);
	child_init(&j->child);
	sha256_init(&j->out[0].hash);
	sha256_init(&j->out[1].hash);
}

static void
job_free(struct runner *r, struct job *j)
{
	child_close(&j->child);
	bundle_close(&j->bundle);
	grant_free(&j->grant);
	r->jobs_done += j->accepted;
	job_init(j, r, j->slot);
}

/* Says the verdict without a receipt, since it could not be recorded. */
static void
finish_unrecorded(struct runner *r, struct job *j, const char *why)
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
		finish_unrecorded(r, j, "");
		return;
	}
	enter(j, JOB_RECORD, LEDGER_MS);
	say_append_verdict(r, j);
}

static void
judge_memory(struct job *j)
{
	struct verdict *v = &j->verdict;
	unsigned long long mib = j->grant.limits.memory_bytes >> 20;

	v->status = 0;
	if (j->accepted) {
		v->kind = VERDICT_ENDED;
		v->outcome = OUTCOME_OUT_OF_MEMORY;
		snprintf(v->message, sizeof(v->message),
		    j->figures.memory_peak < j->grant.limits.memory_bytes / 2 ?
		    "the appliance itself ran out of memory, far below the "
		    "job's %llu MiB; give it more or run less at a time" :
		    "the job needed more than its %llu MiB of memory", mib);
	} else {
		v->kind = VERDICT_REFUSED;
		v->reason = REASON_LIMITS;
		snprintf(v->message, sizeof(v->message), "the bundle's files "
		    "do not fit into the job's %llu MiB of memory; raise "
		    "memory_mib", mib);
	}
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

/* In END: goes on once no process and no unread output is left. */
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

/* Ends all its processes; what they have written before is still read. */
static void
begin_end(struct runner *r, struct job *j)
{
	if (j->state == JOB_RUN)
		j->wall_ms = now_ms() - j->started_ms;
	if (j->cgroup.dir != -1 && cgroup_kill(&j->cgroup) == -1)
		log_info("job %s: cgroup.kill: %s", j->grant.job,
		    strerror(errno));
	if (!j->accepted || !j->attached ||
	    j->verdict.outcome == OUTCOME_OUTPUT_LIMIT)
		drop_output(j);
	enter(j, JOB_END, END_MS);
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
	begin_end(r, j);
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
	begin_end(r, j);
}

/* What a job that is not running yet is refused with when it may not go on. */
static bool
refuse_unwanted(struct runner *r, struct job *j)
{
	if (!j->attached)
		job_refuse(r, j, REASON_CANCELLED, "the client left before "
		    "the job started");
	else if (r->stopping)
		job_refuse(r, j, REASON_STOPPING, "the appliance is stopping; "
		    "try again once it is up");
	return !j->attached || r->stopping;
}

void
job_submit(struct runner *r, struct job *j, uint32_t conn,
    const void *submission, size_t len)
{
	j->conn = conn;
	j->attached = true;
	enter(j, JOB_DECIDE, DECIDE_MS);
	say_decide(r, j, submission, len);
}

void
job_granted(struct runner *r, struct job *j)
{
	const struct grant *g = &j->grant;

	j->recordable = true;
	if (refuse_unwanted(r, j))
		return;
	if (g->runtime[0] != '\0' && !runner_has_runtime(r, g->runtime)) {
		job_refuse(r, j, REASON_RUNTIME, "there is no runtime \"%s\" "
		    "on this appliance; it has: %s", g->runtime,
		    r->runtimes[0] == '\0' ? "none" : r->runtimes);
		return;
	}
	if (g->bundle_len == 0 || g->limits.memory_bytes == 0 ||
	    g->limits.processes == 0) {
		job_refuse(r, j, REASON_LIMITS, "an empty bundle, no memory or "
		    "no process: nothing can run");
		return;
	}
	if (bundle_open(&j->bundle, g->bundle_len) == 0) {
		enter(j, JOB_RECEIVE, RECEIVE_MS);
		say_send(r, j);
	} else if (errno == EMSGSIZE)
		job_refuse(r, j, REASON_TOO_LARGE, "the bundle has %llu bytes; "
		    "this appliance takes %llu at most", (unsigned long long)
		    g->bundle_len, (unsigned long long)
		    (r->budget.total < BUNDLE_MAX ? r->budget.total :
		    BUNDLE_MAX));
	else if (errno == EBUSY)
		job_refuse(r, j, REASON_BUSY, "other jobs' bundles take the "
		    "room; sign a new command and try again");
	else
		job_refuse(r, j, REASON_FAULT, "cannot hold the bundle: %s",
		    strerror(errno));
}

void
job_denied(struct runner *r, struct job *j, enum reason reason,
    const char *message)
{
	job_refuse(r, j, reason, "%s", message);
}

/* The bundle is whole: to its sandbox. */
static void
build(struct runner *r, struct job *j)
{
	struct why why;

	if (bundle_seal(&j->bundle, j->grant.bundle_sha256) == -1) {
		if (errno == EBADMSG)
			job_refuse(r, j, REASON_BUNDLE, "the bundle's SHA-256 "
			    "is not the command's; sign a command for the "
			    "bundle that is sent");
		else
			job_refuse(r, j, REASON_FAULT, "cannot seal the "
			    "bundle: %s", strerror(errno));
		return;
	}
	if (cgroup_open(&j->cgroup, r->cgroup, j->slot, &j->grant.limits,
	    &why) == -1 ||
	    spawn_job(r->spawner, j->slot, &j->grant, j->bundle.fd,
	    j->cgroup.dir, &j->child, &why) == -1) {
		job_refuse(r, j, REASON_SANDBOX, "%s", why.text);
		return;
	}
	enter(j, JOB_BUILD, BUILD_MS);
}

void
job_data(struct runner *r, struct job *j, const void *data, size_t len)
{
	if (j->state != JOB_RECEIVE)
		return;		/* refused meanwhile */
	if (bundle_append(&j->bundle, data, len) == 0) {
		if (j->bundle.got == j->bundle.len)
			build(r, j);
	} else if (errno == EMSGSIZE)
		job_refuse(r, j, REASON_BUNDLE, "more than the %llu bytes that "
		    "the command announces", (unsigned long long)
		    j->bundle.len);
	else
		job_refuse(r, j, REASON_FAULT, "cannot hold the bundle: %s",
		    strerror(errno));
}

void
job_credit(struct runner *r, struct job *j, uint32_t bytes)
{
	(void)r;
	if (bytes > j->uncredited)
		die(EXIT_PEER, "gate credits %u bytes of %llu", bytes,
		    (unsigned long long)j->uncredited);
	j->uncredited -= bytes;
}

static void
accept(struct runner *r, struct job *j, const char *probe)
{
	bundle_close(&j->bundle);
	snprintf(j->probe, sizeof(j->probe), "%s", probe);
	enter(j, JOB_ACCEPT, LEDGER_MS);
	j->asked = true;
	say_append_accepted(r, j);
}

static void
report_status(struct runner *r, struct job *j, int status)
{
	if (WIFSIGNALED(status))
		job_end(r, j, OUTCOME_SIGNALLED, (uint32_t)WTERMSIG(status),
		    "%s", "");
	else
		job_end(r, j, OUTCOME_EXITED, (uint32_t)WEXITSTATUS(status),
		    "%s", "");
}

/* Process 1 has ended, and with it all others of its namespace. */
void
job_gone(struct runner *r, struct job *j)
{
	j->gone = true;
	if (j->state == JOB_END)
		job_check_end(r, j);
	else
		begin_end(r, j);
}

/* Out of order reports come from no process of ours: the job is faulty. */
void
job_reported(struct runner *r, struct job *j, const struct report *rep)
{
	bool building = j->state == JOB_BUILD, running = j->state == JOB_RUN;

	if (building && rep->kind == REPORT_REFUSED)
		job_refuse(r, j, (enum reason)rep->reason, "%s", rep->text);
	else if (building && rep->kind == REPORT_READY)
		accept(r, j, rep->text);
	else if (running && rep->kind == REPORT_NOEXEC)
		job_end(r, j, OUTCOME_EXITED, rep->value == ENOENT ? 127 : 126,
		    "argv[0] could not be run: %s; is it a static program, or "
		    "its interpreter in the runtime?",
		    strerror((int)rep->value));
	else if (running && rep->kind == REPORT_ENDED)
		report_status(r, j, (int)rep->value);
	else if (j->state == JOB_BUILD || j->state == JOB_ACCEPT)
		job_refuse(r, j, REASON_SANDBOX, "the job's processes ended "
		    "before it started");
}

/* Committed: the job may begin. */
static void
start(struct runner *r, struct job *j)
{
	say_accepted(r, j);
	j->started_ms = now_ms();
	enter(j, JOB_RUN, j->grant.limits.wall_ms);
	if (!j->attached)
		job_end(r, j, OUTCOME_CANCELLED, 0, "the client left");
	else if (r->stopping)
		job_end(r, j, OUTCOME_CANCELLED, 0, "the appliance is "
		    "stopping");
	else if (write(j->child.go, "g", 1) != 1)
		job_end(r, j, OUTCOME_FAULT, 0, "the job's processes ended "
		    "before it started");
}

void
job_appended(struct runner *r, struct job *j, const unsigned char *leaf,
    const void *receipt, size_t len)
{
	if (j->asked) {
		j->asked = false;
		j->accepted = true;
		memcpy(j->accepted_leaf, leaf, DIGEST_LEN);
	}
	if (j->state == JOB_ACCEPT)
		start(r, j);
	else if (j->state == JOB_END)
		job_check_end(r, j);
	else if (j->state == JOB_RECORD) {
		say_verdict(r, j, receipt, len);
		job_free(r, j);
	}
}

void
job_unappended(struct runner *r, struct job *j, const char *message)
{
	j->asked = false;
	if (j->state == JOB_ACCEPT)
		job_refuse(r, j, REASON_LEDGER, "the ledger does not record "
		    "the job: %.300s", message);
	else if (j->state == JOB_END)
		job_check_end(r, j);
	else if (j->state == JOB_RECORD)
		finish_unrecorded(r, j, message);
}

void
job_leave(struct runner *r, struct job *j)
{
	j->attached = false;
	if (j->state == JOB_RECEIVE || j->state == JOB_BUILD)
		refuse_unwanted(r, j);
	else if (j->state == JOB_RUN)
		job_end(r, j, OUTCOME_CANCELLED, 0, "the client left");
	else if (j->state == JOB_END)
		begin_end(r, j);	/* nobody reads the rest */
}

void
job_stop(struct runner *r, struct job *j)
{
	if (j->state == JOB_RECEIVE || j->state == JOB_BUILD)
		refuse_unwanted(r, j);
	else if (j->state == JOB_RUN)
		job_end(r, j, OUTCOME_CANCELLED, 0, "the appliance is "
		    "stopping");
}

void
job_keyd_reset(struct runner *r, struct job *j)
{
	if (j->state == JOB_DECIDE)
		job_refuse(r, j, REASON_FAULT, "keyd restarted while it "
		    "decided; sign a new command and try again");
}

/*
 * What ledgerd's predecessor was asked may be written or not.  A job that has
 * not begun does not; an end is told again, and may then be there twice.
 */
void
job_ledger_reset(struct runner *r, struct job *j)
{
	j->asked = false;
	if (j->state == JOB_ACCEPT)
		job_refuse(r, j, REASON_LEDGER, "ledgerd restarted before the "
		    "job was recorded; sign a new command and try again");
	else if (j->state == JOB_END)
		job_check_end(r, j);
	else if (j->state == JOB_RECORD)
		say_append_verdict(r, j);
}

/* END has a second chance without the client, and no third. */
static void
end_overdue(struct runner *r, struct job *j)
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
	enter(j, JOB_END, END_MS);
	job_check_end(r, j);
}

void
job_timeout(struct runner *r, struct job *j)
{
	switch (j->state) {
	case JOB_FREE:
		return;
	case JOB_DECIDE:
		job_refuse(r, j, REASON_FAULT, "keyd does not answer; sign a "
		    "new command and try again");
		return;
	case JOB_RECEIVE:
		job_refuse(r, j, REASON_BUNDLE, "the bundle did not arrive "
		    "within %d s", RECEIVE_MS / 1000);
		return;
	case JOB_BUILD:
		job_refuse(r, j, REASON_SANDBOX, "the sandbox was not ready "
		    "within %d s", BUILD_MS / 1000);
		return;
	case JOB_ACCEPT:
		j->asked = false;
		job_refuse(r, j, REASON_LEDGER, "ledgerd does not answer");
		return;
	case JOB_RUN:
		job_end(r, j, OUTCOME_TIMED_OUT, 0, "the job ran longer than "
		    "its %llu ms", (unsigned long long)
		    j->grant.limits.wall_ms);
		return;
	case JOB_END:
		end_overdue(r, j);
		return;
	case JOB_RECORD:
		finish_unrecorded(r, j, "ledgerd does not answer");
		return;
	}
}
