/* casemate up */
#include "casemate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance.h"
#include "client/vm/differ.h"
#include "client/vm/disk.h"
#include "client/vm/ended.h"
#include "client/vm/lock.h"
#include "client/vm/proc.h"
#include "client/vm/start.h"
#include "client/vm/stop.h"
#include "client/vm/tail.h"
#include "conn.h"
#include "file.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/name.h"
#include "need.h"
#include "say.h"
#include "up.h"
#include "verified.h"

#define TRY_MS		1000	/* one try; Ctrl-C waits for its end */
#define STOP_WAIT_S	30
#define TURN_MS		500	/* between two looks for a signal */
#define READY_LINE	"casemate: ready in "
#define READY_LINE_MS	3000

/* Between two tries to reach a VM that starts. */
static const struct backoff pause_start = { 20, 200 };

static volatile sig_atomic_t stop_wanted;

static void
want_stop(int sig)
{
	stop_wanted = sig;
}

static int
parse(struct up *u, int argc, char *argv[])
{
	if (opts_parse(&cmd_up, u, argc, argv, NULL) == -1)
		return -1;
	if (name_check(u->name) == -1) {
		say("--name %s: a name has 1 to 63 lower-case letters, digits "
		    "and -, and does not begin with -", u->name);
		return -1;
	}
	if (u->ephemeral && (u->disk != NULL || u->disk_size != 0)) {
		say("--%s and --ephemeral exclude each other",
		    u->disk != NULL ? "disk" : "disk-size");
		return -1;
	}
	if (u->disk_size == 0)
		u->disk_size = DISK_SIZE;
	if (vm_parse_machine(u->machine, &u->vm.machine) == -1)
		say_die(101, "--machine %s", u->machine);
	for (size_t i = 0; i < u->runtimes.n; i++)
		if (up_parse_runtime(u, u->runtimes.item[i]) == -1)
			return -1;
	return 0;
}

/* Ends what has started, after a signal. */
static void
break_off(struct up *u)
{
	say("%s: interrupted while it was starting; stopping it (at most %d s)",
	    u->name, STOP_WAIT_S);
	stop_vm(u->name, &u->state, STOP_WAIT_S,
	    clock_ms() + STOP_WAIT_S * 1000, false);
}

/* Says why it did not come up, shows both logs, and ends its VM. */
static void
give_up(struct up *u, const char *what)
{
	say("%s: %s", u->name, what);
	tail_show(u->name, "its console", "console.log");
	tail_show(u->name, "QEMU", "qemu.log");
	stop_failed(u->name, &u->state);
}

/* Emulated processors take turns on the host's, and wait for each other. */
static const char *
why_late(const struct up *u)
{
	long host = sysconf(_SC_NPROCESSORS_ONLN);

	say("%s: was not ready within %llu s (--wait); its console may say "
	    "why", u->name, (unsigned long long)u->wait_s);
	if (!u->vm.kvm && host > 0 && u->cpus > (uint64_t)host)
		return "this host emulates more processors than it has: give "
		    "a smaller --cpus, or a longer --wait";
	return "try again with a longer --wait if this host or its disk is "
	    "slow";
}

/* Waits for HELLO or a signal.  Returns NULL, or why HELLO did not come. */
static const char *
wait_hello(struct up *u, const struct target *t)
{
	const uint64_t deadline = u->started + u->wait_s * 1000;
	struct backoff pauses = pause_start;
	int qemu = proc_open(&u->state.qemu);
	const char *failed = NULL;
	struct why w;
	struct conn c;

	while (failed == NULL) {
		enum conn_result r = CONN_LATER;

		const bool ended = qemu == -1 || proc_ended(qemu,
		    (int)backoff_next(&pauses));

		if (stop_wanted)
			break;
		else if (ended)
			failed = "the VM ended by itself before it was ready";
		else if (clock_left_ms(deadline) == 0)
			failed = why_late(u);
		else
			r = conn_open(&c, t, TRY_MS, &u->hello, &w);
		if (r == CONN_OK) {
			conn_close(&c);
			break;
		}
		if (r == CONN_NEVER) {
			say("%s: %s", u->name, w.text);
			failed = "its socket answers, but not as an appliance";
		}
	}
	if (qemu != -1)
		close(qemu);
	return failed;
}

/*
 * The gate answers a moment before init's ready line is on the console.  Wait
 * for the line, so that it is there for users who look; nothing depends on it.
 */
static void
wait_ready_line(const struct up *u)
{
	const uint64_t deadline = clock_ms() + READY_LINE_MS;
	struct backoff pauses = pause_start;

	while (!tail_has(u->name, "console.log", READY_LINE) &&
	    !stop_wanted && clock_left_ms(deadline) > 0)
		backoff_sleep(backoff_next(&pauses));
}

