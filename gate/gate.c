#include "gate.h"

#include <sys/resource.h>

#include <signal.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fds.h"
#include "gate.seccomp.h"
#include "lib/log.h"
#include "lib/sandbox.h"

static volatile sig_atomic_t stop;

static const struct sandbox_limit limits[] = {
	/* The connections, one that replaces another, and our own. */
	{ RLIMIT_NOFILE, GATE_CONNS + 16 },
};

static const struct sandbox gate_sandbox = {
	.filter = gate_filter,
	.nfilter = sizeof(gate_filter) / sizeof(gate_filter[0]),
	.limits = limits,
	.nlimits = sizeof(limits) / sizeof(limits[0]),
};

static void
on_term(int signo)
{
	(void)signo;
	stop = 1;
}

/* SIGTERM is let through only by the mask *waiting, while gate waits. */
static void
catch_term(sigset_t *waiting)
{
	struct sigaction sa = { .sa_handler = on_term };
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &term, waiting) == -1 ||
	    sigaction(SIGTERM, &sa, NULL) == -1)
		die_errno("signals");
}

int
main(int argc, char *argv[])
{
	static struct gate g;
	sigset_t waiting;
	bool ready = false;

	log_init("gate");
	if (argc != 1)
		die(EXIT_USAGE, "usage: %s (init starts it)", argv[0]);
	catch_term(&waiting);
	gate_init(&g, FD_GATE_LISTEN, FD_GATE_RUNNER_IN, FD_GATE_RUNNER_OUT,
	    clock_ms);
	sandbox_enter(&gate_sandbox);

	while (!stop) {
		gate_turn(&g, -1, &waiting);
		if (!ready && g.info.known) {
			sandbox_ready(FD_NOTIFY);
			ready = true;
		}
	}
	gate_stop(&g);
	return EXIT_OK;
}
