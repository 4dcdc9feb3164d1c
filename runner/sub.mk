# runner: starts jobs and watches over them.

ARCHIVES += runner
runner_SRCS := $(addprefix runner/,answer.c bundle.c dispatch.c \
	dispatch_gate.c evidence.c fsck.c history.c job.c job_build.c job_end.c \
	job_io.c job_judge.c keyd_queue.c prove.c query.c runtime_leaf.c say.c \
	say_gate.c tail.c turn.c usage.c)
runner_NEEDS := runner/jail lib
IMAGE_PROGS += runner/runner
runner/runner_GEN := gen/runner.seccomp.h

ARCHIVES += runner/test
runner/test_SRCS := runner/test/peers.c runner/test/talk.c
runner/test_NEEDS := runner
TESTS += $(addprefix runner/,beside_test bundle_test job_test job_end_test \
	job_peers_test prove_test query_test runner_test shares_test)
runner/runner_test_USES := runner lib/test
$(B)/tests/runner/runner_test: | $(B)/bin/runner
runner/job_test_LDFLAGS := -Wl,--wrap=free
