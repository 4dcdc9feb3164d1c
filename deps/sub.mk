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
