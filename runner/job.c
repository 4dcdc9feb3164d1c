#include "job.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "runner/jail/measure.h"
#include "runner/jail/report.h"
#include "runner.h"
#include "say.h"

#define DECIDE_MS	20000	/* keyd: two signatures, one durable nonce */
#define MEASURE_MS	90000	/* some GiB; a client waits 120 s in all */
/*
 * How late a bundle may be, compared with this rate.  The rate is far below
 * that of any vsock, and lets the largest bundle hold its slot for 17 minutes.
 */
#define RECEIVE_MS	10000
#define RECEIVE_RATE	65536	/* bytes a second */
#define LIMIT_MS	(UINT64_C(1) << 40)	/* no sum overflows */

void
job_enter(struct job *j, enum job_state state, uint64_t limit_ms)
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

/* Refuses a job that does not run yet if it may not go on. */
static bool
refuse_unwanted(struct runner *r, struct job *j)
{
	if (!j->attached)
		job_refuse(r, j, REASON_CANCELLED, "the client left before "
		    "the job started");
	else if (r->stopping)
		job_refuse(r, j, REASON_STOPPING, STOPPING_TEXT);
	return !j->attached || r->stopping;
}

void
job_submit(struct runner *r, struct job *j, uint32_t conn, void *submission,
    size_t len)
{
	j->submission = submission;
	j->submission_len = len;
	j->conn = conn;
	j->attached = true;
	job_ask(r, j);
}

void
job_ask(struct runner *r, struct job *j)
{
	job_enter(j, JOB_DECIDE, DECIDE_MS);
	j->decide_pending = true;
	say_decide(r, j);
}

void
job_forget_submission(struct job *j)
{
	if (j->submission != NULL)
		explicit_bzero(j->submission, j->submission_len);
	free(j->submission);
	j->submission = NULL;
}

void
job_measured(struct runner *r, struct job *j, bool unreadable)
{
	j->unreadable = unreadable;
	if (refuse_unwanted(r, j))
		return;
	job_enter(j, JOB_DECIDE, DECIDE_MS);
	j->decide_pending = false;	/* keyd_queue_turn() asks */
}

/*
 * A runtime is measured once for all jobs that wait for it.  It may have been
 * measured since keyd was asked.
 */
void
job_measure(struct runner *r, struct job *j, size_t runtime)
{
	j->runtime = runtime;
	job_enter(j, JOB_MEASURE, MEASURE_MS);
	if (r->runtimes.list[runtime].state == RUNTIME_MEASURED) {
		job_measured(r, j, false);
		return;
	}
	if (refuse_unwanted(r, j) || r->measuring[runtime])
		return;
	r->measuring[runtime] = true;
	measure_ask(r->measurer, runtime);
}

/* Whether keyd's digest is of the runtime that is mounted. */
static bool
is_measured(const struct runtime *rt, const struct grant *g)
{
	return rt->state == RUNTIME_MEASURED &&
	    memcmp(rt->sha256, g->runtime_sha256, DIGEST_LEN) == 0;
}

static bool
refuse_runtime(struct runner *r, struct job *j)
{
	const struct grant *g = &j->grant;
	const char *name = g->manifest.runtime;
	const struct runtime *rt = runtimes_find(&r->runtimes, name);

	if (name[0] == '\0' || (rt != NULL && is_measured(rt, g)))
		return false;
	if (rt == NULL)
		job_refuse(r, j, REASON_RUNTIME, "the manifest's runtime is "
		    "not on this appliance; `casemate status' lists those "
		    "that are");
	else
		job_fail(r, j, REASON_FAULT, "the grant has another digest of "
		    "the runtime than was measured");
	return true;
}

/* Refuses a bundle that is too long before the client sends it. */
static bool
refuse_length(struct runner *r, struct job *j)
{
	const uint64_t len = j->grant.bundle_len;
	const uint64_t share = shares_part(&r->shares, SHARE_BUNDLES,
	    r->budget.total);

	if (len > BUNDLE_MAX)
		job_refuse(r, j, REASON_TOO_LARGE, "the bundle has %llu bytes; "
		    "an appliance takes %u at most", (unsigned long long)len,
		    BUNDLE_MAX);
	else if (len > share)
		job_refuse(r, j, REASON_TOO_LARGE, "the bundle has %llu bytes; "
		    "one signer's bundles may have %llu here: %llu%% of a "
		    "quarter of the machine's memory (`%s' under `shares' in "
		    "settings.yaml); give the machine more memory",
		    (unsigned long long)len, (unsigned long long)share,
		    (unsigned long long)r->shares.most[SHARE_BUNDLES],
		    share_info(SHARE_BUNDLES)->setting);
	return len > BUNDLE_MAX || len > share;
}

