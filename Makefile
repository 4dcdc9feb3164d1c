# Casemate.  `make help' lists what a person may ask for.
#
# Non-recursive: every folder's sub.mk names its archive, programs and tests;
# the rules for all of them are here.  All output goes to build/, third-party
# builds to the cache.  A sub.mk says, each name being a path without its
# ending:
#
#   ARCHIVES += keyd             build/static/keyd.a and build/host/keyd.a:
#   keyd_SRCS := keyd/key.c ...  its sources, all but those with a main()
#   keyd_NEEDS := lib/rules lib  other archives whose functions these call
#   keyd_LIBS := -lyaml          libraries that they call
#   keyd_GEN := gen/x.seccomp.h  generated headers that they include
#
#   IMAGE_PROGS += keyd/keyd     a static program of the appliance, keyd/keyd.c
#   CLIENT_PROGS += ...          a static program for the host
#   TOOLS += lib/mkfilter        a static program that the build itself runs
#   TESTS += keyd/nonces_test    an ATF program, host libc with ASan and UBSan
#   SHTESTS += qemu-tests/boot_test  an atf-sh program, boot_test.sh
#   FUZZERS += lib/note_fuzz     a libFuzzer target, host clang
#
# A program, test or fuzzer is one source of its own name.  It links the
# archive of its folder (of the nearest folder above that has one) and what
# that needs; a test also DIR/test, its fixtures.  Where this is not right:
#
#   NAME_USES := lib             the archives instead
#   NAME_SRCS := ...             further sources
#   NAME_LIBS, NAME_GEN, NAME_LDFLAGS   as above

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

B := build
VERSION := 0.1.0
export SOURCE_DATE_EPOCH := 1767225600
export LC_ALL := C
unexport CPATH C_INCLUDE_PATH LIBRARY_PATH

V ?= 0
Q := $(if $(filter 1,$(V)),,@)

.PHONY: all
all: image ## the appliance's image and the host's programs (default)

# Every folder with a sub.mk, what is quick to test first.
ROOMS := deps lib lib/doc lib/rules cedar keyd ledgerd runner runner/jail gate \
	init console client client/vsock image image/runtime docs qemu-tests \
	qemu-tests/jobs

include $(ROOMS:%=%/sub.mk)

WARN := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wstrict-prototypes \
	-Wmissing-prototypes -Wshadow -Wcast-qual -Werror
INC := -I. -I$(B)/gen -DCASEMATE_VERSION='"$(VERSION)"'
CFLAGS := -O2 -pipe -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -ftrivial-auto-var-init=zero -ffunction-sections \
	-fdata-sections -fno-common -fvisibility=hidden \
	-fsanitize=signed-integer-overflow,bounds \
	-fsanitize-undefined-trap-on-error -ffile-prefix-map=$(CURDIR)=.
LDFLAGS := -Wl,--gc-sections -Wl,-s
HOSTCC := gcc
HOST_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
FUZZCC := clang
FUZZ_CFLAGS := -O1 -g -fno-sanitize-recover=all \
	-fsanitize=address,undefined

STATIC_PROGS := $(IMAGE_PROGS) $(CLIENT_PROGS) $(TOOLS)

# The programs of all folders share build/bin.
TWICE := $(strip $(foreach n,$(sort $(notdir $(STATIC_PROGS))),\
	$(if $(filter-out 1,$(words $(filter $(n),$(notdir \
	$(STATIC_PROGS))))),$(n))))
$(if $(TWICE),$(error two programs are called $(TWICE): rename one))

# $(call room,NAME): the nearest folder above NAME that has an archive.
parent = $(patsubst %/,%,$(dir $(1)))
room = $(firstword $(filter $(ARCHIVES),$(call parent,$(1)) \
	$(call parent,$(call parent,$(1)))))
# $(call closure,ARCHIVES): these and all that they need, each once.
closure = $(sort $(1) $(foreach a,$(1),$(if $($(a)_NEEDS),\
	$(call closure,$($(a)_NEEDS)))))
# $(call uses,NAME): all archives that NAME links; a test its fixtures first,
# so that a fake stands in for the function of the same name.
fixture = $(if $(filter $(TESTS),$(1)),$(filter $(ARCHIVES),\
	$(call room,$(1))/test))
uses = $(call fixture,$(1)) $(filter-out $(call fixture,$(1)),$(call \
	closure,$(or $($(1)_USES),$(call fixture,$(1)) $(call room,$(1)))))
