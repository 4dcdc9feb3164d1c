# Casemate.  `make help' lists what a person may ask for.
#
# Non-recursive: every folder's sub.mk names its programs and tests, the rules
# for all of them are here.  All output goes to build/, third-party builds to
# the cache.  A sub.mk says:
#
#   IMAGE_PROGS += keyd          a static program of the appliance
#   CLIENT_PROGS += casemate     a static program for the host
#   TOOLS += mkfilter            a static program that the build itself runs
#   TESTS += keyd/signers_test   an ATF program, host libc with ASan and UBSan
#   FUZZERS += lib/wire_fuzz     a libFuzzer target, host clang
#   NAME_SRCS := keyd/keyd.c ... its sources (NAME is the last path component)
#   NAME_LIBS := -lsodium        its libraries
#   NAME_GEN := gen/keyd.seccomp.h   generated headers it includes
#   SHTESTS += deps/tests/x_test  an atf-sh program (source x_test.sh)

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

include deps/sub.mk
include $(wildcard lib/sub.mk lib/cedar/sub.mk lib/rules/sub.mk \
	init/sub.mk keyd/sub.mk ledgerd/sub.mk \
	runner/sub.mk client/sub.mk client/vsock/sub.mk image/runtime/sub.mk \
	rootfs/sub.mk qemu-tests/sub.mk docs/sub.mk)

WARN := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wstrict-prototypes \
	-Wmissing-prototypes -Wshadow -Wcast-qual -Werror
INC := -Ilib -I$(B)/gen -DCASEMATE_VERSION='"$(VERSION)"'
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
FUZZ_CFLAGS := -O1 -g -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all

# Variables go by the last path component: no two may share it.
NAMES := $(IMAGE_PROGS) $(CLIENT_PROGS) $(TOOLS) $(notdir $(TESTS) $(FUZZERS))
TWICE := $(strip $(foreach n,$(sort $(NAMES)),\
	$(if $(filter-out 1,$(words $(filter $(n),$(NAMES)))),$(n))))
$(if $(TWICE),$(error two programs or tests are called $(TWICE): rename one))

STATIC_PROGS := $(IMAGE_PROGS) $(CLIENT_PROGS) $(TOOLS)
ALL_GEN :=

# Static musl objects: build/static/PATH.o; programs: build/bin/NAME.  What
# makes headers waits for none.
MKFILTER_OBJS := $(patsubst %.c,$(B)/static/%.o,$(mkfilter_SRCS))
define static_prog
$(1)_OBJS := $$(patsubst %.c,$(B)/static/%.o,$$($(1)_SRCS))
$$(filter-out $$(MKFILTER_OBJS),$$($(1)_OBJS)): | \
    $$(addprefix $(B)/,$$($(1)_GEN))
$(B)/bin/$(1): $$($(1)_OBJS) $(B)/paths
	@printf '  LINK    %s\n' $(1)
	@mkdir -p $$(@D)
	$$(Q)$(MCC) $(CFLAGS) $(LDFLAGS) -o $$@ $$($(1)_OBJS) $$($(1)_LIBS)
ALL_OBJS += $$($(1)_OBJS)
endef
$(foreach p,$(STATIC_PROGS),$(eval $(call static_prog,$(p))))

$(B)/static/%.o: %.c $(B)/paths Makefile
	@printf '  CC      %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(MCC) $(WARN) $(CFLAGS) $(INC) $($(*F)_CFLAGS) -MMD -MP -c -o $@ $<

# The second compiler's opinion of every static source.  gcc has the word on
# signs: clang also complains of those in musl's CMSG_NXTHDR.
STATIC_OBJS := $(sort $(foreach p,$(STATIC_PROGS),$($(p)_OBJS)))
$(B)/.clang-warnings: $(STATIC_OBJS)
	@printf '  CLANG   %s sources\n' $(words $(STATIC_OBJS))
	$(Q)for o in $(STATIC_OBJS:$(B)/static/%.o=%.c); do \
		$(MCLANG) $(WARN) -Wno-sign-compare $(INC) -fsyntax-only $$o \
		|| exit 1; done
	$(Q)touch $@

