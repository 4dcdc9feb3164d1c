# Process 1 and the operator's console.  The gate's program is here too: its
# sources are the runner's neighbours.
IMAGE_PROGS += init
init_SRCS := init/init.c init/data.c init/disks.c init/hold.c init/link.c init/order.c init/plan.c \
	init/power.c init/powers.c init/services.c init/spawn.c init/super.c \
	init/svdir.c init/tty.c init/watch.c lib/filekind.c lib/grant.c \
	lib/json.c lib/log.c lib/why.c lib/wire.c
init_LIBS := -lskarnet

IMAGE_PROGS += gate
GATE_SRCS := runner/gate_turn.c runner/gate_conn.c runner/gate_frame.c \
	runner/gate_out.c runner/gate_request.c runner/gate_runner.c lib/chan.c lib/log.c \
	lib/msg.c lib/wire.c lib/words.c
gate_SRCS := runner/gate.c lib/sandbox.c $(GATE_SRCS)
gate_GEN := gen/gate.seccomp.h

IMAGE_PROGS += console
console_SRCS := init/console.c init/line.c init/tty.c lib/chan.c lib/log.c lib/msg.c \
	lib/sandbox.c lib/wire.c
console_GEN := gen/console.seccomp.h
TESTS += runner/gate_test runner/gate_refuse_test runner/gate_out_test \
	runner/gate_frame_test
gate_frame_test_SRCS := runner/gate_frame_test.c runner/gate_frame.c \
	lib/wire.c lib/words.c lib/msg.c
gate_frame_test_LIBS := -Wl,--wrap=free
gate_test_SRCS := runner/gate_test.c runner/gate_testkit.c $(GATE_SRCS)
gate_refuse_test_SRCS := runner/gate_refuse_test.c runner/gate_testkit.c \
	$(GATE_SRCS)
gate_out_test_SRCS := runner/gate_out_test.c runner/gate_out.c lib/wire.c
FUZZERS += runner/gate_frame_fuzz
gate_frame_fuzz_SRCS := runner/gate_frame_fuzz.c runner/gate_frame.c \
	lib/wire.c lib/words.c

TESTS += init/super_test init/order_test init/link_test init/watch_test
super_test_SRCS := init/super_test.c init/super.c lib/log.c
super_test_LIBS := -lskarnet
order_test_SRCS := init/order_test.c init/order.c init/super.c lib/log.c
order_test_LIBS := -lskarnet
link_test_SRCS := init/link_test.c init/link.c init/line.c lib/chan.c \
	lib/log.c lib/msg.c lib/wire.c
watch_test_SRCS := init/watch_test.c init/watch.c init/svdir.c init/super.c \
	lib/log.c lib/wire.c
watch_test_LIBS := -lskarnet

TESTS += init/console_test
console_test_SRCS := init/console_test.c init/link.c lib/chan.c lib/log.c \
	lib/msg.c lib/wire.c
$(B)/tests/init/console_test: | $(B)/bin/console

TESTS += init/data_test
data_test_SRCS := init/data_test.c init/data.c lib/filekind.c lib/log.c lib/why.c
