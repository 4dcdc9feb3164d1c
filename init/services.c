#include "services.h"

#include <sys/mount.h>

#include <linux/capability.h>

#include "lib/fds.h"

#define CAP(c)		(UINT64_C(1) << (c))
#define MIB		(1024ul * 1024)
#define NOTHING		(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

/*
 * Sum of stop_ms along the stop levels: 10 s, the deadline of the whole stop.
 */
const struct service services[SERVICE_N] = {
[SERVICE_KEYD] = {
	.name = "keyd",
	.path = "/bin/keyd",
	.argv = { "keyd", "-m", "@mode" },
	.uid = UID_KEYD,
	.root = "/empty",
	.root_flags = NOTHING,
	.cgroup = "/cgroup/services",
	.memlock = 8 * MIB,	/* libsodium's guarded pages, many small ones */
	.oom_score = -900,
	.stop_ms = 1500,
	.fds = {
		[FD_KEYD_RUNNER_IN] = HELD_RUNNER_KEYD_R,
		[FD_KEYD_RUNNER_OUT] = HELD_KEYD_RUNNER_W,
		[FD_KEYD_LEDGERD_IN] = HELD_LEDGERD_KEYD_R,
		[FD_KEYD_LEDGERD_OUT] = HELD_KEYD_LEDGERD_W,
		[FD_KEYD_STATE] = HELD_KEYD_STATE,
		[FD_KEYD_SITE] = HELD_SITE,
	},
},
[SERVICE_LEDGERD] = {
	.name = "ledgerd",
	.path = "/bin/ledgerd",
	.argv = { "ledgerd", "-m", "@mode", "-b", "@boot" },
	.uid = UID_LEDGERD,
	.root = "/data/ledger",
	.root_flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW,
	.cgroup = "/cgroup/services",
	.oom_score = -900,
	.stop_ms = 1500,
	.fds = {
		[FD_LEDGERD_RUNNER_IN] = HELD_RUNNER_LEDGERD_R,
		[FD_LEDGERD_RUNNER_OUT] = HELD_LEDGERD_RUNNER_W,
		[FD_LEDGERD_KEYD_IN] = HELD_KEYD_LEDGERD_R,
		[FD_LEDGERD_KEYD_OUT] = HELD_LEDGERD_KEYD_W,
	},
},
[SERVICE_RUNNER] = {
	.name = "runner",
	.path = "/bin/runner",
	.argv = { "runner" },
	.uid = UID_RUNNER,
	.root = "/runner",
	.root_flags = MS_REC | MS_RDONLY | MS_NOSUID,
	.cgroup = "/cgroup/runner/daemon",
	.caps = CAP(CAP_SETUID) | CAP(CAP_SETGID),
	.oom_score = -800,	/* its jobs take 1000 */
	.stop_ms = 6000,
	.fds = {
		[FD_RUNNER_GATE_IN] = HELD_GATE_RUNNER_R,
		[FD_RUNNER_GATE_OUT] = HELD_RUNNER_GATE_W,
		[FD_RUNNER_KEYD_IN] = HELD_KEYD_RUNNER_R,
		[FD_RUNNER_KEYD_OUT] = HELD_RUNNER_KEYD_W,
		[FD_RUNNER_LEDGERD_IN] = HELD_LEDGERD_RUNNER_R,
		[FD_RUNNER_LEDGERD_OUT] = HELD_RUNNER_LEDGERD_W,
		[FD_RUNNER_CGROUP] = HELD_CGROUP,
	},
},
[SERVICE_GATE] = {
	.name = "gate",
	.path = "/bin/gate",
	.argv = { "gate" },
	.uid = UID_GATE,
	.root = "/empty",
	.root_flags = NOTHING,
	.cgroup = "/cgroup/services",
	.oom_score = -500,
	.stop_ms = 1000,
	.fds = {
		[FD_GATE_RUNNER_IN] = HELD_RUNNER_GATE_R,
		[FD_GATE_RUNNER_OUT] = HELD_GATE_RUNNER_W,
		[FD_GATE_LISTEN] = HELD_LISTEN,
	},
},
[SERVICE_CONSOLE] = {
	.name = "console",
	.path = "/bin/console",
	.argv = { "console" },
	.uid = UID_CONSOLE,
	.root = "/empty",
	.root_flags = NOTHING,
	.cgroup = "/cgroup/services",
	.stop_ms = 1000,
	.fds = {
		[FD_CONSOLE_INIT_IN] = HELD_INIT_CONSOLE_R,
		[FD_CONSOLE_INIT_OUT] = HELD_CONSOLE_INIT_W,
		[FD_CONSOLE_TTY] = HELD_TTY,
	},
},
};

/*
 * ledgerd is ready only when keyd has signed for it, so the two start
 * together.  Outside bytes are shut out first; what records ends last but
 * keyd, which signs what is recorded.
 */
const struct order_row service_order[SERVICE_N] = {
	[SERVICE_KEYD] =	{ .start = 0, .stop = 3 },
	[SERVICE_LEDGERD] =	{ .start = 0, .stop = 2 },
	[SERVICE_RUNNER] =	{ .start = 1, .stop = 1 },
	[SERVICE_GATE] =	{ .start = 2, .stop = 0 },
	[SERVICE_CONSOLE] =	{ .start = 3, .stop = 0 },
};
