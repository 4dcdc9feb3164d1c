# Small static programs that tests run as jobs: build/bin/job-NAME.

JOB_PROGS := job-allowed job-hello job-true job-exit job-signal job-forkbomb \
	job-eatmem job-spew job-forever job-snoop job-threads job-hog job-memory \
	job-stack job-maps job-remap job-kmem job-kern \
	job-reopen job-numbers

TOOLS += $(addprefix qemu-tests/jobs/,$(JOB_PROGS))
qemu-tests/jobs/job-allowed_USES := runner/jail
qemu-tests/jobs/job-stack_LIBS := -Wl,-z,execstack

.PHONY: job-progs
job-progs: $(addprefix $(B)/bin/,$(JOB_PROGS))
