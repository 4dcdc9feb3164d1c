/*
 * From a whole bundle to a job's first process: its control group, its
 * processors, its sandbox.
 */
#include "job.h"

#include <errno.h>

#include "runner.h"

#define BUILD_MS	60000	/* 64 MiB unpacked on a slow machine */

/* Processors for the job, first those that the fewest others have. */
static uint64_t
choose_cpus(const struct runner *r, const struct job *j)
{
	unsigned jobs[CPUS_MAX] = { 0 };

	for (int i = 0; i < JOB_SLOTS; i++)
		for (int cpu = 0; cpu < CPUS_MAX; cpu++)
			jobs[cpu] += r->jobs[i].cpus >> cpu & 1;
	return cpus_choose(r->cpus, jobs, j->grant.manifest.limits.cpu_millis);
}

static int
start(struct runner *r, struct job *j, struct why *why)
{
	struct spawn_place place = { .slot = j->slot };

	if (cgroup_open(&j->cgroup, r->cgroup, j->slot,
	    &j->grant.manifest.limits, why) == -1)
		return -1;
	j->cpus = choose_cpus(r, j);
	place.cpus = j->cpus;
	place.cgroup = j->cgroup.dir;
	return spawn_job(r->spawner, &place, &j->grant, j->bundle.fd, &j->child,
	    why);
}

void
job_build(struct runner *r, struct job *j)
{
	struct why why;

	if (bundle_seal(&j->bundle, j->grant.bundle_sha256) == -1) {
		if (errno == EBADMSG)
			job_refuse(r, j, REASON_BUNDLE, "the bundle's SHA-256 "
			    "is not the command's; sign a command for the "
			    "bundle that is sent");
		else
			job_fail_errno(r, j, "cannot seal the bundle");
		return;
	}
	if (start(r, j, &why) == -1) {
		job_fail(r, j, REASON_SANDBOX, why.text);
		return;
	}
	job_enter(j, JOB_BUILD, BUILD_MS);
}

void
job_build_overdue(struct runner *r, struct job *j)
{
	job_refuse(r, j, REASON_SANDBOX, "the sandbox was not ready "
	    "within %d s: the appliance is too busy or too slow for "
	    "a bundle of %llu bytes; run fewer jobs at a time, or give "
	    "the appliance more CPUs", BUILD_MS / 1000,
	    (unsigned long long)j->grant.bundle_len);
}
