# keyd: verifies, decides, signs checkpoints.

IMAGE_PROGS += keyd
DECIDE_SRCS := $(sort lib/filekind.c keyd/decide.c keyd/authority.c keyd/key.c \
	keyd/nonces.c keyd/owners.c keyd/head.c keyd/state.c lib/msg.c \
	lib/log.c lib/wire.c lib/sha256.c lib/command.c lib/manifest.c \
	lib/note.c lib/checkpoint.c lib/runtimes.c lib/share_left.c \
	$(RULES_ALL_SRCS))
keyd_SRCS := keyd/keyd.c keyd/serve.c lib/chan.c lib/sandbox.c $(DECIDE_SRCS)
keyd_LIBS := -lyaml -lsodium -lbearssl
keyd_GEN := gen/keyd.seccomp.h $(RULES_GEN)

TESTS += keyd/decide_test keyd/decide_rules_test keyd/decide_shares_test
TRIAL_SRCS := keyd/testdecide.c keyd/testkit.c $(DECIDE_SRCS)
decide_test_SRCS := keyd/decide_test.c $(TRIAL_SRCS)
decide_test_LIBS := $(keyd_LIBS)
decide_rules_test_SRCS := keyd/decide_rules_test.c $(TRIAL_SRCS)
decide_rules_test_LIBS := $(keyd_LIBS)
decide_shares_test_SRCS := keyd/decide_shares_test.c $(TRIAL_SRCS)
decide_shares_test_LIBS := $(keyd_LIBS)
TESTS += keyd/keyd_test keyd/disk_test
DAEMON_SRCS := keyd/testdaemon.c keyd/testtalk.c keyd/testkit.c keyd/serve.c \
	lib/chan.c $(DECIDE_SRCS)
keyd_test_SRCS := keyd/keyd_test.c $(DAEMON_SRCS)
keyd_test_LIBS := $(keyd_LIBS)
disk_test_SRCS := keyd/disk_test.c $(DAEMON_SRCS)
disk_test_LIBS := $(keyd_LIBS)
TESTS += keyd/keyd_files_test
keyd_files_test_SRCS := keyd/keyd_files_test.c keyd/testfault.c keyd/testkit.c \
	$(DECIDE_SRCS)
keyd_files_test_LIBS := $(keyd_LIBS) -Wl,--wrap=openat,--wrap=pwrite \
	-Wl,--wrap=fdatasync,--wrap=fsync,--wrap=renameat,--wrap=unlinkat \
	-Wl,--wrap=ftruncate
decide_shares_test_GEN := $(RULES_GEN)
TESTS += keyd/nonces_test
nonces_test_SRCS := keyd/nonces_test.c keyd/testkit.c $(DECIDE_SRCS)
nonces_test_LIBS := $(keyd_LIBS)
nonces_test_GEN := $(RULES_GEN)
decide_test_GEN := $(RULES_GEN)
decide_rules_test_GEN := $(RULES_GEN)
keyd_test_GEN := $(RULES_GEN)
disk_test_GEN := $(RULES_GEN)
keyd_files_test_GEN := $(RULES_GEN)
