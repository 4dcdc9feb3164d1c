# runner: starts jobs and watches over them.

RUNNER_CHAN := lib/chan.c lib/msg.c lib/wire.c lib/log.c
RUNNER_JAIL := runner/spawn.c runner/jail.c runner/root.c runner/confine.c \
	runner/probe.c runner/report.c runner/unpack.c runner/ustar.c \
	runner/program.c \
	lib/grant.c lib/json.c lib/why.c lib/sha256.c
RUNNER_READ := runner/reader.c runner/answer.c runner/past.c runner/tail.c
RUNNER_JAIL_GEN := gen/spawner.seccomp.h gen/job.seccomp.h \
	gen/noexec.seccomp.h \
	gen/unpack.seccomp.h gen/reaper.seccomp.h

$(B)/gen/spawner.seccomp.h: runner/job.seccomp

include qemu-tests/jobs/sub.mk

TOOLS += jailtry
jailtry_SRCS := runner/jailtry.c lib/stdfds.c $(RUNNER_JAIL) lib/log.c lib/wire.c lib/words.c
jailtry_LIBS := -lbearssl
jailtry_GEN := $(RUNNER_JAIL_GEN)

IMAGE_PROGS += runner
runner_SRCS := runner/runner.c runner/dispatch.c runner/dispatch_gate.c \
	runner/job.c runner/job_end.c runner/job_io.c runner/say.c \
	runner/bundle.c runner/cgroup.c $(RUNNER_READ) \
	runner/measure.c lib/runtimes.c $(RUNNER_JAIL) $(RUNNER_CHAN) \
	runner/line.c runner/taken.c lib/share.c lib/share_left.c \
	lib/words.c lib/sandbox.c
runner_LIBS := -lbearssl
runner_GEN := gen/runner.seccomp.h gen/measurer.seccomp.h $(RUNNER_JAIL_GEN)

TESTS += runner/measure_test
measure_test_SRCS := runner/measure_test.c runner/measure.c runner/confine.c \
	lib/runtimes.c lib/wire.c lib/log.c lib/why.c lib/sha256.c
measure_test_LIBS := -lbearssl
measure_test_GEN := gen/measurer.seccomp.h

UNPACK_SRCS := runner/unpack.c runner/ustar.c runner/program.c lib/grant.c lib/json.c \
	lib/why.c lib/wire.c lib/sha256.c

TESTS += runner/unpack_test
unpack_test_SRCS := runner/unpack_test.c $(UNPACK_SRCS)
unpack_test_LIBS := -lbearssl

TESTS += runner/bundle_test
bundle_test_SRCS := runner/bundle_test.c runner/bundle.c lib/sha256.c
bundle_test_LIBS := -lbearssl

FUZZERS += runner/unpack_fuzz
unpack_fuzz_SRCS := runner/unpack_fuzz.c $(UNPACK_SRCS)
unpack_fuzz_LIBS := -lbearssl

TESTS += runner/confine_test
confine_test_SRCS := runner/confine_test.c runner/confine.c runner/probe.c \
	lib/why.c

TESTS += runner/spawn_test
spawn_test_SRCS := runner/spawn_test.c runner/spawn.c runner/confine.c \
	lib/grant.c lib/json.c lib/why.c lib/wire.c lib/log.c
spawn_test_GEN := gen/spawner.seccomp.h

TESTS += runner/program_test
program_test_SRCS := runner/program_test.c runner/program.c
confine_test_GEN := gen/job.seccomp.h gen/noexec.seccomp.h

# It runs build/bin/jailtry, build/bin/runner and the programs of $(JOB_PROGS).
SHTESTS += runner/jail_test
$(B)/tests/runner/jail_test: | $(B)/bin/jailtry $(B)/bin/runner \
	$(addprefix $(B)/bin/,$(JOB_PROGS))

JOB_TEST_SRCS := runner/play.c runner/play_talk.c runner/dispatch.c \
	runner/dispatch_gate.c \
	runner/job.c runner/job_end.c runner/job_io.c runner/say.c \
	runner/bundle.c runner/report.c $(RUNNER_CHAN) lib/words.c \
	lib/grant.c lib/json.c lib/why.c lib/sha256.c lib/event.c \
	runner/line.c runner/taken.c lib/share.c lib/share_left.c \
	lib/runtimes.c runner/measure.c runner/confine.c $(RUNNER_READ)

TESTS += runner/job_test runner/job_end_test runner/job_peers_test \
	runner/reader_test runner/shares_test
shares_test_SRCS := runner/shares_test.c $(JOB_TEST_SRCS)
shares_test_LIBS := -lbearssl
shares_test_GEN := gen/measurer.seccomp.h
reader_test_SRCS := runner/reader_test.c $(JOB_TEST_SRCS)
reader_test_LIBS := -lbearssl
reader_test_GEN := gen/measurer.seccomp.h
job_test_SRCS := runner/job_test.c $(JOB_TEST_SRCS)
job_test_LIBS := -lbearssl -Wl,--wrap=free
job_test_GEN := gen/measurer.seccomp.h
job_end_test_SRCS := runner/job_end_test.c $(JOB_TEST_SRCS)
job_end_test_LIBS := -lbearssl
job_end_test_GEN := gen/measurer.seccomp.h
job_peers_test_SRCS := runner/job_peers_test.c $(JOB_TEST_SRCS)
job_peers_test_LIBS := -lbearssl
job_peers_test_GEN := gen/measurer.seccomp.h

TESTS += runner/cgroup_test
cgroup_test_SRCS := runner/cgroup_test.c runner/cgroup.c lib/why.c