sources = $(1).c $($(1)_SRCS)
gen = $(addprefix $(B)/,$($(1)_GEN))
# $(call objects,FLAVOR,NAME), $(call archives,FLAVOR,NAME), $(call libs,NAME)
objects = $(patsubst %.c,$(B)/$(1)/%.o,$(call sources,$(2)))
archives = $(patsubst %,$(B)/$(1)/%.a,$(call uses,$(2)))
group = -Wl,--start-group $(1) -Wl,--end-group
libs = $(sort $($(1)_LIBS) $(foreach a,$(call uses,$(1)),$($(a)_LIBS)))

# Archives: build/static/NAME.a for programs, build/host/NAME.a for tests,
# build/fuzz/NAME.a for fuzzers.
define archive
$(2)_$(1)_OBJS := $$(patsubst %.c,$(B)/$(1)/%.o,$$($(2)_SRCS))
$$($(2)_$(1)_OBJS): | $$(call gen,$(2))
$(B)/$(1)/$(2).a: $$($(2)_$(1)_OBJS) $(patsubst %/test,%,$(2))/sub.mk
	$$(Q)rm -f $$@ && ar rcsD $$@ $$(filter %.o,$$^)
ALL_OBJS += $$($(2)_$(1)_OBJS)
endef
$(foreach f,static host fuzz,$(foreach a,$(ARCHIVES),\
	$(eval $(call archive,$(f),$(a)))))

# Static musl: build/bin/NAME.
define static_prog
$(call objects,static,$(1)): | $(call gen,$(1))
$(B)/bin/$(notdir $(1)): $(call objects,static,$(1)) \
    $(call archives,static,$(1)) $(B)/paths
	@printf '  LINK    %s\n' $(notdir $(1))
	@mkdir -p $$(@D)
	$$(Q)$(MCC) $$(CFLAGS) $(LDFLAGS) $($(1)_LDFLAGS) -o $$@ \
		$(call group,$(call objects,static,$(1)) \
		$(call archives,static,$(1))) $(call libs,$(1))
STATIC_OBJS += $(call objects,static,$(1)) $(foreach a,$(call uses,$(1)),\
	$$($(a)_static_OBJS))
endef
$(foreach p,$(STATIC_PROGS),$(eval $(call static_prog,$(p))))
STATIC_OBJS := $(sort $(STATIC_OBJS))
ALL_OBJS += $(STATIC_OBJS)

$(B)/static/%.o: %.c $(B)/paths Makefile
	@printf '  CC      %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(MCC) $(WARN) $(CFLAGS) $(INC) -MMD -MP -c -o $@ $<

# The second compiler's opinion of every static source.  gcc has the word on
# signs: clang also complains of those in musl's CMSG_NXTHDR.
$(B)/.clang-warnings: $(STATIC_OBJS)
	@printf '  CLANG   %s sources\n' $(words $(STATIC_OBJS))
	$(Q)for o in $(STATIC_OBJS:$(B)/static/%.o=%.c); do \
		$(MCLANG) $(WARN) -Wno-sign-compare $(INC) -fsyntax-only $$o \
		|| exit 1; done
	$(Q)touch $@

# A filter list (keyd/keyd.seccomp) becomes a header (build/gen/keyd.seccomp.h)
# with `static const struct sock_filter keyd_filter[]'.
vpath %.seccomp $(ROOMS)
$(B)/gen/%.seccomp.h: %.seccomp $(B)/bin/mkfilter
	@printf '  FILTER  %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(B)/bin/mkfilter $* $< > $@

# A schema (lib/rules/people.cedarschema) becomes a header with its text in
# `static const char people_cedarschema[]'.
vpath %.cedarschema $(ROOMS)
$(B)/gen/%.cedarschema.h: %.cedarschema
	@printf '  SCHEMA  %s\n' $<
	@mkdir -p $(@D)
	$(Q){ printf 'static const char $(subst -,_,$*)_cedarschema[] =\n'; \
		sed -e 's/[\\"]/\\&/g' -e 's/.*/    "&\\n"/' $<; \
		printf '    ;\n'; } > $@

# Unit tests: the host's libc, sanitizers on.
define host_test
$(call objects,host,$(1)): | $(call gen,$(1))
$(B)/tests/$(1): $(call objects,host,$(1)) $(B)/host/lib/test/leaks.o \
    $(call archives,host,$(1))
	@printf '  TEST    %s\n' $(1)
	@mkdir -p $$(@D)
	$$(Q)$(HOSTCC) $(HOST_CFLAGS) $($(1)_LDFLAGS) -o $$@ \
		$(call group,$(call objects,host,$(1)) \
		$(B)/host/lib/test/leaks.o $(call archives,host,$(1))) \
		-Wl,--as-needed $(call libs,$(1)) -latf-c
