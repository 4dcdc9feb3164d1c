# Third-party sources: the packages of the build machine, the pinned sources,
# and the compiler and libraries made from them.
#
# $(B) and $(Q) are the top Makefile's.  Everything else here lives in the
# user's cache, keyed by a hash of what it is made from, so that a fresh clone
# does not build it again and a changed input does.

CACHE	:= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/casemate
DL	:= $(CACHE)/dl
DEPS	:= $(CACHE)/deps-$(shell deps/key lib deps/build deps/toolchain \
	   deps/patches)
MCC	:= $(DEPS)/bin/mcc
MCLANG	:= $(DEPS)/bin/mclang

# Debian packages that are missing on this machine are installed once, and
# again when the list changes.
$(B)/.host-packages: deps/packages.txt deps/host-packages
	$(Q)deps/host-packages
	$(Q)mkdir -p $(@D) && touch $@

$(DEPS)/.done: | $(B)/.host-packages
	$(Q)deps/fetch $(DL) lib
	$(Q)deps/build $(DEPS) $(DL)

# Where these are, for tests and scripts that make does not run.  What is
# compiled depends on this file: it is written again when another prefix, be
# it an older one, takes the place of the last.
$(B)/paths: $(DEPS)/.done $(if $(filter \
    deps=$(DEPS),$(shell cat $(B)/paths 2>/dev/null)),,FORCE)
	$(Q)mkdir -p $(@D)
	$(Q)printf 'deps=%s\ndl=%s\n' $(DEPS) $(DL) > $@

.PHONY: FORCE
FORCE:

# Not needed by anything but the tests: a program as mcc makes them.
TOOLS += deps/tests/relro_probe

SHTESTS += deps/tests/build_test deps/tests/check_static_test \
	deps/tests/fetch_test deps/tests/toolchain_test
$(B)/tests/deps/tests/check_static_test $(B)/tests/deps/tests/toolchain_test: \
    | $(B)/paths $(B)/bin/relro_probe