/* The file with the key is replaced, and older receipts need the old key. */
static void
tell_new_key(const struct up *u, const char *path)
{
	char before[VKEY_MAX + 1];

	if (strcmp(u->hello.mode, "kept") != 0 || access(path, F_OK) == -1 ||
	    verified_load_key(path, before) == -1 ||
	    strcmp(before, u->hello.vkey) == 0)
		return;
	say("%s: its key is not the one of its last start, so it is another "
	    "appliance, with another data disk; receipts of the one before "
	    "need its key %s", u->name, before);
}

static int
save_key(const struct up *u)
{
	char *path = state_file(u->name, "appliance.vkey");
	char *line = need_printf("%s\n", u->hello.vkey);
	int ret = -1;

	if (path != NULL) {
		tell_new_key(u, path);
		ret = file_save(path, line, strlen(line), 0644);
	}
	free(path);
	free(line);
	return ret;
}

/* What other commands need to know of it.  Complains and returns -1. */
static int
keep(struct up *u)
{
	u->state.ready = 1;
	return save_key(u) == 0 ? state_save(u->name, &u->state) : -1;
}

static void
report(const struct up *u, const struct target *t)
{
	char where[PATH_MAX + 16];
	long long ms = (long long)(clock_ms() - u->started);

	target_format(where, sizeof(where), t);
	printf("%s is up in %lld.%03lld s: %s, %s, %s\n", u->name, ms / 1000,
	    ms % 1000, u->hello.mode, u->state.machine, u->state.accel);
	printf("key %s\nat  %s\n", u->hello.vkey, where);
	fflush(stdout);
}

/*
 * Ends a VM that ran in the foreground.  Another process may have stopped it
 * and removed its state, and a third may have started a new one.
 */
static int
leave(struct up *u, bool ended)
{
	const uint64_t deadline = clock_ms() + STOP_WAIT_S * 1000;
	int ret = ended ? stop_report(u->name) : 0;
	struct vm_state now = { 0 };
	enum state_found found;

	u->lock = lock_wait(u->name, LOCK_UP, deadline);
	if (u->lock == -1) {
		if (errno == EWOULDBLOCK)
			lock_say_held(u->name, LOCK_DOWN);
		return -1;
	}
	found = state_load(u->name, &now);
	if (found != STATE_DOWN && now.qemu.pid == u->state.qemu.pid) {
		if (!ended)
			return stop_vm(u->name, &u->state, STOP_WAIT_S,
			    deadline, false);
		stop_leftovers(u->name, &u->state);
	} else if (!ended) {
		ret = stop_report(u->name);
	}
	return ret;
}

/* Returns when QEMU has ended; after a signal, stops it. */
static int
stay(struct up *u)
{
	int qemu = proc_open(&u->state.qemu), ret;
	bool ended = qemu == -1;

	close(u->lock);		/* lets `casemate down' work */
	u->lock = -1;
	while (!ended && !stop_wanted)
		ended = proc_ended(qemu, TURN_MS);
	ret = leave(u, ended);
	if (qemu != -1)
		close(qemu);
	return ret == 0 ? EXIT_OK : EXIT_REFUSED;
}

/* QEMU runs.  Returns when the appliance is ready, or it has been ended. */
static int
follow(struct up *u)
{
	const char *failed;
	struct target t;

	failed = state_target(u->name, &u->state, &t) == -1 ?
	    "its socket's path is too long" : wait_hello(u, &t);
	if (failed == NULL && !stop_wanted) {
		if (keep(u) == -1)
			failed = "its key cannot be kept";
		else
			wait_ready_line(u);
	}
	if (failed == NULL && !stop_wanted) {
		report(u, &t);
		return u->foreground ? stay(u) : EXIT_OK;
	}
	if (failed != NULL)
		give_up(u, failed);
	else
		break_off(u);
	return EXIT_REFUSED;
}

static int
go(struct up *u)
{
	if (up_prepare(u, &stop_wanted) == -1) {
		state_remove(u->name);
		return EXIT_REFUSED;
	}
	if (stop_wanted) {
		say("%s: interrupted; its VM has not been started", u->name);
		state_remove(u->name);
		return EXIT_REFUSED;
	}
	u->started = clock_ms();
	if (start_vm(u->name, u->dir, &u->vm, u->foreground, &u->state) == -1)
		return EXIT_REFUSED;
	return follow(u);
}

