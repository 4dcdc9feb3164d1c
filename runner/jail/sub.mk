# The sandbox: a job from its first process to its own exec.

ARCHIVES += runner/jail
runner/jail_SRCS := $(addprefix runner/jail/,cgroup.c confine.c cpus.c jail.c \
	measure.c probe.c probe_files.c probe_kernel.c probe_memory.c \
	program.c report.c root.c spawn.c unpack.c)
runner/jail_NEEDS := lib
runner/jail_GEN := gen/spawner.seccomp.h gen/job.seccomp.h \
	gen/noexec.seccomp.h gen/unpack.seccomp.h gen/reaper.seccomp.h \
	gen/measurer.seccomp.h
$(B)/gen/spawner.seccomp.h: runner/jail/job.seccomp

TESTS += $(addprefix runner/jail/,cgroup_test confine_test cpus_test \
	measure_test program_test root_test spawn_test unpack_test)
runner/jail/cgroup_test_LDFLAGS := -Wl,--wrap=mkdirat
runner/jail/root_test_USES := runner/jail lib/test
runner/jail/confine_test_GEN := gen/job.seccomp.h gen/noexec.seccomp.h
FUZZERS += runner/jail/unpack_fuzz

# It runs build/bin/jailtry, build/bin/runner and the programs of $(JOB_PROGS).
TOOLS += runner/jail/test/jailtry
SHTESTS += runner/jail/jail_test
$(B)/tests/runner/jail/jail_test: | $(B)/bin/jailtry $(B)/bin/runner job-progs
