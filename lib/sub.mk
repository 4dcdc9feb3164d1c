# What two or more programs share, and the compiler of system call lists.

TOOLS += mkfilter
mkfilter_SRCS := lib/mkfilter.c lib/stdfds.c
mkfilter_LIBS := -lseccomp
SHTESTS += lib/mkfilter_test

# Hashes, encodings, the Merkle tree and what the ledger writes.
TESTS += lib/stdfds_test
stdfds_test_SRCS := lib/stdfds_test.c lib/stdfds.c
TESTS += lib/sha256_test lib/base64_test lib/tree_test lib/json_test \
	lib/event_test
sha256_test_SRCS := lib/sha256_test.c lib/sha256.c
sha256_test_LIBS := -lbearssl
base64_test_SRCS := lib/base64_test.c lib/base64.c lib/wire.c
tree_test_SRCS := lib/tree_test.c lib/tree.c lib/sha256.c
tree_test_LIBS := -lbearssl
json_test_SRCS := lib/json_test.c lib/json.c lib/wire.c
event_test_SRCS := lib/event_test.c lib/event.c lib/json.c lib/wire.c

TESTS += lib/receipt_test
FUZZERS += lib/receipt_fuzz lib/base64_fuzz
RECEIPT_SRCS := lib/receipt.c lib/receipt_verify.c lib/tree.c lib/note.c \
	lib/checkpoint.c lib/sha256.c lib/base64.c lib/json.c lib/why.c \
	lib/wire.c
receipt_test_SRCS := lib/receipt_test.c $(RECEIPT_SRCS)
receipt_test_LIBS := -lsodium -lbearssl
receipt_fuzz_SRCS := lib/receipt_fuzz.c $(RECEIPT_SRCS)
receipt_fuzz_LIBS := -lsodium -lbearssl
base64_fuzz_SRCS := lib/base64_fuzz.c lib/base64.c lib/wire.c

# Words, log lines and the one-way door.
TESTS += lib/words_test lib/log_test lib/sandbox_test
words_test_SRCS := lib/words_test.c lib/words.c lib/msg.c
log_test_SRCS := lib/log_test.c lib/log.c
sandbox_test_SRCS := lib/sandbox_test.c lib/sandbox.c lib/log.c

# The wire, what it carries, and conversations over it.
TESTS += lib/wire_test lib/grant_test lib/chan_test lib/runtimes_test
runtimes_test_SRCS := lib/runtimes_test.c lib/runtimes.c lib/wire.c
wire_test_SRCS := lib/wire_test.c lib/wire.c
grant_test_SRCS := lib/grant_test.c lib/grant.c lib/wire.c lib/json.c lib/msg.c
grant_test_LIBS := -Wl,--wrap=free
chan_test_SRCS := lib/chan_test.c lib/chan.c lib/wire.c lib/msg.c lib/log.c

# What keyd decides by and the client checks beforehand.
TESTS += lib/sshsig_test
SSHSIG_SRCS := lib/sshsig.c lib/sshkey.c lib/base64.c lib/sha256.c lib/why.c \
	lib/wire.c
sshsig_test_SRCS := lib/sshsig_test.c $(SSHSIG_SRCS)
sshsig_test_LIBS := -lsodium -lbearssl
TESTS += lib/signers_test
SIGNERS_SRCS := lib/signers.c lib/signers_check.c lib/json.c $(SSHSIG_SRCS)
signers_test_SRCS := lib/signers_test.c $(SIGNERS_SRCS)
signers_test_LIBS := -lsodium -lbearssl
TESTS += lib/manifest_test lib/settings_test
CONF_SRCS := lib/conf.c lib/why.c lib/grant.c lib/json.c lib/wire.c
manifest_test_SRCS := lib/manifest_test.c lib/manifest.c $(CONF_SRCS)
manifest_test_LIBS := -lyaml
settings_test_SRCS := lib/settings_test.c lib/settings.c lib/share.c \
	$(CONF_SRCS)
settings_test_LIBS := -lyaml
TESTS += lib/share_test
share_test_SRCS := lib/share_test.c lib/share.c lib/share_left.c lib/why.c \
	lib/wire.c lib/log.c
TESTS += lib/command_test lib/note_test
command_test_SRCS := lib/command_test.c lib/command.c lib/words.c lib/why.c \
	lib/wire.c
NOTE_SRCS := lib/note.c lib/checkpoint.c lib/base64.c lib/sha256.c lib/json.c \
	lib/why.c lib/wire.c
note_test_SRCS := lib/note_test.c $(NOTE_SRCS)
note_test_LIBS := -lsodium -lbearssl

FUZZERS += lib/grant_fuzz lib/sshsig_fuzz lib/signers_fuzz lib/manifest_fuzz \
	lib/command_fuzz lib/note_fuzz
grant_fuzz_SRCS := lib/grant_fuzz.c lib/grant.c lib/json.c lib/wire.c
sshsig_fuzz_SRCS := lib/sshsig_fuzz.c $(SSHSIG_SRCS)
sshsig_fuzz_LIBS := -lsodium -lbearssl
signers_fuzz_SRCS := lib/signers_fuzz.c $(SIGNERS_SRCS)
signers_fuzz_LIBS := -lsodium -lbearssl
manifest_fuzz_SRCS := lib/manifest_fuzz.c lib/manifest.c lib/settings.c \
	lib/share.c lib/msg.c $(CONF_SRCS)
manifest_fuzz_LIBS := -lyaml
command_fuzz_SRCS := lib/command_fuzz.c lib/command.c lib/words.c lib/why.c \
	lib/wire.c
note_fuzz_SRCS := lib/note_fuzz.c $(NOTE_SRCS)
note_fuzz_LIBS := -lsodium -lbearssl
