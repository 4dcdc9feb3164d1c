#include "ended.h"

#include <string.h>

#include "client/buf.h"
#include "tail.h"

#define STOPPED_LINE "casemate: stopped"

/* QEMU's words (ShutdownCause); `guest-reset' may be in good order. */
static const struct {
	const char *reason;
	enum ended ended;
} reasons[] = {
    {"\"guest-shutdown\"", ENDED_STOPPED},
    {"\"guest-reset\"", ENDED_RESET},
    {"\"guest-panic\"", ENDED_RESET},
    {"\"host-qmp-quit\"", ENDED_QUIT},
    {"\"host-signal\"", ENDED_SIGNAL},
    {"\"host-error\"", ENDED_ERROR},
};

static const char *const texts[] = {
    [ENDED_NOT_STARTED] = "its VM did not start",
    [ENDED_STOPPED] = "it stopped in good order",
    [ENDED_REBOOTED] = "it rebooted in good order, which ends its VM",
    [ENDED_RESET] = "its kernel panicked",
    [ENDED_QUIT] = "a command `quit' to its monitor ended QEMU",
    [ENDED_SIGNAL] = "a signal ended QEMU",
    [ENDED_ERROR] = "QEMU ended because of an error",
    [ENDED_KILLED] = "QEMU was killed or crashed",
};

/* The line of the last SHUTDOWN, or NULL. */
static const char *
last_shutdown(const char *text)
{
	const char *at = NULL;

	while ((text = strstr(text, "\"SHUTDOWN\"")) != NULL)
		at = text++;
	return at;
}

enum ended
ended_load(const char *name)
{
	enum ended ended = ENDED_KILLED;
	struct buf b = { 0 };
	const char *line;

	if (tail_read(name, "events.log", &b) == -1)
		ended = ENDED_NOT_STARTED;
	line = last_shutdown(buf_str(&b));
	for (size_t i = 0;
	     line != NULL && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strstr(line, reasons[i].reason) != NULL)
			ended = reasons[i].ended;
	/* A reset has no reason: the console says whether init was done. */
	if (ended == ENDED_RESET && tail_has(name, "console.log", STOPPED_LINE))
		ended = ENDED_REBOOTED;
	buf_free(&b);
	return ended;
}

const char *
ended_text(enum ended ended)
{
	return texts[ended];
}

const char *
ended_stale_text(const char *name, const struct vm_state *s)
{
	return s->qemu.pid == 0 ? "this host was restarted" :
	    ended_text(ended_load(name));
}

bool
ended_in_order(enum ended ended)
{
	return ended == ENDED_STOPPED || ended == ENDED_REBOOTED;
}
