. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 300; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

# The number that reason.def gives a reason.
reason_number() {
	sed -n "s/^REASON([A-Z_]*,[[:space:]]*\([0-9]*\), \"$1\").*/\1/p" \
	    "$CASEMATE_SRC/lib/reason.def"
}

# refuses CASE REASON MESSAGE LEAF KEY: the appliance refuses with that reason
# and a message that matches; LEAF says whether a job.refused is recorded.
refuses() {
	number=$(reason_number "$2")
	atf_check -s exit:125 -o save:said -e ignore \
	    "$CASEMATE_SRC/qemu-tests/submit.py" "$vm_state/vsock.sock" \
	    "${5:-alice}" "$1" refused
	grep -Eq "^$number .*($3)" said ||
	    atf_fail "$1: wanted $number ($2) and $3, got: $(cat said)"
	if [ "$4" = recorded ]; then
		atf_check -o match:'job.refused' "$do" leaf refused
		atf_check_equal "$2" "$(field refused reason)"
		atf_check -o match:'receipt verified' "$do" verified refused
	else
		atf_check -o empty cat refused
	fi
}

next_job_runs() {
	[ -d next ] || elf_job next hello
	atf_check -o match:hello -e match:'receipt verified' "$do" run_job next
}

# No text that an author chose is where others read it: it is in withheld fields
# alone.  Each leaf of a refusal was written, since its reason was looked at.
nothing_tells_texts_of_authors() {
	atf_check -s ignore -o save:leaves -e match:'ends before' \
	    "$casemate" ledger --redact --key alice --on vm --count 100
	[ "$(grep -c 'job.refused' leaves)" -ge 10 ] || atf_fail "no leaves"
	atf_check -s exit:1 grep -i canary leaves "$console"
}

case_with_vm bad_signatures 'who signed, over what, and when'
bad_signatures_body() {
	default_site
	for k in mallory late early author submitter; do
		new_key $k
	done
	new_key curve ecdsa
	{
		signer carol curve
		signer late late 'valid-before="20200101Z"'
		signer early early 'valid-after="20990101Z"'
		signer submitter submitter 'namespaces="casemate-command"'
	} >> site/allowed_signers
	atf_check -o ignore -e ignore "$do" vm_up
	refuses unknown unknown-signer 'allowed_signers' no mallory
	refuses expired key-expired '2020' no late
	refuses early key-not-yet-valid '2099' no early
	refuses other-namespace namespace 'casemate-manifest' recorded submitter
	refuses command-namespace namespace 'casemate-command' no
	refuses manifest-namespace namespace 'casemate-manifest' recorded
	refuses changed-command signature 'command' no
	refuses changed-manifest signature 'manifest' recorded
	refuses wrong-appliance wrong-appliance 'appliance' recorded
	refuses stale stale 'clock|expired|not-after|old' recorded
	refuses future stale 'clock|future' recorded
	refuses replay replay 'nonce|again|already' recorded
	next_job_runs
	atf_check -o match:hello -e match:'receipt verified' \
	    "$casemate" run next --key curve --on vm --receipt curve.receipt
}

case_with_vm bad_manifests 'each names line and column'
bad_manifests_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	refuses unknown-field manifest 'manifest.yaml:8:1: unknown field; .*env' recorded
	refuses repeated-key manifest 'manifest.yaml:8:1: key is .*twice' recorded
	refuses wrong-type manifest 'manifest.yaml:9:14:.*processes' recorded
	refuses long-scalar manifest 'manifest.yaml:9:9:' recorded
	refuses anchor manifest 'manifest.yaml:8:6:.*anchor' recorded
	elf_job big hello
	printf 'env:\n  LONG: %s\n' "$(head -c 1048576 /dev/zero |
	    tr '\0' x)" >> big/manifest.yaml
	atf_check -s exit:125 -e match:'manifest.yaml:6:9: .*1048576 bytes' \
	    "$do" run_job big
	refuses megabyte-scalar protocol 'frame of type 0x10' no
	refuses huge-limit manifest 'manifest.yaml:9:15:.*memory_mib' recorded
	refuses runtime runtime 'runtime is not on .*, which has none; have it' recorded
	refuses capability manifest \
	    'manifest.yaml:8:29: unknown .*; .*shared-memory' recorded
	refuses secret secret 'no secret of the name in .*secrets.0.' recorded
	refuses missing-argv0 manifest \
	    'argv.0. cannot be found .No such file or directory.: a' recorded
	refuses forgotten-commas manifest \
	    'argv.0. cannot be found .*; it contains a blank' recorded
	next_job_runs
	nothing_tells_texts_of_authors
}

case_with_vm bad_bundles 'each has the number of the member'
bad_bundles_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	refuses dotdot bundle 'member 4 .*\.\.' recorded
	refuses absolute bundle 'member 4 .* absolute path' recorded
	refuses symlink bundle 'member 4 .* symbolic link' recorded
	refuses hardlink bundle 'member 4 .* hard link' recorded
	refuses device bundle 'member 4 .* character device' recorded
	refuses fifo bundle 'member 4 .* named pipe' recorded
	refuses truncated-header bundle 'member 3 .* cut off' recorded
	refuses missing-file bundle 'files.0. is not in the bundle' recorded
	refuses extra-file bundle 'member 4 .* not in the manifest' recorded
	refuses twice bundle 'member 4 .* a second time' recorded
	refuses elsewhere bundle 'member 4 .* not beneath files/' recorded
	refuses changed-file bundle 'member 3 .* SHA-256.*files.0.' recorded
	refuses changed-bundle bundle 'digest|SHA-256|sha256' recorded
	next_job_runs
	nothing_tells_texts_of_authors

}

case_with_vm bad_frames 'garbage, half a frame and silence, 4 GiB'
bad_frames_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	refuses garbage protocol 'frame' no
	refuses four-gib protocol '429496729[45]' no
	refuses empty-frame protocol 'frame' no
	refuses data-first protocol 'DATA|SUBMIT' no
	refuses half-a-frame protocol 'silent|10 s' no
	next_job_runs
}

atf_init_test_cases() {
	atf_add_test_case bad_signatures
	atf_add_test_case bad_manifests
	atf_add_test_case bad_bundles
	atf_add_test_case bad_frames
}
