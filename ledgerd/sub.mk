# The ledger.

ARCHIVES += ledgerd
ledgerd_SRCS := $(addprefix ledgerd/,beside.c commit.c erase.c forget.c fsck.c \
	init.c keyd.c leaf.c own.c page.c pages.c queue.c read.c recent.c \
	runner.c scrub.c site.c site_take.c steps.c store.c store_open.c \
	store_read.c store_room.c store_tip.c)
ledgerd_NEEDS := lib
ledgerd_LIBS := -llmdb
IMAGE_PROGS += ledgerd/ledgerd
ledgerd/ledgerd_GEN := gen/ledgerd.seccomp.h

ARCHIVES += ledgerd/test
ledgerd/test_SRCS := $(addprefix ledgerd/test/,evident.c fill.c kept.c \
	peers.c replies.c)
ledgerd/test_NEEDS := ledgerd
TESTS += $(addprefix ledgerd/,erase_test ledgerd_test ledgerd_fault_test \
	forget_test kept_test own_test prove_test recent_test recipe_test \
	site_test steps_test referee_test store_test store_fault_test \
	store_power_test store_damage_test upgrade_test fsck_test kill_test)
ledgerd/own_test_LDFLAGS := -Wl,--wrap=clock_gettime,--wrap=store_begin
$(addprefix $(B)/tests/ledgerd/,ledgerd_test ledgerd_fault_test forget_test \
	kept_test kill_test prove_test recipe_test site_test): | $(B)/bin/ledgerd
$(addprefix $(B)/tests/ledgerd/,ledgerd_test ledgerd_fault_test \
	recipe_test upgrade_test): | $(B)/bin/ledgerd
FUZZERS += ledgerd/pages_fuzz ledgerd/beside_fuzz ledgerd/leaf_fuzz
ledgerd/beside_fuzz_LDFLAGS := -Wl,--wrap=store_record

TOOLS += ledgerd/ledger_bench ledgerd/path_bench
ledgerd/ledger_bench_SRCS := ledgerd/sampleleaf.c
ledgerd/path_bench_SRCS := ledgerd/sampleleaf.c

# Another ledger, for the benchmark: built once, beside the kernel.
TESSERA := $(CACHE)/tessera-$(shell cat ledgerd/peer/* | sha256sum | cut -c 1-16)
.PHONY: referees
referees: ## other implementations for benchmarks (root, 2.5 GB meanwhile)
	$(Q)ledgerd/peer/fetch $(TESSERA)

# Readers of leaves by others, which are not in the tree.
TESTS += ledgerd/referee/leaf_driver
$(B)/.leaf-referee: ledgerd/referee/package-lock.json deps/fetch-npm \
    $(if $(wildcard $(B)/leaf-referee/node_modules),,FORCE) \
    | $(B)/.host-packages
	$(Q)deps/fetch-npm ledgerd/referee $(B)/leaf-referee
	$(Q)touch $@
SHTESTS += ledgerd/referee/referee_test
$(B)/tests/ledgerd/referee/referee_test: | $(B)/.leaf-referee \
    $(B)/tests/ledgerd/referee/leaf_driver