/* Compares what runs with what was asked for. */
static int
compare(struct up *u, const struct vm_state *asked)
{
	char *differ = differ_text(&u->state, asked);
	int code = EXIT_OK;

	if (*differ != '\0') {
		say("%s: is up with %s; to change that, stop it first with "
		    "`casemate down %s'", u->name, differ, u->name);
		code = EXIT_REFUSED;
	} else if (u->foreground) {
		say("%s: is up already, so --foreground cannot start it; stop "
		    "it first with `casemate down %s'", u->name, u->name);
		code = EXIT_REFUSED;
	} else if (!u->state.ready) {
		say_progress("%s: another `up' has left it while it was "
		    "starting; waiting for it", u->name);
		u->started = clock_ms();
		code = follow(u);
	} else {
		say("%s: is up already (%s, %s); `casemate down %s' stops it",
		    u->name, u->state.machine, u->state.accel, u->name);
	}
	free(differ);
	return code;
}

static int
up(struct up *u)
{
	struct vm_state asked;
	enum state_found found = state_load(u->name, &u->state);

	if (found == STATE_ERROR || up_resolve(u, &asked) == -1)
		return EXIT_REFUSED;
	if (found == STATE_UP)
		return compare(u, &asked);
	if (found == STATE_STALE) {
		say_progress("%s: an earlier VM of this name has ended: %s; "
		    "removed what it had left", u->name,
		    ended_stale_text(u->name, &u->state));
		stop_leftovers(u->name, &u->state);
	}
	/* What `down' reads when it stops this before QEMU runs. */
	unlinkat(u->dir, "events.log", 0);
	u->state = asked;
	return go(u);
}

/* Signals to stop it, but a SIGHUP that nohup(1) ignores. */
static void
take_signals(void)
{
	const struct sigaction sa = { .sa_handler = want_stop };
	struct sigaction old;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
}

static int
take_lock(const char *name)
{
	struct proc holder;
	enum lock_user held;
	int lock = lock_try(name, LOCK_UP, &holder, &held);

	if (lock == -1 && errno == EWOULDBLOCK)
		lock_say_held(name, held);
	return lock;
}

static int
run(int argc, char *argv[])
{
	struct up u = { .name = TARGET_DEFAULT, .machine = "microvm",
	    .accel = "auto", .memory_mib = VM_MEMORY, .cpus = 1,
	    .wait_s = 60 };
	int code = EXIT_REFUSED;

	if (parse(&u, argc, argv) == -1)
		return CMD_USAGE;
	take_signals();
	if ((u.lock = take_lock(u.name)) == -1)
		return EXIT_REFUSED;
	if ((u.dir = state_open(u.name)) != -1) {
		code = up(&u);
		close(u.dir);
	}
	if (u.lock != -1)
		close(u.lock);
	up_free(&u);
	return code;
}

#define AT(member)	offsetof(struct up, member)

static const struct opt opts[] = {
	{ "site", 0, OPT_TEXT, AT(site), "DIR|CPIO",
	    "a site's folder, or what `casemate site' made",
	    .needed = OPT_FORM_1 },
	{ "name", 'n', OPT_TEXT, AT(name), "NAME",
	    .help = "the appliance's name on this host (default: default)" },
	{ "image", 0, OPT_TEXT, AT(image), "BZIMAGE",
	    .help = "the appliance's kernel (default: beside casemate)" },
	{ "disk", 0, OPT_TEXT, AT(disk), "FILE",
	    .help = "the data disk; it is made if missing" },
	{ "disk-size", 0, OPT_SIZE, AT(disk_size), "SIZE",
	    "the size of a disk that is made (default 1G)",
	    .min = DISK_SIZE_MIN, .max = 1ull << 40 },
	{ "ephemeral", 0, OPT_FLAG, AT(ephemeral), NULL,
	    .help = "no data disk: ledger and key end with the VM" },
	{ "runtime", 0, OPT_LIST, AT(runtimes), "NAME=FILE",
	    .help = "a runtime image, for jobs that name it" },
	{ "memory", 'm', OPT_NUMBER, AT(memory_mib), "MIB",
	    "the VM's memory (default 512)", .min = VM_MEMORY_MIN,
	    .max = 1 << 20 },
	{ "cpus", 0, OPT_NUMBER, AT(cpus), "N",
	    "its processors (default 1)", .min = 1, .max = VM_CPUS_MAX },
	{ "machine", 0, OPT_WORD, AT(machine), "microvm|q35|pc",
	    .help = "QEMU's machine type (default microvm)" },
	{ "accel", 0, OPT_WORD, AT(accel), "auto|kvm|tcg",
	    .help = "auto takes KVM only where a guest runs in it" },
	{ "wait", 0, OPT_NUMBER, AT(wait_s), "SECONDS",
	    "how long it may take (default 60)", .min = 1, .max = 3600 },
	{ "foreground", 0, OPT_FLAG, AT(foreground), NULL,
	    .help = "stay until the VM ends" },
	{ 0 },
};

const struct cmd cmd_up = {
	.name = "up",
	.summary = "start an appliance in a VM on this host",
	.forms = { "" },
	.opts = opts,
	.run = run,
};
