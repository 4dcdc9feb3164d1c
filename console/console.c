/*
 * console: the operator's serial line.  It knows five commands: it can ask
 * init to switch off, to reboot, to report the services' states and to kill a
 * service, which is then restarted.
 *
 * No byte and no hangup stops it from reading: it sets the line's mode again
 * before each read, and retries a line that hung up each second.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg/chan.h"
#include "console.seccomp.h"
#include "lib/fds.h"
#include "line.h"
#include "lib/log.h"
#include "lib/sandbox.h"
#include "lib/tty.h"

enum { SLOT_IN, SLOT_OUT, SLOT_TTY, SLOT_N };

#define HELP \
	"help      these lines\n" \
	"status    the services and their states\n" \
	"kill NAME kills a service that hangs; it is restarted\n" \
	"poweroff  stops the jobs and services, and switches off\n" \
	"reboot    the same, and starts again\n"

#define RETRY_MS	1000	/* after a hangup */
#define OUT_MAX		2048	/* the help and what is typed meanwhile */

struct console {
	struct chan	 init;
	struct line	 line;
	bool		 away;		/* the line hung up */
	bool		 told;		/* and that was logged */
	char		 out[OUT_MAX];	/* not written yet */
	size_t		 out_len;
};

static const struct sandbox console_sandbox = {
	.filter = console_filter,
	.nfilter = sizeof(console_filter) / sizeof(console_filter[0]),
};

static const char *
state_word(unsigned state)
{
	static const char *const words[] = {
#define STATE(name, word)	word,
#include "init/state.def"
#undef STATE
	};

	return state < sizeof(words) / sizeof(words[0]) ? words[state] : "?";
}

/* Never blocks: text that does not fit is lost. */
static void
say(struct console *c, const char *text)
{
	size_t len = strlen(text);

	if (len > sizeof(c->out) - c->out_len)
		return;
	memcpy(c->out + c->out_len, text, len);
	c->out_len += len;
}

static void
flush(struct console *c)
{
	ssize_t n;

	if (c->out_len == 0)
		return;
	n = write(FD_CONSOLE_TTY, c->out, c->out_len);
	if (n <= 0)
		return;
	c->out_len -= (size_t)n;
	memmove(c->out, c->out + n, c->out_len);
}

static void
ask(struct console *c, char command)
{
	MSG_SEND(&c->init, init_command, .command = (uint8_t)command);
}

static void
do_line(struct console *c)
{
	char command = line_command(&c->line);

	switch (command) {
	case 0:
		break;
	case 'h':
		say(c, HELP);
		break;
	case '?':
		say(c, "no such command; there are:\n" HELP);
		break;
	default:
		ask(c, command);
		break;
	}
}

static void
hung_up(struct console *c)
{
	c->away = true;
	if (!c->told)
		log_info("the operator's line hung up; trying again each "
		    "second");
	c->told = true;
}

static void
take(struct console *c, char byte)
{
	char echo[LINE_ECHO];
	bool whole = line_take(&c->line, byte, echo);

	say(c, echo);
	if (!whole)
		return;
	do_line(c);
	line_next(&c->line);
}

/* A hangup can reset the line to the kernel's default mode. */
static void
read_tty(struct console *c, int revents)
{
	char text[64];
	ssize_t n;

	(void)tty_set_plain(FD_CONSOLE_TTY);
	n = read(FD_CONSOLE_TTY, text, sizeof(text));
	if (n > 0)
		c->told = false;
	else if (n == 0 || (revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 ||
	    (errno != EAGAIN && errno != EINTR))
		hung_up(c);
	for (ssize_t i = 0; i < n; i++)
		take(c, text[i]);
}

static void
do_service(void *ctx, const struct msg_init_service *m)
{
	const unsigned long long up_ms = m->up_ms;
	struct console *c = ctx;
	char text[96];

	snprintf(text, sizeof(text), "%-8s %-8s %llu.%llu s, process %u, "
	    "%u restarts\n", m->name, state_word(m->state), up_ms / 1000,
	    up_ms / 100 % 10, m->pid, m->restarts);
	say(c, text);
}

static const struct chan_row rows[] = {
	CHAN_ON(init_service, do_service),
};

static void
turn(struct console *c)
{
	struct pollfd pfd[SLOT_N];
	int n;

	chan_poll(&c->init, pfd);
	pfd[SLOT_TTY] = (struct pollfd){
		.fd = c->away ? -1 : FD_CONSOLE_TTY,
		.events = c->out_len != 0 ? POLLIN | POLLOUT : POLLIN,
	};
	n = poll(pfd, SLOT_N, c->away ? RETRY_MS : -1);
	if (n == -1) {
		if (errno == EINTR)
			return;
		die_errno("poll");
	}
	if (n == 0)
		c->away = false;
	if (pfd[SLOT_OUT].revents != 0)
		chan_flush(&c->init);
	if (pfd[SLOT_IN].revents != 0)
		CHAN_DISPATCH(&c->init, rows, c);
	if ((pfd[SLOT_TTY].revents & ~POLLOUT) != 0)
		read_tty(c, pfd[SLOT_TTY].revents);
	flush(c);
}

int
main(int argc, char *argv[])
{
	static struct console c;

	log_init("console");
	if (argc != 1)
		die(EXIT_USAGE, "usage: %s (init starts it)", argv[0]);
	chan_init(&c.init, FD_CONSOLE_INIT_IN, FD_CONSOLE_INIT_OUT,
	    PEER_CONSOLE, PEER_INIT);
	(void)tty_set_plain(FD_CONSOLE_TTY);
	sandbox_enter(&console_sandbox);
	sandbox_ready(FD_NOTIFY);

	for (;;)
		turn(&c);
}
