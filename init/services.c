#include "services.h"

#include <sys/mount.h>

#include <linux/capability.h>

#include "lib/fds.h"
#include "lib/limit.h"

#define CAP(c)		(UINT64_C(1) << (c))
#define MIB		(1024ul * 1024)
#define NOTHING		(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

/*
 * The stop levels' longest stop_ms and twice RECORD_WAIT_MS add up to 10 s, the
 * limit of the whole stop.
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
	.stop_ms = 500,
	.fds = {
		[FD_KEYD_RUNNER_IN] = FDSTORE_RUNNER_KEYD_R,
		[FD_KEYD_RUNNER_OUT] = FDSTORE_KEYD_RUNNER_W,
		[FD_KEYD_LEDGERD_IN] = FDSTORE_LEDGERD_KEYD_R,
		[FD_KEYD_LEDGERD_OUT] = FDSTORE_KEYD_LEDGERD_W,
		[FD_KEYD_STATE] = FDSTORE_KEYD_STATE,
		[FD_KEYD_SITE] = FDSTORE_SITE,
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
	.stop_ms = 500,
	.fds = {
		[FD_LEDGERD_RUNNER_IN] = FDSTORE_RUNNER_LEDGERD_R,
		[FD_LEDGERD_RUNNER_OUT] = FDSTORE_LEDGERD_RUNNER_W,
		[FD_LEDGERD_KEYD_IN] = FDSTORE_KEYD_LEDGERD_R,
		[FD_LEDGERD_KEYD_OUT] = FDSTORE_LEDGERD_KEYD_W,
		[FD_LEDGERD_INIT_IN] = FDSTORE_INIT_LEDGERD_R,
		[FD_LEDGERD_INIT_OUT] = FDSTORE_LEDGERD_INIT_W,
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
	.memlock = LIMIT_LOCKED,	/* these two are for its jobs */
	.nofile = LIMIT_FILES_MOST,
	.oom_score = -800,	/* its jobs take 1000 */
	.stop_ms = 6000,
	.fds = {
		[FD_RUNNER_GATE_IN] = FDSTORE_GATE_RUNNER_R,
		[FD_RUNNER_GATE_OUT] = FDSTORE_RUNNER_GATE_W,
		[FD_RUNNER_KEYD_IN] = FDSTORE_KEYD_RUNNER_R,
		[FD_RUNNER_KEYD_OUT] = FDSTORE_RUNNER_KEYD_W,
		[FD_RUNNER_LEDGERD_IN] = FDSTORE_LEDGERD_RUNNER_R,
		[FD_RUNNER_LEDGERD_OUT] = FDSTORE_RUNNER_LEDGERD_W,
		[FD_RUNNER_CGROUP] = FDSTORE_CGROUP,
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
		[FD_GATE_RUNNER_IN] = FDSTORE_RUNNER_GATE_R,
		[FD_GATE_RUNNER_OUT] = FDSTORE_GATE_RUNNER_W,
		[FD_GATE_LISTEN] = FDSTORE_LISTEN,
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
		[FD_CONSOLE_INIT_IN] = FDSTORE_INIT_CONSOLE_R,
		[FD_CONSOLE_INIT_OUT] = FDSTORE_CONSOLE_INIT_W,
		[FD_CONSOLE_TTY] = FDSTORE_TTY,
	},
},
};

/*
 * ledgerd is ready only when keyd has signed for it, so the two start
 * together.  The gate stops first, so that no more requests arrive; ledgerd
 * stops after the runner, which still appends, and keyd last, since it signs
 * what is appended.
 */
const struct levels_row service_levels[SERVICE_N] = {
	[SERVICE_KEYD] =	{ .start = 0, .stop = 3 },
	[SERVICE_LEDGERD] =	{ .start = 0, .stop = 2 },
	[SERVICE_RUNNER] =	{ .start = 1, .stop = 1 },
	[SERVICE_GATE] =	{ .start = 2, .stop = 0 },
	[SERVICE_CONSOLE] =	{ .start = 3, .stop = 0 },
};