static void
receive(struct runner *r, struct job *j)
{
	if (refuse_length(r, j))
		return;
	if (bundle_open(&j->bundle, j->grant.bundle_len) == -1) {
		job_fail_errno(r, j, "cannot hold the bundle");
		return;
	}
	j->granted_ms = now_ms();
	job_enter(j, JOB_RECEIVE, RECEIVE_MS);
	say_send(r, j);
}

void
job_granted(struct runner *r, struct job *j)
{
	const struct grant *g = &j->grant;

	j->recordable = true;
	if (refuse_unwanted(r, j) || refuse_runtime(r, j))
		return;
	if (g->bundle_len == 0 || g->manifest.limits.memory_bytes == 0 ||
	    g->manifest.limits.processes == 0) {
		job_refuse(r, j, REASON_LIMITS, "an empty bundle, no memory or "
		    "no process: nothing can run");
		return;
	}
	receive(r, j);
}

void
job_denied(struct runner *r, struct job *j, enum reason reason,
    const char *message)
{
	job_refuse(r, j, reason, "%s", message);
}

void
job_explained(struct runner *r, struct job *j,
    const struct client_explained *explained)
{
	say_explanation(r, j, explained);
	job_free(r, j);
}

void
job_data(struct runner *r, struct job *j, const void *data, size_t len)
{
	if (j->state != JOB_RECEIVE)
		return;		/* it was refused */
	if (bundle_append(&j->bundle, data, len) == 0) {
		j->deadline_ms = j->granted_ms + RECEIVE_MS +
		    j->bundle.got * 1000 / RECEIVE_RATE;
		if (j->bundle.got == j->bundle.len)
			job_build(r, j);
	} else if (errno == EBUSY)
		job_refuse(r, j, REASON_BUSY, "other jobs' bundles take the "
		    "room; sign a new command and try again");
	else if (errno == EMSGSIZE)
		job_refuse(r, j, REASON_BUNDLE, "the bundle is longer than the "
		    "%llu bytes that the command announces; make both again",
		    (unsigned long long)j->bundle.len);
	else
		job_fail_errno(r, j, "cannot hold the bundle");
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
	struct why why;

	bundle_close(&j->bundle);
	snprintf(j->probe, sizeof(j->probe), "%s", probe);
	if (cgroup_limit_cpu(&j->cgroup, j->grant.manifest.limits.cpu_millis,
	    &why) == -1) {
		job_fail(r, j, REASON_SANDBOX, why.text);
		return;
	}
	job_enter(j, JOB_ACCEPT, LEDGER_MS);
	j->accept_pending = true;
	runtime_leaf_append_name(r, j->grant.manifest.runtime);
	say_append_accepted(r, j);
}

static void
report_end(struct runner *r, struct job *j, const struct report *rep)
{
	const int status = (int)rep->value;

	j->full = rep->full;
	if (WIFSIGNALED(status))
		job_end(r, j, OUTCOME_SIGNALLED, (uint32_t)WTERMSIG(status),
		    "%s", "");
	else
		job_end(r, j, OUTCOME_EXITED, (uint32_t)WEXITSTATUS(status),
		    "%s", "");
}

static void
refuse_reported(struct runner *r, struct job *j, const struct report *rep)
{
	if (rep->reason == REASON_SANDBOX)
		job_fail(r, j, REASON_SANDBOX, rep->text);
	else
		job_refuse(r, j, (enum reason)rep->reason, "%s", rep->text);
}

/* A report that is out of order means that the job is faulty. */
void
job_reported(struct runner *r, struct job *j, const struct report *rep)
{
	bool building = j->state == JOB_BUILD, running = j->state == JOB_RUN;

	if (building && rep->kind == REPORT_REFUSED)
		refuse_reported(r, j, rep);
	else if (building && rep->kind == REPORT_READY)
		accept(r, j, rep->text);
	else if (running && rep->kind == REPORT_NOEXEC)
		job_end(r, j, OUTCOME_EXITED, rep->value == ENOENT ? 127 : 126,
		    "argv[0] could not be run: %s; is it a static program, or "
		    "its interpreter in the runtime?",
		    strerror((int)rep->value));
	else if (running && rep->kind == REPORT_ENDED)
		report_end(r, j, rep);
	else if (j->state == JOB_BUILD || j->state == JOB_ACCEPT)
		job_fail(r, j, REASON_SANDBOX, "the job's processes ended "
		    "before it started");
}

