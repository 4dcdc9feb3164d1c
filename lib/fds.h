/*
 * The descriptors with which init starts each service.  0 and 1 are /dev/null,
 * 2 is the log (write only).  All others are closed.
 */
#ifndef FDS_H
#define FDS_H

enum {
	FD_NOTIFY = 3,		/* readiness: write "\n", close (s6) */

	/* gate */
	FD_GATE_RUNNER_IN = 4,
	FD_GATE_RUNNER_OUT = 5,
	FD_GATE_LISTEN = 6,	/* AF_VSOCK, bound and listening */

	/* runner */
	FD_RUNNER_GATE_IN = 4,
	FD_RUNNER_GATE_OUT = 5,
	FD_RUNNER_KEYD_IN = 6,
	FD_RUNNER_KEYD_OUT = 7,
	FD_RUNNER_LEDGERD_IN = 8,
	FD_RUNNER_LEDGERD_OUT = 9,
	FD_RUNNER_CGROUP = 10,	/* the delegated cgroup v2 directory */

	/* keyd */
	FD_KEYD_RUNNER_IN = 4,
	FD_KEYD_RUNNER_OUT = 5,
	FD_KEYD_LEDGERD_IN = 6,
	FD_KEYD_LEDGERD_OUT = 7,
	FD_KEYD_STATE = 8,	/* directory, keyd's own, on the data disk */
	FD_KEYD_SITE = 9,	/* directory, read only: the operator's site */

	/* ledgerd; its working directory is its own, on the data disk */
	FD_LEDGERD_RUNNER_IN = 4,
	FD_LEDGERD_RUNNER_OUT = 5,
	FD_LEDGERD_KEYD_IN = 6,
	FD_LEDGERD_KEYD_OUT = 7,
	FD_LEDGERD_INIT_IN = 8,
	FD_LEDGERD_INIT_OUT = 9,

	/* console */
	FD_CONSOLE_INIT_IN = 4,
	FD_CONSOLE_INIT_OUT = 5,
	FD_CONSOLE_TTY = 6,
};

#endif
