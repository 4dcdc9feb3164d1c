# The ledger.

LEDGERD_STORE := ledgerd/store.c ledgerd/store_open.c ledgerd/pages.c \
	ledgerd/page.c ledgerd/leaf.c \
	lib/tree.c lib/event.c lib/json.c lib/checkpoint.c lib/sha256.c \
	lib/base64.c lib/filekind.c lib/why.c lib/wire.c lib/log.c

IMAGE_PROGS += ledgerd
ledgerd_SRCS := ledgerd/ledgerd.c ledgerd/runner.c ledgerd/keyd.c \
	ledgerd/commit.c ledgerd/queue.c $(LEDGERD_STORE) lib/receipt.c \
	lib/chan.c lib/msg.c lib/sandbox.c
ledgerd_LIBS := -llmdb -lbearssl
ledgerd_GEN := gen/ledgerd.seccomp.h

PLAY_SRCS := ledgerd/play.c lib/chan.c lib/msg.c lib/log.c lib/wire.c \
	lib/event.c lib/json.c lib/receipt.c lib/receipt_verify.c lib/note.c \
	lib/checkpoint.c lib/tree.c lib/sha256.c lib/base64.c lib/why.c
TESTS += ledgerd/ledgerd_test
ledgerd_test_SRCS := ledgerd/ledgerd_test.c $(PLAY_SRCS)
ledgerd_test_LIBS := -lsodium -lbearssl
$(B)/tests/ledgerd/ledgerd_test: | $(B)/bin/ledgerd

TESTS += ledgerd/store_test ledgerd/store_fault_test
store_test_SRCS := ledgerd/store_test.c ledgerd/fill.c $(LEDGERD_STORE)
store_test_LIBS := -llmdb -lbearssl
store_fault_test_SRCS := ledgerd/store_fault_test.c ledgerd/fill.c \
	$(LEDGERD_STORE)
store_fault_test_LIBS := -llmdb -lbearssl

TESTS += ledgerd/ledgerd_fault_test
ledgerd_fault_test_SRCS := ledgerd/ledgerd_fault_test.c ledgerd/play.c \
	ledgerd/fill.c $(LEDGERD_STORE) lib/chan.c lib/msg.c lib/receipt.c \
	lib/receipt_verify.c lib/note.c
ledgerd_fault_test_LIBS := -llmdb -lsodium -lbearssl
$(B)/tests/ledgerd/ledgerd_fault_test: | $(B)/bin/ledgerd

TOOLS += ledger_bench
ledger_bench_SRCS := ledgerd/ledger_bench.c lib/stdfds.c $(LEDGERD_STORE)
ledger_bench_LIBS := -llmdb -lbearssl

TESTS += ledgerd/recipe_test
recipe_test_SRCS := ledgerd/recipe_test.c $(PLAY_SRCS)
recipe_test_LIBS := -lsodium -lbearssl
$(B)/tests/ledgerd/recipe_test: | $(B)/bin/ledgerd

TESTS += ledgerd/store_power_test
store_power_test_SRCS := ledgerd/store_power_test.c ledgerd/fill.c \
	$(LEDGERD_STORE)
store_power_test_LIBS := -llmdb -lbearssl

TESTS += ledgerd/store_damage_test
store_damage_test_SRCS := ledgerd/store_damage_test.c ledgerd/fill.c \
	$(LEDGERD_STORE)
store_damage_test_LIBS := -llmdb -lbearssl
FUZZERS += ledgerd/pages_fuzz
pages_fuzz_SRCS := ledgerd/pages_fuzz.c $(LEDGERD_STORE)
pages_fuzz_LIBS := -llmdb -lbearssl
