# casemate, the host's command.

ARCHIVES += client
client_SRCS := $(addprefix client/,appliance.c backoff.c buf.c checkpoints.c \
	cited.c cmd_bundle.c cmd_compare.c cmd_down.c cmd_jobs.c cmd_list.c \
	cmd_output.c cmd_run.c cmd_site.c cmd_status.c cmd_tsc_khz.c cmd_up.c cmd_verify.c conn.c disclosed.c \
	ending.c file.c folder.c history.c indent.c jsonout.c keygen.c leaf.c \
	manifest_files.c need.c number.c opts.c outlet.c pack.c query.c \
	replace.c safe.c save.c say.c session.c sign.c signed.c sitefolder.c \
	sitemake.c submit.c target.c treefile.c unixsock.c up_prepare.c \
	verified.c)
client_SRCS += $(addprefix client/ledger/,cmd_consistency.c cmd_disclose.c \
	cmd_evidence.c cmd_forget.c cmd_fsck.c cmd_ledger.c evidence.c oneleaf.c \
	proving.c wholefolder.c)
client_SRCS += $(addprefix client/policy/,cases.c cmd_check.c cmd_explain.c \
	cmd_fmt.c cmd_policy.c cmd_test.c constants.c dryrun.c lint.c \
	naming.c say.c telling.c verdict.c)
client_SRCS += $(addprefix client/doctor/,cmd_doctor.c diagnosis.c room.c \
	signing.c virtual.c)
client_SRCS += $(addprefix client/vm/,capture.c cpio.c differ.c disk.c \
	ended.c hostdev.c image.c lock.c names.c proc.c qmp.c start.c state.c \
	statefile.c stop.c tail.c tsc.c vm.c)
client_NEEDS := lib/rules
CLIENT_PROGS += client/casemate

# A fake appliance, for what a real one does not do on demand.
ARCHIVES += client/test
client/test_SRCS := $(addprefix client/test/,fake_appliance.c fake_history.c \
	fake_leaf.c fake_qemu.c fake_query.c odd.c rand.c user.c)
client/test_NEEDS := client lib/test
TESTS += $(addprefix client/,backoff_test bundle_readers_test \
	casemate_closed_test casemate_inputs_test casemate_outputs_test \
	cmd_compare_test cmd_list_test cmd_output_test cmd_run_receipt_test \
	cmd_run_refused_test cmd_run_test conn_test \
	disclosed_readers_test disclosed_test doctor/room_test \
	history_test leaf_test \
	ledger/cmd_disclose_test ledger/cmd_evidence_test \
	ledger/cmd_consistency_test ledger/cmd_fsck_test ledger/cmd_ledger_test \
	ledger/wholefolder_test number_test opts_test policy/text_formats_test \
	query_test receipt_readers_test safe_test save_test session_test \
	target_test unixsock_test vm/cpio_test vm/differ_test vm/disk_test vm/image_test \
	vm/lock_test vm/qmp_test vm/start_test vm/state_test vm/statefile_test \
	vm/stop_test vm/vm_test)
client/bundle_readers_test_USES := client/test runner/jail
client/conn_test_LDFLAGS := -Wl,--wrap=socket,--wrap=connect
client/doctor/room_test_LDFLAGS := -Wl,--wrap=adjtimex,--wrap=clock_unix_s
client/save_test_LDFLAGS := -Wl,--wrap=fsync -Wl,--wrap=getrandom
$(B)/tests/client/casemate_inputs_test: | $(B)/bin/casemate
$(B)/tests/client/casemate_outputs_test: | $(B)/bin/casemate
$(B)/tests/client/casemate_closed_test: | $(B)/bin/casemate \
	$(B)/bin/casemate-vsock
$(B)/tests/client/vm/start_test: | $(B)/bin/casemate $(B)/bin/casemate-vsock
SHTESTS += $(addprefix client/,casemate_test cmd_up_test \
	doctor/cmd_doctor_test policy/cmd_check_test policy/cmd_fmt_test \
	policy/cmd_test_test policy/dryrun_test sign_test)
FUZZERS += client/cited_fuzz client/conn_fuzz client/disclosed_fuzz \
	client/leaf_fuzz
