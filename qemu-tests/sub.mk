# End-to-end tests.  The jobs they run are in jobs/.

SHTESTS += qemu-tests/readme_test qemu-tests/boot_test qemu-tests/jobs_test \
	qemu-tests/refuse_test qemu-tests/events_test \
	qemu-tests/crash_test qemu-tests/attack_test \
	qemu-tests/capability_test qemu-tests/policy_test \
	qemu-tests/share_test qemu-tests/kernel_test qemu-tests/manual_test \
	qemu-tests/soak_test qemu-tests/stop_test qemu-tests/upgrade_test \
	qemu-tests/audit_test
# Readers by others judge its export.
$(B)/tests/qemu-tests/audit_test: | $(B)/xmod $(B)/.leaf-referee
