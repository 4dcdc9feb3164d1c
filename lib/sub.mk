# What two or more programs share, and the compiler of system call lists.

ARCHIVES += lib
lib_SRCS := $(addprefix lib/,base64.c capability.c checkpoint.c clock.c \
	codes.c command.c consistency.c damage.c disclosure.c \
	disclosure_parse.c filekind.c grant.c kept_jobs.c limit.c lines.c \
	log.c manifest.c manifest_parse.c name.c note.c receipt.c \
	receipt_verify.c runtimes.c sandbox.c settings.c sha256.c share.c \
	share_left.c signers.c signers_check.c sshkey.c sshsig.c stdfds.c sums.c \
	tree.c tty.c ustar.c who.c why.c wire.c withheld.c)
lib_SRCS += $(addprefix lib/msg/,chan.c codec.c event.c msg.c)
lib_NEEDS := lib/doc
lib_LIBS := -lsodium -lbearssl

# For tests of all folders: samples, a tree with all its nodes, and a process in
# namespaces of its own.
ARCHIVES += lib/test
lib/test_SRCS := lib/test/kept_tree.c lib/test/ns.c lib/test/sample.c

TOOLS += lib/mkfilter
lib/mkfilter_LIBS := -lseccomp
SHTESTS += lib/mkfilter_test
$(B)/tests/lib/mkfilter_test: | $(B)/bin/mkfilter

# The table of events, for pages that are made from it.
TOOLS += lib/mkevents

TESTS += $(addprefix lib/,base64_test capability_test clock_test codes_test \
	command_test consistency_test damage_test disclosure_test \
	filekind_test grant_test limit_test log_test manifest_test name_test \
	note_test receipt_test runtimes_test sandbox_test settings_test \
	sha256_test share_test signers_openssh_test signers_test \
	sshsig_readers_test sshsig_test stdfds_test tree_consistency_test \
	tree_test ustar_test wire_test withheld_test)
TESTS += lib/msg/chan_test lib/msg/codec_test lib/msg/event_test
lib/grant_test_LDFLAGS := -Wl,--wrap=free,--wrap=strdup

FUZZERS += $(addprefix lib/,base64_fuzz command_fuzz disclosure_fuzz \
	consistency_fuzz grant_fuzz manifest_fuzz note_fuzz receipt_fuzz \
	signers_fuzz sshsig_fuzz ustar_fuzz)

# Go's own code for notes and trees, from Debian's packages, judges ours.
$(B)/xmod: lib/referee/xmod.go | $(B)/.host-packages
	@printf '  GO      %s\n' $@
	$(Q)GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-buildvcs=false \
		GOCACHE=$(CACHE)/go go build -trimpath -o $@ $<
$(B)/tests/client/receipt_readers_test $(B)/tests/ledgerd/referee_test: \
    | $(B)/xmod
