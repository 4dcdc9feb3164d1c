# keyd: verifies, decides, signs checkpoints.

ARCHIVES += keyd
keyd_SRCS := $(addprefix keyd/,authority.c decide.c head.c identity.c key.c \
	nonces.c owners.c serve.c state.c)
keyd_NEEDS := lib/rules
IMAGE_PROGS += keyd/keyd
keyd/keyd_GEN := gen/keyd.seccomp.h

ARCHIVES += keyd/test
keyd/test_SRCS := $(addprefix keyd/test/,daemon.c decide.c disk_fault.c \
	submission.c talk.c)
keyd/test_NEEDS := keyd
TESTS += keyd/decide_public_test keyd/decide_test keyd/decide_rules_test \
	keyd/decide_shares_test keyd/keyd_test keyd/disk_test \
	keyd/identity_test keyd/keyd_files_test keyd/nonces_test
keyd/keyd_files_test_LDFLAGS := -Wl,--wrap=openat,--wrap=pwrite \
	-Wl,--wrap=fdatasync,--wrap=fsync,--wrap=renameat,--wrap=unlinkat \
	-Wl,--wrap=ftruncate
