# A real guest, our own kernel with test/vsock-guest.c as its init, on QEMU:
# test/guest.py has the scenarios.

try() {
	echo vsock-guest | (cd "$CASEMATE_BUILD/bin" && cpio -o -H newc) \
		> guest.cpio 2> /dev/null || atf_fail "cpio"
	atf_check -o save:out python3 \
		"$CASEMATE_SRC/client/vsock/test/guest.py" \
		"$CASEMATE_BUILD/bin/casemate-vsock" \
		"$CASEMATE_BUILD/casemate.bzImage" guest.cpio "$1" \
		rdinit=/vsock-guest \
		"tsc_early_khz=$("$CASEMATE_BUILD/bin/casemate" tsc-khz)"
	cat out
}

atf_test_case microvm
microvm_head() {
	atf_set require.progs "qemu-system-x86_64 python3 cpio"
	atf_set timeout 300
}
microvm_body() {
	try microvm
}

atf_test_case q35
q35_head() {
	atf_set require.progs "qemu-system-x86_64 python3 cpio"
	atf_set timeout 300
}
q35_body() {
	try q35
}

atf_init_test_cases() {
	atf_add_test_case microvm
	atf_add_test_case q35
}
