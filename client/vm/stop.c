#include "stop.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/say.h"
#include "ended.h"
#include "lib/clock.h"
#include "qmp.h"
#include "tail.h"

#define MONITOR_MS	5000	/* QEMU's monitor replies within 0.1 s */
#define PRESS_MS	250	/* between two presses of the power button */
#define QUIT_MS		5000	/* QEMU ends within 0.1 s when it can */
#define FAILED_MS	5000	/* for one that did not come up */
#define DEVICE_MS	2000	/* it ends by itself after QEMU */

static void
kill_qemu(const char *name, const struct vm_state *s, int qemu)
{
	proc_signal(qemu, SIGKILL);
	if (!proc_ended(qemu, QUIT_MS))
		say("%s: QEMU (pid %ld) did not exit after SIGKILL; look at "
		    "the host's kernel log", name, (long)s->qemu.pid);
}

/* The guest is off, but QEMU with many emulated processors may hang then. */
static bool
is_off(const char *name, const struct vm_state *s, int qemu)
{
	const enum ended ended = ended_load(name);

	if (ended == ENDED_KILLED || ended == ENDED_NOT_STARTED)
		return false;
	if (!proc_ended(qemu, QUIT_MS)) {
		say("%s: is off, but QEMU did not exit and was killed", name);
		kill_qemu(name, s, qemu);
	}
	return true;
}

/*
 * Presses the power button until the VM has ended.  QEMU drops a press while
 * the firmware of pc and q35 runs, and init ignores a second one.  False at the
 * deadline; then *w has why the last press failed, if it did.
 */
static bool
press_power_button(const char *name, const struct vm_state *s, int qemu,
    uint64_t deadline, struct why *w)
{
	char *path = state_file(name, "qmp.sock");
	bool ended = false;

	while (path != NULL && !ended && clock_left_ms(deadline) > 0) {
		int left;

		w->text[0] = '\0';
		qmp_command(path, "system_powerdown", MONITOR_MS, w);
		left = clock_left_ms(deadline);
		ended = proc_ended(qemu, left < PRESS_MS ? left : PRESS_MS) ||
		    is_off(name, s, qemu);
	}
	free(path);
	return ended;
}

static void
end_qemu(const char *name, const struct vm_state *s, int qemu)
{
	char *path = state_file(name, "qmp.sock");
	struct why w = { "" };

	if (path == NULL || qmp_command(path, "quit", MONITOR_MS, &w) == -1 ||
	    !proc_ended(qemu, QUIT_MS))
		kill_qemu(name, s, qemu);
	free(path);
}

/* The device ends by itself after QEMU; else it is ended. */
static void
end_device(const struct vm_state *s)
{
	int fd = proc_open(&s->device);

	if (fd == -1)
		return;
	if (!proc_ended(fd, DEVICE_MS)) {
		proc_signal(fd, SIGTERM);
		if (!proc_ended(fd, DEVICE_MS))
			proc_signal(fd, SIGKILL);
	}
	close(fd);
}

void
stop_leftovers(const char *name, const struct vm_state *s)
{
	end_device(s);
	/* Children of ours, when `up' itself calls. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	state_remove(name);
}

int
stop_report_late(const char *name, uint64_t wait_s)
{
	say("%s: did not stop within %llu s and was ended by force; its jobs "
	    "were cut off, its ledger has all that was committed", name,
	    (unsigned long long)wait_s);
	tail_show(name, "its console", "console.log");
	return -1;
}

int
stop_report(const char *name)
{
	const enum ended ended = ended_load(name);

	if (ended == ENDED_STOPPED) {
		say_progress("%s: stopped in good order", name);
		return 0;
	}
	if (ended_in_order(ended)) {
		say("%s: %s", name, ended_text(ended));
		return 0;
	}
	say("%s: %s; its jobs were cut off, its ledger has all that was "
	    "committed", name, ended_text(ended));
	if (ended == ENDED_ERROR || ended == ENDED_KILLED)
		tail_show(name, "QEMU", "qemu.log");
	tail_show(name, "its console", "console.log");
	return -1;
}

/* True when it ended by the button; else it was ended by force. */
static bool
end_vm(const char *name, const struct vm_state *s, uint64_t deadline,
    bool force, struct why *w)
{
	int qemu = proc_open(&s->qemu);
	bool ended = qemu == -1;

	if (qemu != -1) {
		if (!force)
			ended = press_power_button(name, s, qemu, deadline, w);
		if (!ended)
			end_qemu(name, s, qemu);
		close(qemu);
	}
	stop_leftovers(name, s);
	return ended;
}

int
stop_vm(const char *name, const struct vm_state *s, uint64_t wait_s,
    uint64_t deadline, bool force)
{
	struct why w = { "" };

	if (end_vm(name, s, deadline, force, &w))
		return stop_report(name);
	if (!force) {
		if (w.text[0] != '\0')
			say("%s: its power button cannot be pressed: %s", name,
			    w.text);
		return stop_report_late(name, wait_s);
	}
	say_progress("%s: ended by force, as asked", name);
	return 0;
}

void
stop_failed(const char *name, const struct vm_state *s)
{
	struct why w = { "" };

	end_vm(name, s, clock_ms() + FAILED_MS, false, &w);
}
