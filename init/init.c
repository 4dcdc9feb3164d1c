/*
 * init: process 1 of the appliance.  main(), at the end, shows what it does.
 *
 * Until the first service starts, any failure is logged and the machine is
 * switched off: there is nothing to save.  After that init never exits: it
 * logs the failure and stops the services in order.
 */
#include <sys/mount.h>
#include <sys/sysinfo.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "boot_plan.h"
#include "button.h"
#include "data.h"
#include "disks.h"
#include "facts.h"
#include "fdstore.h"
#include "console_pipe.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "slowdisk.h"
#include "plan.h"
#include "record.h"
#include "halt.h"
#include "drop.h"
#include "services.h"
#include "spawn.h"
#include "watch.h"

#define N(a)		(sizeof(a) / sizeof((a)[0]))
#define CMDLINE_MAX	4096
#define SERVICES_KIB	(12 * 1024)	/* for keyd, ledgerd and gate */
#define BROKE		"it broke the protocol"
#define YEAR_2024	1704067200	/* before it the clock is not set */

#define SAFE		(MS_NOSUID | MS_NODEV | MS_NOEXEC)

static struct init {
	struct watch	 watch;
	struct levels	 levels;
	struct spawn	 spawn;
	struct disks	 disks;
	int		 fds[FDSTORE_N];
	char		 boot_id[64];
	uint64_t	 start_ns;
	double		 cpu_start;	/* the kernel's own start is init's */
	char		 cmdline[CMDLINE_MAX];
	struct init_facts	 facts;
	struct recorder	 record;
	bool		 trace;
	bool		 stopping;
} init;

static const struct plan_step plan_early[] = {
	MOUNT("/proc", "proc", SAFE, NULL),
};

static double
elapsed_ms(void)
{
	return (double)(clock_ns(CLOCK_BOOTTIME) - init.start_ns) / 1e6;
}

