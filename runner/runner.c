/*
 * runner - unpacks, confines, runs and watches jobs.
 *
 * It takes typed messages from gate, asks keyd whether and how a job may run,
 * has ledgerd record every decision before it takes effect, and starts jobs
 * through its spawner.  See runner(8) and docs/sandbox.md.
 */
#include "runner.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/jail/cgroup.h"
#include "runner/jail/confine.h"
#include "lib/clock.h"
#include "lib/fds.h"
#include "lib/log.h"
#include "runner/jail/measure.h"
#include "runner/jail/root.h"
#include "runner.seccomp.h"
#include "lib/sandbox.h"
#include "runner/jail/spawn.h"

#define BUDGET_SHARE	4	/* bundles take a quarter of memory at most */

static const struct sandbox_limit runner_limits[] = {
	{ RLIMIT_NOFILE, 256 },		/* 8 per job, and the channels */
	{ RLIMIT_FSIZE, BUNDLE_MAX },	/* a bundle is the largest file */
};

static const struct sandbox runner_sandbox = {
	.filter = runner_filter,
	.nfilter = sizeof(runner_filter) / sizeof(runner_filter[0]),
	.limits = runner_limits,
	.nlimits = sizeof(runner_limits) / sizeof(runner_limits[0]),
};

uint64_t
now_ms(void)
{
	return clock_ms();
}

uint64_t
uptime_ms(void)
{
	return clock_boot_ms();
}

static void
add_runtime(struct runner *r, const char *name)
{
	size_t used = strlen(r->runtimes_text);

	if (r->runtimes.n == RUNTIMES_MAX ||
	    used + 1 + strlen(name) >= sizeof(r->runtimes_text))
		die(EXIT_REFUSED, "too many runtimes: detach some");
	strcpy(r->runtimes.list[r->runtimes.n++].name, name);
	snprintf(r->runtimes_text + used, sizeof(r->runtimes_text) - used,
	    "%s%s", used == 0 ? "" : ",", name);
}

/* The runtimes do not change while the appliance is up. */
static void
load_runtimes(struct runner *r)
{
	DIR *d = opendir(ROOT_RUNTIMES);
	struct dirent *e;

	if (d == NULL)
		die_errno("%s", ROOT_RUNTIMES);
	while ((e = readdir(d)) != NULL)
		if (name_check(e->d_name) == 0)
			add_runtime(r, e->d_name);
	closedir(d);
}

static void
load_memory(struct runner *r)
{
	struct sysinfo si;

	if (sysinfo(&si) == -1)
		die_errno("sysinfo");
	r->memory_total = (uint64_t)si.totalram * si.mem_unit;
	r->budget.total = r->memory_total / BUDGET_SHARE;
}

static void
load_cpus(struct runner *r)
{
	r->cpus = cpus_get();
	if (r->cpus == 0)
		die_errno("sched_getaffinity");
}

/* A kernel that cannot confine a job runs none. */
static void
check_kernel(int cgroup)
{
	struct why why;

	if (confine_check(&why) == -1 || cgroup_check(cgroup, &why) == -1)
		die(EXIT_REFUSED, "%s", why.text);
}

/* A slot lingers while processes of a predecessor's job still end. */
static void
init_slots(struct runner *r)
{
	struct why why;

	for (unsigned i = 0; i < JOB_SLOTS; i++) {
		struct job *j = &r->jobs[i];

		job_init(j, r, i);
		if (cgroup_clear(&j->cgroup, r->cgroup, i, &why) == -1)
			die(EXIT_REFUSED, "%s", why.text);
		if (j->cgroup.dir != -1)
			job_linger(j);
	}
}

/* Only the spawner needs privileges, to start jobs. */
static void
drop_powers(void)
{
	struct why why;

	if (confine_caps(&why) == -1 ||
	    confine_to_cgroup(FD_RUNNER_CGROUP, &why) == -1)
		die(EXIT_SYSTEM, "%s", why.text);
}

static int
open_signals(void)
{
	sigset_t term;
	int fd;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &term, NULL) == -1)
		die_errno("signal mask");
	signal(SIGPIPE, SIG_IGN);	/* a job's process 1 may be gone */
	fd = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd == -1)
		die_errno("signalfd");
	return fd;
}

int
main(int argc, char *argv[])
{
	static struct runner r;

	(void)argv;
	log_init("runner");
	if (argc != 1)
		die(EXIT_USAGE, "usage: runner");
	check_kernel(FD_RUNNER_CGROUP);
	r.spawner = spawn_start();
	r.cgroup = FD_RUNNER_CGROUP;
	r.signals = open_signals();
	shares_init(&r.shares);
	r.usage.room = UINT64_MAX;
	load_memory(&r);
	load_cpus(&r);
	load_runtimes(&r);			/* last look at a file */
	r.measurer = r.runtimes.n == 0 ? -1 :
	    measure_start(MEASURE_DISKS, &r.runtimes);
	drop_powers();
	init_slots(&r);
	chan_init(&r.gate, FD_RUNNER_GATE_IN, FD_RUNNER_GATE_OUT, PEER_RUNNER,
	    PEER_GATE);
	chan_init(&r.keyd, FD_RUNNER_KEYD_IN, FD_RUNNER_KEYD_OUT, PEER_RUNNER,
	    PEER_KEYD);
	chan_init(&r.ledgerd, FD_RUNNER_LEDGERD_IN, FD_RUNNER_LEDGERD_OUT,
	    PEER_RUNNER, PEER_LEDGERD);

	sandbox_enter(&runner_sandbox);		/* no way back from here */
	sandbox_ready(FD_NOTIFY);
	while (runner_turn(&r, -1))
		;
	runner_flush(&r);
	_exit(EXIT_OK);
}
