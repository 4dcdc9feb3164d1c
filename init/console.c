/*
 * console: the operator's line.  Five words and nothing else: it can ask init
 * for what the power button does too, for the services' states, and for a
 * service to be started anew.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "console.seccomp.h"
#include "fds.h"
#include "line.h"
#include "log.h"
#include "sandbox.h"

enum { SLOT_IN, SLOT_OUT, SLOT_TTY, SLOT_N };

#define HELP \
	"help      these lines\n" \
	"status    the services and how they do\n" \
	"kill NAME ends a service that hangs; it starts again\n" \
	"poweroff  ends the jobs, stops the services, switches off\n" \
	"reboot    the same, and starts again\n"

struct console {
	struct chan	 init;
	struct line	 line;
	bool		 deaf;		/* nothing comes on the tty any more */
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
#include "state.def"
#undef STATE
	};

	return state < sizeof(words) / sizeof(words[0]) ? words[state] : "?";
}

/* A line that nobody reads must not stop us: what does not fit is lost. */
static void
say(const char *text)
{
	(void)!write(FD_CONSOLE_TTY, text, strlen(text));
}

static void
ask(struct console *c, char command)
{
	unsigned char payload[1];
	struct put p;

	put_init(&p, payload, sizeof(payload));
	put_u8(&p, (uint8_t)command);
	chan_send(&c->init, MSG_INIT_COMMAND, &p);
}

static void
do_line(struct console *c)
{
	char command = line_command(&c->line);

	switch (command) {
	case 0:
		break;
	case 'h':
		say(HELP);
		break;
	case '?':
		say("no such command; there are:\n" HELP);
		break;
	default:
		ask(c, command);
		break;
	}
}

static void
read_tty(struct console *c)
{
	char text[64];
	ssize_t n = read(FD_CONSOLE_TTY, text, sizeof(text));

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		c->deaf = true;
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (!line_take(&c->line, text[i]))
			continue;
		do_line(c);
		line_next(&c->line);
	}
}

static void
do_service(struct get *in)
{
	char name[16], text[96];
	unsigned state, pid, restarts;
	unsigned long long up_ms;

	get_cstr(in, name, sizeof(name));
	state = get_u8(in);
	pid = get_u32(in);
	restarts = get_u32(in);
	up_ms = get_u64(in);
	if (get_end(in) == -1)
		die(EXIT_PEER, "init broke the protocol: INIT_SERVICE");
	snprintf(text, sizeof(text), "%-8s %-8s %llu.%llu s, process %u, "
	    "%u restarts\n", name, state_word(state), up_ms / 1000,
	    up_ms / 100 % 10, pid, restarts);
	say(text);
}

static void
read_init(struct console *c)
{
	enum chan_event event;
	struct get in;
	enum msg type;

	while ((event = chan_next(&c->init, &type, &in)) != CHAN_NONE)
		if (event == CHAN_MSG && type == MSG_INIT_SERVICE)
			do_service(&in);
}

static void
turn(struct console *c)
{
	struct pollfd pfd[SLOT_N];

	chan_poll(&c->init, pfd);
	pfd[SLOT_TTY] = (struct pollfd){
		.fd = c->deaf ? -1 : FD_CONSOLE_TTY, .events = POLLIN,
	};
	if (poll(pfd, SLOT_N, -1) == -1) {
		if (errno == EINTR)
			return;
		die_errno("poll");
	}
	if (pfd[SLOT_OUT].revents != 0)
		chan_flush(&c->init);
	if (pfd[SLOT_IN].revents != 0)
		read_init(c);
	if (pfd[SLOT_TTY].revents != 0)
		read_tty(c);
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
	sandbox_enter(&console_sandbox);
	sandbox_ready(FD_NOTIFY);

	for (;;)
		turn(&c);
}