# A filter list (keyd/keyd.seccomp) becomes a header (build/gen/keyd.seccomp.h)
# with `static const struct sock_filter keyd_filter[]'.
vpath %.seccomp init keyd ledgerd runner client client/vsock
$(B)/gen/%.seccomp.h: %.seccomp $(B)/bin/mkfilter
	@printf '  FILTER  %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(B)/bin/mkfilter $* $< > $@

# A schema (lib/rules/people.cedarschema) becomes a header with its text in
# `static const char people_cedarschema[]'.
vpath %.cedarschema lib/rules
$(B)/gen/%.cedarschema.h: %.cedarschema
	@printf '  SCHEMA  %s\n' $<
	@mkdir -p $(@D)
	$(Q){ printf 'static const char $(subst -,_,$*)_cedarschema[] =\n'; \
		sed -e 's/[\\"]/\\&/g' -e 's/.*/    "&\\n"/' $<; \
		printf '    ;\n'; } > $@

# Unit tests and fuzzers: the host's libc, sanitizers on.
define host_test
$(notdir $(1))_HOBJS := $$(patsubst %.c,$(B)/host/%.o,$$($(notdir $(1))_SRCS))
$$($(notdir $(1))_HOBJS): | $$(addprefix $(B)/,$$($(notdir $(1))_GEN))
$(B)/tests/$(1): $$($(notdir $(1))_HOBJS) $(B)/host/lib/leaks.o
	@printf '  TEST    %s\n' $(1)
	@mkdir -p $$(@D)
	$$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $$@ $$($(notdir $(1))_HOBJS) \
		$(B)/host/lib/leaks.o $$($(notdir $(1))_LIBS) -latf-c
ALL_OBJS += $$($(notdir $(1))_HOBJS)
endef
$(foreach t,$(TESTS),$(eval $(call host_test,$(t))))

define fuzzer
$(B)/fuzz/$(1): $$($(notdir $(1))_SRCS) | $(B)/.host-packages \
    $$(addprefix $(B)/,$$($(notdir $(1))_GEN))
	@printf '  FUZZER  %s\n' $(1)
	@mkdir -p $$(@D)
	$$(Q)$(FUZZCC) $(WARN) $(FUZZ_CFLAGS) $(INC) -o $$@ \
		$$($(notdir $(1))_SRCS) $$($(notdir $(1))_LIBS)
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzzer,$(f))))

$(B)/host/%.o: %.c Makefile | $(B)/.host-packages
	@printf '  HOSTCC  %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) $(HOST_CFLAGS) $(INC) -MMD -MP -c -o $@ $<

$(B)/tests/%: %.sh | $(B)/.host-packages
	@printf '  TEST    %s\n' $*
	@mkdir -p $(@D)
	$(Q){ printf '#!/usr/bin/env atf-sh\n'; cat $<; } > $@.tmp
	$(Q)chmod +x $@.tmp && mv $@.tmp $@

include image/sub.mk

.PHONY: progs client tests fuzzers image check bench soak demo clean help
progs: $(addprefix $(B)/bin/,$(IMAGE_PROGS))
client: $(addprefix $(B)/bin/,$(CLIENT_PROGS)) ## the host's programs alone
tests: $(addprefix $(B)/tests/,$(TESTS) $(SHTESTS))
fuzzers: $(addprefix $(B)/fuzz/,$(FUZZERS)) ## libFuzzer targets, in build/fuzz

image: $(B)/casemate.bzImage client ## build/casemate.bzImage, build/bin/casemate

demo: ## two signed jobs, from source to receipts
	$(Q)MAKE='$(MAKE)' B=$(B) DEPS=$(DEPS) qemu-tests/demo

check: tests image job-progs $(B)/python.erofs $(B)/.clang-warnings ## every test; ends in N passed, N failed, N skipped
	$(Q)B=$(B) DEPS=$(DEPS) qemu-tests/check

soak: image job-progs ## 5,000 jobs on 4 processors, 10 boots of 500
	$(Q)CASEMATE_SRC=$(CURDIR) CASEMATE_BUILD=$(abspath $(B)) \
		qemu-tests/soak 10 500 4

bench: image job-progs $(B)/bin/ledger_bench $(B)/bin/cedar_bench $(B)/.referee ## the table of figures, from this machine
	$(Q)B=$(B) DEPS=$(DEPS) qemu-tests/bench

clean: ## remove build/ (the cache stays)
	$(Q)rm -rf $(B)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
		expand -t 16

-include $(ALL_OBJS:.o=.d)