ALL_OBJS += $(call objects,host,$(1))
endef
$(foreach t,$(TESTS),$(eval $(call host_test,$(t))))

$(B)/host/%.o: %.c Makefile | $(B)/.host-packages
	@printf '  HOSTCC  %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) $(HOST_CFLAGS) $(INC) -MMD -MP -c -o $@ $<

# Fuzzers: build/fuzzers/NAME.
define fuzzer
$(call objects,fuzz,$(1)): | $(call gen,$(1))
$(B)/fuzzers/$(1): $(call objects,fuzz,$(1)) $(call archives,fuzz,$(1))
	@printf '  FUZZER  %s\n' $(1)
	@mkdir -p $$(@D)
	$$(Q)$(FUZZCC) $(FUZZ_CFLAGS),fuzzer $($(1)_LDFLAGS) -o $$@ \
		$(call group,$(call objects,fuzz,$(1)) \
		$(call archives,fuzz,$(1))) -Wl,--as-needed $(call libs,$(1))
ALL_OBJS += $(call objects,fuzz,$(1))
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzzer,$(f))))

$(B)/fuzz/%.o: %.c Makefile | $(B)/.host-packages
	@printf '  FUZZCC  %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(FUZZCC) $(WARN) $(FUZZ_CFLAGS),fuzzer-no-link $(INC) -MMD -MP \
		-c -o $@ $<

# kyua reads a list of tests in each folder: all are made from TESTS and
# SHTESTS, so that a test is named once.
KYUA_TESTS := $(filter %_test,$(TESTS) $(SHTESTS))
TEST_DIRS :=
$(foreach t,$(KYUA_TESTS),$(if $(filter $(call parent,$(t)),$(TEST_DIRS)),,\
	$(eval TEST_DIRS += $(call parent,$(t)))))