/* job.accepted is on disk: starts the job. */
static void
start(struct runner *r, struct job *j)
{
	say_accepted(r, j);
	j->started_ms = now_ms();
	j->started = (uint64_t)time(NULL);
	j->tail = tail_new();		/* without memory, none is kept */
	job_enter(j, JOB_RUN, j->grant.manifest.limits.wall_ms);
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
job_appended(struct runner *r, struct job *j,
    const struct msg_ledger_appended *m)
{
	if (j->accept_pending) {
		j->accept_pending = false;
		j->accepted = true;
		memcpy(j->accepted_leaf, m->leaf_hash, DIGEST_LEN);
		job_forget_submission(j);
	}
	if (j->state == JOB_ACCEPT)
		start(r, j);
	else if (j->state == JOB_END)
		job_check_end(r, j);
	else if (j->state == JOB_RECORD) {
		say_verdict(r, j, m);
		job_release(r, j);
	}
}

void
job_unappended(struct runner *r, struct job *j, const char *message)
{
	j->accept_pending = false;
	if (j->state == JOB_ACCEPT)
		job_refuse(r, j, REASON_LEDGER, "the ledger does not record "
		    "the job: %.300s", message);
	else if (j->state == JOB_END)
		job_check_end(r, j);
	else if (j->state == JOB_RECORD)
		job_finish_unrecorded(r, j, message);
}

/* No peer has an outstanding request. */
static bool
may_refuse(const struct job *j)
{
	return j->state == JOB_MEASURE || j->state == JOB_RECEIVE ||
	    j->state == JOB_BUILD;
}

void
job_leave(struct runner *r, struct job *j)
{
	j->attached = false;
	if (may_refuse(j))
		refuse_unwanted(r, j);
	else if (j->state == JOB_RUN)
		job_end(r, j, OUTCOME_CANCELLED, 0, "the client left");
	else if (j->state == JOB_END)
		job_begin_end(r, j);	/* drops its output */
}

void
job_stop(struct runner *r, struct job *j)
{
	if (may_refuse(j))
		refuse_unwanted(r, j);
	else if (j->state == JOB_RUN)
		job_end(r, j, OUTCOME_CANCELLED, 0, "the appliance is "
		    "stopping");
	else if (j->state == JOB_END)
		job_hurry_end(j);
}

void
job_keyd_reset(struct runner *r, struct job *j)
{
	if (j->state == JOB_DECIDE && j->decide_pending)
		job_refuse(r, j, REASON_FAULT, "keyd restarted while it "
		    "decided; sign a new command and try again");
}

/*
 * It is unknown whether ledgerd's predecessor wrote what it was sent.  A job
 * that has not started is refused; an end is sent again, and may then be
 * recorded twice.
 */
void
job_ledger_reset(struct runner *r, struct job *j)
{
	j->accept_pending = false;
	if (j->state == JOB_ACCEPT)
		job_refuse(r, j, REASON_LEDGER, "ledgerd restarted before the "
		    "job was recorded; sign a new command and try again");
	else if (j->state == JOB_END)
		job_check_end(r, j);
	else if (j->state == JOB_RECORD)
		say_append_verdict(r, j);
}

static void
refuse_slow_bundle(struct runner *r, struct job *j)
{
	job_refuse(r, j, REASON_BUNDLE, "the bundle comes too slowly: "
	    "%llu of its %llu bytes have come, and after %d s it must "
	    "be %d KiB/s on average; send it without a pause",
	    (unsigned long long)j->bundle.got,
	    (unsigned long long)j->bundle.len, RECEIVE_MS / 1000,
	    RECEIVE_RATE >> 10);
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
	case JOB_MEASURE:
		job_refuse(r, j, REASON_RUNTIME, "the runtime \"%s\" was not "
		    "measured within %d s: its disk is slow; try again",
		    r->runtimes.list[j->runtime].name, MEASURE_MS / 1000);
		return;
	case JOB_RECEIVE:
		refuse_slow_bundle(r, j);
		return;
	case JOB_BUILD:
		job_build_overdue(r, j);
		return;
	case JOB_ACCEPT:
		j->accept_pending = false;
		job_refuse(r, j, REASON_LEDGER, LEDGERD_SILENT);
		return;
	case JOB_RUN:
		job_end_at_limit(r, j, OUTCOME_TIMED_OUT, LIMIT_WALL,
		    "the job ran longer than it may");
		return;
	case JOB_END:
		job_end_overdue(r, j);
		return;
	case JOB_RECORD:
		job_finish_unrecorded(r, j, LEDGERD_SILENT);
		return;
	case JOB_LINGER:
		job_check_linger(r, j);
		return;
	}
}
