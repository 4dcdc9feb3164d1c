/*
 * The descriptors that init opens once and keeps open, to give them to a
 * service each time that it starts.  Their numbers are above all that
 * services use (lib/fds.h), and they close on exec.
 */
#ifndef FDSTORE_H
#define FDSTORE_H

enum fdstore {
	FDSTORE_NONE,
	FDSTORE_NULL,		/* /dev/null */
	FDSTORE_LOG,		/* the console, for writing, never blocking */
	FDSTORE_TTY,		/* the console, for reading and writing */
	FDSTORE_LISTEN,		/* the vsock listening socket */
	FDSTORE_CGROUP,		/* the runner's cgroup */
	FDSTORE_KEYD_STATE,
	FDSTORE_SITE,
	/* pipes: the reading end, then the writing end */
	FDSTORE_GATE_RUNNER_R,	FDSTORE_GATE_RUNNER_W,
	FDSTORE_RUNNER_GATE_R,	FDSTORE_RUNNER_GATE_W,
	FDSTORE_RUNNER_KEYD_R,	FDSTORE_RUNNER_KEYD_W,
	FDSTORE_KEYD_RUNNER_R,	FDSTORE_KEYD_RUNNER_W,
	FDSTORE_RUNNER_LEDGERD_R,	FDSTORE_RUNNER_LEDGERD_W,
	FDSTORE_LEDGERD_RUNNER_R,	FDSTORE_LEDGERD_RUNNER_W,
	FDSTORE_KEYD_LEDGERD_R,	FDSTORE_KEYD_LEDGERD_W,
	FDSTORE_LEDGERD_KEYD_R,	FDSTORE_LEDGERD_KEYD_W,
	FDSTORE_CONSOLE_INIT_R,	FDSTORE_CONSOLE_INIT_W,
	FDSTORE_INIT_CONSOLE_R,	FDSTORE_INIT_CONSOLE_W,
	FDSTORE_LEDGERD_INIT_R,	FDSTORE_LEDGERD_INIT_W,
	FDSTORE_INIT_LEDGERD_R,	FDSTORE_INIT_LEDGERD_W,
	FDSTORE_N,
};

/*
 * Opens the console for the log, as descriptor 2, too.  Returns 0, or -1 with
 * errno.
 */
int	fdstore_open_log(int fds[FDSTORE_N]);

/*
 * Opens all others.  Takes over keyd's folder.  Returns 0, or -1 after a
 * message on the log.
 */
int	fdstore_open(int fds[FDSTORE_N], int keyd_folder);

#endif
