# Small static programs that tests run as jobs: build/bin/job-NAME.

JOB_PROGS := job-hello job-true job-exit job-signal job-forkbomb job-eatmem \
	job-spew job-forever job-snoop job-threads job-hog job-memory job-stack \
	job-maps job-remap job-kmem job-kern

TOOLS += $(JOB_PROGS)
job-hello_SRCS := qemu-tests/jobs/hello.c
job-true_SRCS := qemu-tests/jobs/true.c
job-exit_SRCS := qemu-tests/jobs/exit.c
job-signal_SRCS := qemu-tests/jobs/signal.c
job-forkbomb_SRCS := qemu-tests/jobs/forkbomb.c
job-eatmem_SRCS := qemu-tests/jobs/eatmem.c
job-spew_SRCS := qemu-tests/jobs/spew.c
job-forever_SRCS := qemu-tests/jobs/forever.c
job-snoop_SRCS := qemu-tests/jobs/snoop.c
job-threads_SRCS := qemu-tests/jobs/threads.c
job-hog_SRCS := qemu-tests/jobs/hog.c
job-memory_SRCS := qemu-tests/jobs/memory.c
job-maps_SRCS := qemu-tests/jobs/maps.c
job-remap_SRCS := qemu-tests/jobs/remap.c
job-kmem_SRCS := qemu-tests/jobs/kmem.c
job-kern_SRCS := qemu-tests/jobs/kern.c
job-stack_SRCS := qemu-tests/jobs/stack.c
job-stack_LIBS := -Wl,-z,execstack

.PHONY: job-progs
job-progs: $(addprefix $(B)/bin/,$(JOB_PROGS))
