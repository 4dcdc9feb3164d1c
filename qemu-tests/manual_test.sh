# What the manual promises to authors of jobs, tried by jobs.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 240; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

# The rows of the page's table, as job-numbers prints them.
numbers_of_the_page() {
	sed -n '/^\.Ss Other numbers/,/^\.El/s/^\.It \(.*\) Ta \(.*\) Ta.*/\1: \2/p' \
	    "$CASEMATE_SRC/docs/casemate-manifest.5" | grep -v '^Sy '
}

case_with_vm other_numbers_are_what_a_job_meets 'casemate-manifest(5)'
other_numbers_are_what_a_job_meets_body() {
	numbers_of_the_page | sort > page
	[ "$(wc -l < page)" -gt 20 ] || atf_fail "the page was not read"
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job numbers numbers
	atf_check -o save:out -e ignore "$do" run_job numbers
	sort out > met
	atf_check diff page met
}

# told RECEIPT FOLDER NAMES TEXT: what the leaf and the client say.
told() {
	atf_check_equal "$3" "$(field "$1" limits_reached)"
	grep -qF -- "$4" err || atf_fail "no \"$4\": $(cat err)"
}

case_with_vm limits_are_what_a_job_meets 'and are named when it reaches them'
limits_are_what_a_job_meets_body() {
	atf_check -o ignore -e ignore "$do" vm_up --cpus 2 \
	    --runtime python="$CASEMATE_BUILD/python.erofs"
	elf_job own numbers own processes
	echo 'limits: {cpu_millis: 1001, open_files: 3000, processes: 40}' \
	    >> own/manifest.yaml
	atf_check -o save:out -e save:err "$do" run_job own
	for line in CASEMATE_CPU_MILLIS=1001 CASEMATE_OPEN_FILES=3000 \
	    CASEMATE_PROCESSES=40 'processors: 2' 'online: 2' \
	    'open files: 3000' 'processes: 40' 'host name: numbers' \
	    "CASEMATE_JOB=$(field own.receipt job)"; do
		grep -qxF "$line" out || atf_fail "no \"$line\": $(cat out)"
	done
	told own.receipt own processes 'exited with status 0: processes or'\
' threads did not start (1); raise limits.processes (40)'

	py_job full 'open("/tmp/a", "wb").write(bytes(3 << 20))'
	echo 'limits: {tmp_mib: 2}' >> full/manifest.yaml
	atf_check -s exit:1 -o ignore -e save:err "$do" run_job full
	told full.receipt full tmp_mib 'No space left on device'
	told full.receipt full tmp_mib 'exited with status 1: /tmp was full'\
' at the job'"'"'s end; raise limits.tmp_mib (2)'
}

atf_init_test_cases() {
	atf_add_test_case other_numbers_are_what_a_job_meets
	atf_add_test_case limits_are_what_a_job_meets
}
