#include "boot_plan.h"

#include <sys/mount.h>

#include "services.h"

#define SAFE		(MS_NOSUID | MS_NODEV | MS_NOEXEC)

const struct plan_step boot_plan[] = {
	MOUNT("/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755"),
	MOUNT("/sys", "sysfs", SAFE, NULL),
	MOUNT("/run", "tmpfs", SAFE, "size=1M,mode=0755"),
	MOUNT("/cgroup", "cgroup2", SAFE, NULL),
	MOUNT("/runner/proc", "proc", SAFE, NULL),
	DIRECTORY("/run/service", 0755, 0),

	/* Expedite RCU grace periods. */
	TRY("/sys/kernel/rcu_expedited", "1"),

	/* Hide kernel addresses and logs; no process may trace another. */
	TRY("/proc/sys/kernel/dmesg_restrict", "1"),
	TRY("/proc/sys/kernel/kptr_restrict", "2"),
	TRY("/proc/sys/kernel/perf_event_paranoid", "3"),
	SET("/proc/sys/kernel/yama/ptrace_scope", "3"),
	SET("/proc/sys/kernel/randomize_va_space", "2"),
	/* Off even if a later kernel configuration has the code. */
	TRY("/proc/sys/kernel/unprivileged_bpf_disabled", "1"),
	TRY("/proc/sys/kernel/io_uring_disabled", "2"),
	TRY("/proc/sys/kernel/kexec_load_disabled", "1"),
	TRY("/proc/sys/kernel/sysrq", "0"),
	TRY("/proc/sys/vm/unprivileged_userfaultfd", "0"),
	TRY("/proc/sys/dev/tty/ldisc_autoload", "0"),
	/* Links, FIFOs and files in shared folders: only their owner's. */
	SET("/proc/sys/fs/protected_symlinks", "1"),
	SET("/proc/sys/fs/protected_hardlinks", "1"),
	SET("/proc/sys/fs/protected_fifos", "2"),
	SET("/proc/sys/fs/protected_regular", "2"),
	SET("/proc/sys/fs/suid_dumpable", "0"),
	TRY("/proc/sys/kernel/core_pattern", ""),
	/* One set for each of eight jobs and five services, and spares. */
	SET("/proc/sys/user/max_user_namespaces", "64"),
	SET("/proc/sys/user/max_mnt_namespaces", "64"),
	SET("/proc/sys/user/max_net_namespaces", "64"),
	SET("/proc/sys/user/max_pid_namespaces", "64"),
	SET("/proc/sys/user/max_ipc_namespaces", "64"),
	SET("/proc/sys/user/max_uts_namespaces", "64"),
	SET("/proc/sys/user/max_cgroup_namespaces", "64"),
	TRY("/proc/sys/user/max_time_namespaces", "64"),
	/*
	 * Each job's group limits what it takes of these.  No limit of the
	 * whole machine may be reached first: one job would stop all others.
	 */
	SET("/proc/sys/fs/file-max", "9223372036854775807"),
	SET("/proc/sys/kernel/pid_max", "1048576"),
	SET("/proc/sys/kernel/threads-max", "1048576"),
	/* Refuse obvious overcommits; kill by score, not who allocates. */
	SET("/proc/sys/vm/overcommit_memory", "0"),
	SET("/proc/sys/vm/oom_kill_allocating_task", "0"),
	SET("/proc/sys/vm/mmap_min_addr", "65536"),

	/* The runner manages its cgroup's children; init sets its limits. */
	SET("/cgroup/cgroup.subtree_control",
	    "+cpu +memory +pids +io"),
	DIRECTORY("/cgroup/services", 0755, 0),
	SET("/cgroup/services/pids.max", "32"),
	DIRECTORY("/cgroup/runner", 0755, UID_RUNNER),
	OWNER("/cgroup/runner/cgroup.procs", UID_RUNNER),
	OWNER("/cgroup/runner/cgroup.threads", UID_RUNNER),
	OWNER("/cgroup/runner/cgroup.subtree_control", UID_RUNNER),
	SET("/cgroup/runner/cgroup.subtree_control",
	    "+cpu +memory +pids +io"),
	DIRECTORY("/cgroup/runner/daemon", 0755, 0),	/* the runner */
};

const size_t boot_plan_len = sizeof(boot_plan) / sizeof(boot_plan[0]);
