# The appliance's one bootable file: the kernel, compiled once and cached, with
# the root file system of rootfs/list linked in.

IMAGE_LIST := rootfs/list
IMAGE_FILES := $(subst $${B},$(B),$(shell \
	awk '$$1 == "file" && $$2 != "/build.sha256" { print $$3 }' \
	$(IMAGE_LIST)))
IMAGE_SCRIPTS := image/build-image image/build-kernel image/kernel.config \
	image/kernel.env $(wildcard image/patches/*.patch)

$(B)/casemate.bzImage: $(IMAGE_LIST) $(IMAGE_FILES) $(IMAGE_SCRIPTS) \
    deps/pins.txt | $(B)/.host-packages
	@printf '  IMAGE   %s\n' $@
	$(Q)deps/check-static $(filter $(B)/bin/%,$(IMAGE_FILES))
	$(Q)image/build-image $(B) $(CACHE)

SHTESTS += image/image_test
