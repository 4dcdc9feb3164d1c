/* casemate down */
#include "casemate.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/vm/ended.h"
#include "client/vm/lock.h"
#include "client/vm/names.h"
#include "client/vm/state.h"
#include "client/vm/stop.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/name.h"
#include "say.h"
#include "target.h"

#define WAIT_S		30
#define CUT_MS		5000	/* for the other's end, after its QEMU's */
#define CUT_EVERY_MS	100

struct take_down {
	uint64_t	wait_s;
	bool		force;
	const char	*name;
	uint64_t	deadline;
	enum lock_user	stopped;	/* what this has waited for */
	bool		cut;		/* this has killed QEMU */
};

/* Stops an `up' that is at work; it presses the power button, too. */
static void
interrupt_up(const struct take_down *d, const struct proc *up)
{
	int fd = proc_open(up);

	if (fd == -1)
		return;
	say_progress("%s: is being started; stopping that", d->name);
	proc_signal(fd, SIGTERM);
	close(fd);
}

/* Ends the QEMU of the `up' or `down' that has the lock, until it is free. */
static int
lock_by_force(struct take_down *d)
{
	const uint64_t deadline = clock_ms() + CUT_MS;
	int lock = -1, qemu;
	struct vm_state s;

	errno = EWOULDBLOCK;
	while (lock == -1 && errno == EWOULDBLOCK &&
	    clock_left_ms(deadline) > 0) {
		if (state_load(d->name, &s) == STATE_ERROR)
			return -1;
		if ((qemu = proc_open(&s.qemu)) != -1) {
			d->cut |= proc_signal(qemu, SIGKILL) == 0;
			close(qemu);
		}
		lock = lock_wait(d->name, LOCK_DOWN, clock_ms() + CUT_EVERY_MS);
	}
	return lock;
}

static int
take_lock(struct take_down *d)
{
	struct proc holder;
	int lock = lock_try(d->name, LOCK_DOWN, &holder, &d->stopped);

	if (lock != -1 || errno != EWOULDBLOCK)
		return lock;
	if (d->stopped == LOCK_UP)
		interrupt_up(d, &holder);
	if (!d->force)
		lock = lock_wait(d->name, LOCK_DOWN, d->deadline);
	if (lock == -1 && errno == EWOULDBLOCK)
		lock = lock_by_force(d);
	if (lock == -1 && errno == EWOULDBLOCK)
		lock_say_held(d->name, d->stopped);
	return lock;
}

static void
say_down(const char *name)
{
	char *advice = names_advise(name);

	say("%s: is not up%s", name, advice);
	free(advice);
}

/* How it ended: another process had the lock, or nothing was up. */
static int
report_ended(const struct take_down *d)
{
	if (d->stopped == LOCK_UNKNOWN) {
		say_down(d->name);
		return d->force ? EXIT_OK : EXIT_REFUSED;
	}
	if (ended_load(d->name) == ENDED_NOT_STARTED) {
		say_progress("%s: is not up", d->name);
		return EXIT_OK;
	}
	if (d->cut && !d->force) {
		stop_report_late(d->name, d->wait_s);
		return EXIT_REFUSED;
	}
	if (!d->force || ended_in_order(ended_load(d->name)))
		return stop_report(d->name) == 0 ? EXIT_OK : EXIT_REFUSED;
	say_progress("%s: ended by force, as asked", d->name);
	return EXIT_OK;
}

static int
remove_stale(const struct take_down *d, const struct vm_state *s)
{
	const enum ended ended = ended_load(d->name);

	if (d->cut) {
		stop_leftovers(d->name, s);
		return report_ended(d);
	}
	say("%s: had ended already: %s; removed what it had left", d->name,
	    ended_stale_text(d->name, s));
	stop_leftovers(d->name, s);
	return ended_in_order(ended) || d->force ? EXIT_OK : EXIT_REFUSED;
}

static int
down(const struct take_down *d)
{
	struct vm_state s = { 0 };

	switch (state_load(d->name, &s)) {
	case STATE_ERROR:
		break;
	case STATE_DOWN:
		return report_ended(d);
	case STATE_STALE:
		return remove_stale(d, &s);
	case STATE_UP:
		return stop_vm(d->name, &s, d->wait_s, d->deadline,
		    d->force) == 0 ? EXIT_OK : EXIT_REFUSED;
	}
	return EXIT_REFUSED;
}

static int
run(int argc, char *argv[])
{
	struct take_down d = { .wait_s = WAIT_S, .name = TARGET_DEFAULT };
	int lock, code;

	if (opts_parse(&cmd_down, &d, argc, argv, &d.name) == -1)
		return CMD_USAGE;
	if (name_check(d.name) == -1) {
		say("%s: is not an appliance's name (1 to 63 lower-case "
		    "letters, digits and -)", d.name);
		return CMD_USAGE;
	}
	d.deadline = clock_ms() + d.wait_s * 1000;
	if ((lock = take_lock(&d)) == -1)
		return EXIT_REFUSED;
	code = down(&d);
	close(lock);
	return code;
}

static const struct opt opts[] = {
	{ "wait", 0, OPT_NUMBER, offsetof(struct take_down, wait_s), "SECONDS",
	    "how long it may take (default 30)", .min = 1, .max = 3600 },
	{ "force", 'f', OPT_FLAG, offsetof(struct take_down, force), NULL,
	    .help = "end the VM at once" },
	{ 0 },
};

const struct cmd cmd_down = {
	.name = "down",
	.summary = "stop the appliance in good order",
	.forms = { "[NAME]" },
	.max_args = 1,
	.opts = opts,
	.run = run,
};
