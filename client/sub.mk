# casemate, the host's command.

CLIENT_PROGS += casemate

CLIENT_SIGN_LIB := $(addprefix lib/,signers.c signers_check.c sshsig.c \
	sshkey.c)
CLIENT_LIB := $(sort $(RULES_ALL_SRCS) $(CLIENT_SIGN_LIB) $(addprefix \
	lib/,base64.c checkpoint.c command.c conf.c grant.c json.c log.c \
	manifest.c note.c receipt.c receipt_verify.c settings.c sha256.c share.c \
	tree.c why.c wire.c words.c))
# All but casemate.c, so that tests can link what they need of it.
CLIENT_SRCS := $(addprefix client/,backoff.c buf.c bundle.c cases.c conn.c cpio.c \
	disk.c down.c dryrun.c evidence.c file.c folder.c hostdev.c indent.c \
	jobs.c leaf.c ledger.c match.c number.c opts.c order.c outlet.c output.c \
	pack.c policy.c policy_check.c policy_explain.c policy_fmt.c \
	policy_lint.c policy_say.c policy_test.c policy_words.c proc.c \
	qmp.c reach.c reader.c run.c safe.c say.c sign.c site.c \
	sitefolder.c sitemake.c start.c state.c status.c stop.c submit.c \
	target.c tsc.c unixsock.c up.c ustar.c verdict.c verify.c vm.c) $(CLIENT_LIB)
CLIENT_LIBS := -lyaml -lsodium -lbearssl

casemate_SRCS := client/casemate.c lib/stdfds.c $(CLIENT_SRCS)
casemate_LIBS := $(CLIENT_LIBS)
casemate_GEN := $(RULES_GEN)

TESTS += client/archive_test client/words_of_users_test client/state_test \
	client/leaf_test client/vm_test client/talk_test
CLIENT_SAY := client/say.c client/buf.c lib/log.c
archive_test_SRCS := client/archive_test.c client/cpio.c client/ustar.c \
	$(CLIENT_SAY)
words_of_users_test_SRCS := client/words_of_users_test.c client/target.c \
	client/number.c client/opts.c $(CLIENT_SAY) lib/grant.c lib/wire.c \
	lib/why.c lib/json.c
state_test_SRCS := client/state_test.c client/state.c client/proc.c \
	client/file.c $(CLIENT_SAY)
leaf_test_SRCS := client/leaf_test.c client/leaf.c $(CLIENT_SAY) lib/json.c \
	lib/why.c lib/wire.c
vm_test_SRCS := client/vm_test.c client/vm.c $(CLIENT_SAY)
# With a fake appliance, for what a real one does not do on demand.
talk_test_SRCS := client/talk_test.c client/fake.c client/fake_read.c \
	$(CLIENT_SRCS)
talk_test_LIBS := $(CLIENT_LIBS)
talk_test_GEN := $(RULES_GEN)
TESTS += client/read_test
read_test_SRCS := client/read_test.c client/fake.c client/fake_read.c \
	$(CLIENT_SRCS)
read_test_LIBS := $(CLIENT_LIBS)
read_test_GEN := $(RULES_GEN)

TESTS += client/backoff_test client/safe_test
backoff_test_SRCS := client/backoff_test.c client/backoff.c
safe_test_SRCS := client/safe_test.c client/safe.c $(CLIENT_SAY) lib/json.c \
	lib/wire.c lib/why.c

TESTS += client/closed_test
closed_test_SRCS := client/closed_test.c client/fake.c client/fake_read.c \
	$(CLIENT_SRCS)
closed_test_LIBS := $(CLIENT_LIBS)
closed_test_GEN := $(RULES_GEN)
$(B)/tests/client/closed_test: | $(B)/bin/casemate

SHTESTS += client/casemate_test client/dryrun_test client/life_test \
	client/policy_cases_test client/policy_check_test \
	client/policy_fmt_test

FUZZERS += client/leaf_fuzz client/ustar_fuzz client/conn_fuzz
leaf_fuzz_SRCS := client/leaf_fuzz.c client/leaf.c $(CLIENT_SAY) lib/json.c \
	lib/why.c lib/wire.c
ustar_fuzz_SRCS := client/ustar_fuzz.c client/ustar.c $(CLIENT_SAY)
conn_fuzz_SRCS := client/conn_fuzz.c client/conn.c client/unixsock.c \
	client/target.c client/number.c $(CLIENT_SAY) lib/grant.c lib/json.c \
	lib/words.c lib/wire.c lib/why.c