# $(call kyuafiles,FOLDER,TESTS): FOLDER/Kyuafile and one for each folder of
# TESTS.
dirs = $(filter $(foreach t,$(1),$(call parent,$(t))),$(TEST_DIRS))
define kyuafiles
	@mkdir -p $(addprefix $(1)/,$(call dirs,$(2)))
	$(Q)for d in $(call dirs,$(2)); do \
		printf 'syntax(2)\ntest_suite("casemate")\n' \
		    > $(1)/$$d/Kyuafile; done
	$(Q)for t in $(2); do printf 'atf_test_program{name="%s"}\n' \
		$${t##*/} >> $(1)/$${t%/*}/Kyuafile; done
	$(Q){ echo 'syntax(2)'; printf 'include("%s/Kyuafile")\n' \
		$(call dirs,$(2)); } > $(1)/Kyuafile.tmp
	$(Q)mv $(1)/Kyuafile.tmp $(1)/Kyuafile
endef
$(B)/tests/Kyuafile: Makefile $(ROOMS:%=%/sub.mk)
	$(call kyuafiles,$(@D),$(KYUA_TESTS))

$(B)/tests/%: %.sh | $(B)/.host-packages
	@printf '  TEST    %s\n' $*
	@mkdir -p $(@D)
	$(Q){ printf '#!/usr/bin/env atf-sh\n'; cat $<; } > $@.tmp
	$(Q)chmod +x $@.tmp && mv $@.tmp $@

.PHONY: progs client tests fuzzers image check test fuzz coverage bench soak \
	demo clean help
progs: $(addprefix $(B)/bin/,$(notdir $(IMAGE_PROGS)))
client: $(addprefix $(B)/bin/,$(notdir $(CLIENT_PROGS))) ## the host's programs alone
tests: $(addprefix $(B)/tests/,$(TESTS) $(SHTESTS) Kyuafile)
fuzzers: $(addprefix $(B)/fuzzers/,$(FUZZERS)) ## libFuzzer targets, in build/fuzzers

image: $(B)/casemate.bzImage client ## build/casemate.bzImage, build/bin/casemate

demo: ## two signed jobs, from source to receipts
	$(Q)MAKE='$(MAKE)' B=$(B) DEPS=$(DEPS) qemu-tests/demo

check: tests image job-progs $(B)/python.erofs $(B)/.clang-warnings ## every test; ends in N passed, N failed, N skipped
	$(Q)B=$(B) qemu-tests/check

# $(T) names programs (lib/note_test), cases (lib/note_test:CASE) or folders
# (lib).  kyua refuses a list with programs that are not built, so that what
# is chosen has a list of its own.
CHOSEN := $(foreach t,$(T:/=),$(filter $(firstword $(subst :, ,$(t))) $(t)/%,\
	$(KYUA_TESTS)))
CHOSEN := $(sort $(CHOSEN))
# Those that boot the image, and others that are scripts.
NEED_VM = $(patsubst %.sh,%,$(shell grep -l \
	'lib\.sh\|casemate\.bzImage\|kernel/\.from' $(SHTESTS:=.sh)))
test: ## some tests: T=lib/note_test, T=lib/note_test:CASE or T=lib
test: $(addprefix $(B)/tests/,$(CHOSEN)) \
    $(if $(filter $(SHTESTS),$(CHOSEN)),client) \
    $(if $(CHOSEN),$(if $(filter $(NEED_VM),$(CHOSEN)),image job-progs \
    $(B)/python.erofs))
	$(if $(CHOSEN),,$(error $(if $(T),there is no test $(T),T is not \
		set): T=lib/note_test, T=lib/note_test:CASE or T=lib))
	$(Q)rm -rf $(B)/chosen
	$(call kyuafiles,$(B)/chosen,$(CHOSEN))
	$(Q)B=$(B) KYUAFILE=$(B)/chosen/Kyuafile qemu-tests/check $(T:/=)

fuzz: ## every fuzzer for SECONDS=60, or T=lib/note_fuzz alone
FUZZ := $(if $(T),$(filter $(T:/=) $(T:/=)/%,$(FUZZERS)),$(FUZZERS))
fuzz: $(addprefix $(B)/fuzzers/,$(FUZZ))
	$(if $(FUZZ),,$(error there is no fuzzer $(T): T=lib/note_fuzz or T=lib))
	$(Q)B=$(B) qemu-tests/fuzz $(or $(SECONDS),60) $(FUZZ)

# Counters that clang maps from a file keep what a process counted that was
# killed, or that left by _exit() from a sandbox.
COVERAGE := -O0 -g -fprofile-instr-generate -fcoverage-mapping \
	-mllvm -runtime-counter-relocation -Wno-unused-command-line-argument
# A job has no file to count in.
$(B)/static/qemu-tests/jobs/%.o $(B)/bin/job-%: override CFLAGS := \
	$(filter-out -fprofile% -fcoverage%,$(CFLAGS))
coverage: ## lines that unit and host tests reach, by folder
	$(Q)rm -rf $(B)/coverage/counts
	$(Q)rc=0; LLVM_PROFILE_FILE=$(abspath $(B))/coverage/counts/%m%c.profraw \
		$(MAKE) --no-print-directory B=$(B)/coverage \
		WARN='-std=c11 -D_GNU_SOURCE' CFLAGS='$(COVERAGE)' \
		MCC='$(MCLANG)' LDFLAGS=lib/test/fortify.c \
		HOSTCC='$(FUZZCC)' HOST_CFLAGS='$(COVERAGE)' \
		T='$(filter-out $(NEED_VM) deps/% image/% docs/% \
		cedar/referee/%,$(KYUA_TESTS))' progs client test \
		|| rc=$$?; \
		B=$(B)/coverage qemu-tests/coverage $(addprefix bin/,$(notdir \
		$(IMAGE_PROGS) $(CLIENT_PROGS)) jailtry mkfilter) && exit $$rc

soak: tests fuzzers image job-progs $(B)/python.erofs $(B)/.referee ## random scenarios for SECONDS=14400, or T=NAME SEED=N [STEPS=N] alone
	$(Q)CASEMATE_SRC=$(CURDIR) CASEMATE_BUILD=$(abspath $(B)) \
		SECONDS=$(SECONDS) SEED=$(SEED) T=$(T) STEPS=$(STEPS) \
		qemu-tests/soak/run

bench: image job-progs $(B)/count.so $(B)/bin/ledger_bench $(B)/bin/path_bench $(B)/bin/cedar_bench $(B)/.referee ## the table of figures, from this machine (T=boot_instructions: a part)
	$(Q)B=$(B) TESSERA=$(TESSERA) qemu-tests/bench $(T)

# QEMU's own functions are found when it loads the plugin.
$(B)/count.so: qemu-tests/count.c Makefile
	@printf '  PLUGIN  %s\n' $@
	$(Q)$(HOSTCC) $(WARN) -O2 -fPIC -shared -fvisibility=hidden -o $@ $<

clean: ## remove build/ (the cache stays)
	$(Q)rm -rf $(B)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
		expand -t 16

-include $(ALL_OBJS:.o=.d)
