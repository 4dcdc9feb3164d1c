# What two or more programs share, and the compiler of system call lists.

TOOLS += mkfilter
mkfilter_SRCS := lib/mkfilter.c
mkfilter_LIBS := -lseccomp
SHTESTS += lib/mkfilter_test

# Hashes, encodings, the Merkle tree and what the ledger writes.
TESTS += lib/sha256_test lib/base64_test lib/tree_test lib/json_test \
	lib/event_test
sha256_test_SRCS := lib/sha256_test.c lib/sha256.c
sha256_test_LIBS := -lbearssl
base64_test_SRCS := lib/base64_test.c lib/base64.c lib/wire.c
tree_test_SRCS := lib/tree_test.c lib/tree.c lib/sha256.c
tree_test_LIBS := -lbearssl
json_test_SRCS := lib/json_test.c lib/json.c lib/wire.c
event_test_SRCS := lib/event_test.c lib/event.c lib/json.c lib/wire.c