/* Processor time of a process; 0 is init. */
static double
cpu_ms(pid_t pid)
{
	struct timespec used = { 0 };
	clockid_t id;

	if (clock_getcpuclockid(pid, &id) == 0)
		clock_gettime(id, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

/* `casemate.trace' on the command line: what each step took. */
static void
trace(const char *what)
{
	if (init.trace)
		log_info("trace %.2f ms %s", elapsed_ms(), what);
}

/* Only before the first service starts. */
static noreturn void
give_up(void)
{
	log_info("the appliance does not start");
	halt_system(HALT_POWEROFF);
}

/* A press that came before the signals were queued. */
static void
obey_button(void)
{
	if (!button_was_pressed(BUTTON_PRESSES))
		return;
	log_info("the power button was pressed while the kernel started");
	halt_system(HALT_POWEROFF);
}

static void
read_cmdline(void)
{
	char *cmdline = init.cmdline;
	ssize_t n = openreadnclose("/proc/cmdline", cmdline, CMDLINE_MAX - 1);

	cmdline[n > 0 ? n : 0] = '\0';
	init.trace = facts_has_word(cmdline, "casemate.trace");
	if (facts_has_word(cmdline, "casemate.probe")) {
		log_info("probe ok");
		halt_now(HALT_POWEROFF);
	}
}

/*
 * pivot_root(2) cannot replace the kernel's root file system, so that a
 * service could not leave it: mount the root over itself and enter that.
 */
static int
leave_rootfs(void)
{
	if (mount("/", "/empty", NULL, MS_BIND, NULL) == -1 ||
	    chdir("/empty") == -1 ||
	    mount(".", "/", NULL, MS_MOVE, NULL) == -1 ||
	    chroot(".") == -1 || chdir("/") == -1) {
		log_info("cannot put the root over itself: %m");
		return -1;
	}
	return 0;
}

/*
 * Limits the memory of the runner and its jobs together to all but the
 * services' share.  If jobs use it up, the kernel kills within their groups
 * and never a service.
 */
static int
limit_jobs(void)
{
	const uint64_t reserve = SERVICES_KIB * UINT64_C(1024);
	struct sysinfo info = { 0 };
	char limit[32];
	uint64_t bytes;

	sysinfo(&info);
	bytes = (uint64_t)info.freeram * info.mem_unit;
	bytes = bytes > 2 * reserve ? bytes - reserve : reserve;
	snprintf(limit, sizeof(limit), "%llu", (unsigned long long)bytes);
	if (plan_write("/cgroup/runner/memory.max", limit) == 0)
		return 0;
	log_info("cannot set /cgroup/runner/memory.max: %m");
	return -1;
}

static void
check_clock(void)
{
	static const char text[] = "the clock shows a time before 2024: keys "
	    "and commands will be refused as not yet valid; give the machine "
	    "a clock (QEMU: -rtc base=utc)";

	if (clock_unix_s() >= YEAR_2024)
		return;
	log_info("%s", text);
	record_degraded(&init.record, "clock", "", text);
}

/* What is known before ledgerd starts waits for it. */
static void
open_record(void)
{
	facts_find(&init.facts, init.cmdline, FACTS_BUILD, init.disks.list);
	record_init(&init.record, init.fds[FDSTORE_LEDGERD_INIT_R],
	    init.fds[FDSTORE_INIT_LEDGERD_W], &init.facts.boot);
	for (int i = 0; i < init.disks.left_out; i++)
		record_degraded(&init.record, "runtime", init.disks.names[i],
		    "it is left out, because its disk cannot be used");
	check_clock();
}

static void
read_boot_id(void)
{
	ssize_t n = openreadnclose("/proc/sys/kernel/random/boot_id",
	    init.boot_id, sizeof(init.boot_id) - 1);

	init.boot_id[n > 0 ? n : 0] = '\0';
	init.boot_id[strcspn(init.boot_id, "\n")] = '\0';
	init.spawn = (struct spawn){ init.fds,
	    init.disks.kept ? "kept" : "ephemeral", init.boot_id };
}

static size_t
service_index(const struct super *s)
{
	return watch_index(&init.watch, s);
}

static pid_t
spawn(struct super *s)
{
	size_t i = service_index(s);
	int notify = watch_notify_pipe(&init.watch, i);
	pid_t pid;

	if (notify == -1) {
		log_info("cannot start %s: pipe: %m", s->name);
		return -1;
	}
	record_reason(&init.record, i, NULL);
	pid = spawn_service(&services[i], &init.spawn, notify);
	close(notify);
	return pid;
}

static void
send_signal(struct super *s, int signo)
{
	if (signo == SIGKILL && s->state == SUPER_STARTING)
		record_reason(&init.record, service_index(s),
		    "not ready in time");
	if (s->pid > 1)
		kill(s->pid, signo);
}

/* No job outlives the runner. */
static void
end_jobs(void)
{
	if (plan_write("/cgroup/runner/cgroup.kill", "1") == -1)
		log_info("cannot end the jobs: cgroup.kill: %m");
}

static void
trace_service(const struct super *s, const char *what)
{
	if (init.trace && s->pid > 0)
		log_info("trace %.2f ms %s %s, used %.2f ms", elapsed_ms(),
		    s->name, what, cpu_ms(s->pid));
}

/* Kills a service, which is then restarted. */
static void
kill_service(enum service_id i, const char *reason)
{
	record_reason(&init.record, i, reason);
	send_signal(&init.watch.supers[i], SIGKILL);
}

/* See record_stopping(). */
static void
stop(enum halt how, const char *ordered_by, const char *service)
{
	if (init.stopping)
		return;
	init.stopping = true;
	log_info("stopping");
	record_stopping(&init.record, how, ordered_by, service);
	for (size_t i = 0; i < init.watch.n; i++)
		trace_service(&init.watch.supers[i], "stops");
	levels_stop(&init.levels);
}

static void
news(struct super *s, enum super_news what)
{
	size_t i = service_index(s);

	svdir_news(&init.watch.dirs[i], s, what);
	if (what == SUPER_IS_UP || what == SUPER_IS_READY) {
		trace_service(s, what == SUPER_IS_UP ? "is up" : "is ready");
		return;
	}
	if (what == SUPER_HAS_FAILED) {
		record_end(&init.record, i, s, clock_ms());
		return;
	}
	if (i == SERVICE_RUNNER && what != SUPER_IS_FATAL)
		end_jobs();
	if (what == SUPER_IS_FATAL) {
		log_info("%s refuses to start, see above", s->name);
		stop(HALT_POWEROFF, "service", s->name);
	}
}

static void
on_stop(int signo)
{
	stop(HALT_POWEROFF, signo == SIGPWR ? "button" :
	    signo == 0 ? "init" : "signal", "");
}

/* `stopping' comes before any service stops, `stopped' before ledgerd does. */
static bool
may_stop(unsigned level)
{
	if (level == service_levels[SERVICE_LEDGERD].stop)
		record_stopped(&init.record);
	return !record_holds(&init.record,
	    init.watch.supers[SERVICE_LEDGERD].state == SUPER_UP);
}

static void
send_status(void)
{
	for (size_t i = 0; i < init.watch.n; i++)
		console_pipe_send_service(init.fds[FDSTORE_INIT_CONSOLE_W],
		    &init.watch.supers[i]);
}

static void
on_console(void)
{
	enum service_id which = SERVICE_CONSOLE;

	switch (console_pipe_read(init.fds[FDSTORE_CONSOLE_INIT_R],
	    init.fds[FDSTORE_INIT_CONSOLE_W], &which)) {
	case CONSOLE_PIPE_NONE:
		break;
	case CONSOLE_PIPE_BAD:
		log_info("the console broke the protocol: killed");
		kill_service(SERVICE_CONSOLE, BROKE);
		break;
	case CONSOLE_PIPE_POWEROFF:
		stop(HALT_POWEROFF, "console", "");
		break;
	case CONSOLE_PIPE_REBOOT:
		stop(HALT_REBOOT, "console", "");
		break;
	case CONSOLE_PIPE_STATUS:
		send_status();
		break;
	case CONSOLE_PIPE_KILL:
		kill_service(which, "the console's kill command");
		break;
	}
}

static void
on_ledgerd(void)
{
	if (ledger_pipe_read(&init.record.pipe) == 0)
		return;
	log_info("ledgerd broke the protocol: killed");
	kill_service(SERVICE_LEDGERD, BROKE);
}

static void
on_ledgerd_writable(void)
{
	ledger_pipe_flush(&init.record.pipe);
}

/* What watch_turn() waits for beside the services. */
static void
watch_peers(void)
{
	struct watch_extra *x = init.watch.extras;
	const bool unsent = ledger_pipe_flush(&init.record.pipe);

	x[0] = (struct watch_extra){ init.fds[FDSTORE_CONSOLE_INIT_R], false,
	    on_console };
	x[1] = (struct watch_extra){ init.fds[FDSTORE_LEDGERD_INIT_R], false,
	    on_ledgerd };
	x[2] = (struct watch_extra){ unsent ?
	    init.fds[FDSTORE_INIT_LEDGERD_W] : -1, true,
	    on_ledgerd_writable };
	init.watch.deadline = init.record.deadline;
}

/* keyd's notification contains the appliance's key. */
static void
say_ready(void)
{
	const char *key = init.watch.notice[SERVICE_KEYD];

	if (init.trace)
		log_info("trace %.2f ms init is ready, used %.2f ms",
		    elapsed_ms(), cpu_ms(0) - init.cpu_start);
	record_ready(&init.record, (uint64_t)elapsed_ms());
	log_info("ready in %.0f ms (%s), %s", elapsed_ms(), init.spawn.mode,
	    key[0] == '\0' ? "key unknown" : key);
}

static void
boot_or_give_up(int result, const char *what)
{
	if (result == -1)
		give_up();
	trace(what);
}

static void
start_services(void)
{
	static const struct super_sys sys = { spawn, send_signal, news };

	for (size_t i = 0; i < SERVICE_N; i++)
		watch_add(&init.watch, services[i].name, services[i].stop_ms,
		    &sys);
	init.levels.may_stop = may_stop;
	levels_boot(&init.levels, init.watch.supers, service_levels, SERVICE_N,
	    SERVICE_READY_LEVEL);
}

/* Only used once the appliance is ready, so the boot does not wait for it. */
static void
open_directories(void)
{
	for (size_t i = 0; i < SERVICE_N; i++)
		if (svdir_open(&init.watch.dirs[i], "/run/service",
		    &init.watch.supers[i]) == -1)
			log_info("/run/service/%s: %m", services[i].name);
}

/* Returns when all services have stopped. */
static void
supervise(void)
{
	enum levels_phase before, phase = LEVELS_BOOT;

	while (phase != LEVELS_END) {
		watch_peers();
		watch_turn(&init.watch);
		before = phase;
		phase = levels_step(&init.levels);
		if (before != LEVELS_BOOT || phase != LEVELS_RUN)
			continue;
		say_ready();
		open_directories();
		levels_rest(&init.levels);
	}
}

int
main(void)
{
	int keyd_folder;
	pid_t waiting;

	init.start_ns = clock_ns(CLOCK_BOOTTIME);
	init.cpu_start = cpu_ms(0);
	log_init("casemate");
	if (getpid() != 1)
		die(EXIT_USAGE, "init is process 1: the kernel starts it");
	boot_or_give_up(watch_init(&init.watch), "signals");
	init.watch.on_stop = on_stop;

	boot_or_give_up(leave_rootfs(), "root");
	boot_or_give_up(plan_run(plan_early, N(plan_early)), "proc");
	read_cmdline();
	boot_or_give_up(plan_run(boot_plan, boot_plan_len), "boot plan");
	obey_button();
	boot_or_give_up(fdstore_open_log(init.fds), "log");
	waiting = slowdisk_start("opening the data disk");
	boot_or_give_up(disks_mount(&init.disks), "disks");
	boot_or_give_up(data_open("/data", &keyd_folder), "data");
	slowdisk_stop(waiting);
	boot_or_give_up(limit_jobs(), "memory");
	read_boot_id();
	boot_or_give_up(fdstore_open(init.fds, keyd_folder), "pipes");
	open_record();
	boot_or_give_up(drop_privileges(), "privileges");

	start_services();
	supervise();

	close(init.fds[FDSTORE_KEYD_STATE]);
	halt_system(init.record.how);
}
