# gate: where all outside bytes arrive.

ARCHIVES += gate
gate_SRCS := $(addprefix gate/,conn.c frame.c out.c request.c runner.c turn.c)
gate_NEEDS := lib
IMAGE_PROGS += gate/gate
gate/gate_GEN := gen/gate.seccomp.h

ARCHIVES += gate/test
gate/test_SRCS := gate/test/fixture.c
gate/test_NEEDS := gate
TESTS += gate/gate_test gate/gate_program_test gate/refuse_test gate/out_test \
	gate/frame_test gate/prove_test
$(B)/tests/gate/gate_program_test: | $(B)/bin/gate
gate/frame_test_LDFLAGS := -Wl,--wrap=free
gate/out_test_LDFLAGS := -Wl,--wrap=realloc
FUZZERS += gate/frame_fuzz
