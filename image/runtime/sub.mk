# Runtime images: read-only roots of jobs, attached as disks.

$(B)/python.erofs: image/runtime/make-python image/runtime/python.drop \
    $(wildcard image/runtime/etc/*) deps/pins.txt deps/SHA256SUMS | $(B)/.host-packages
	@printf '  EROFS   python\n'
	$(Q)deps/fetch $(DL) python
	$(Q)image/runtime/make-python $(DL) $@

SHTESTS += image/runtime/python_test
$(B)/tests/image/runtime/python_test: | $(B)/paths $(B)/python.erofs
