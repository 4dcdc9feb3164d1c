# What the manual promises to authors of jobs, tried by jobs.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

page=$CASEMATE_SRC/docs/troubleshooting.md

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

case_with_vm numbers_are_what_a_job_meets 'of casemate-manifest(5)'
numbers_are_what_a_job_meets_body() {
	numbers_of_the_page | sort > page
	[ "$(wc -l < page)" -gt 20 ] || atf_fail "the page was not read"
	atf_check -o ignore -e ignore "$do" vm_up --cpus 2
	elf_job numbers numbers
	atf_check -o save:out -e ignore "$do" run_job numbers
	sort out > met
	atf_check diff page met

	elf_job own numbers own processes
	echo 'limits: {cpu_millis: 1001, open_files: 3000, processes: 40}' \
	    >> own/manifest.yaml
	atf_check -o save:out -e ignore "$do" run_job own
	for line in CASEMATE_CPU_MILLIS=1001 CASEMATE_OPEN_FILES=3000 \
	    CASEMATE_PROCESSES=40 'processors: 2' 'online: 2' \
	    'open files: 3000' 'processes: 40' 'host name: numbers' \
	    "CASEMATE_JOB=$(field own.receipt job)"; do
		grep -qxF "$line" out || atf_fail "no \"$line\""
	done
}

case_with_vm outputs_are_opened_again 'and keep no job'
outputs_are_opened_again_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job reopen reopen
	atf_check -o match:'^0 wrong$' -o match:'^to /dev/stdout .w.$' \
	    -e match:'^to /dev/stderr .a.$' -e match:'exited with status 0' \
	    "$do" run_job reopen
}

# ends NAME [LIMITS]: runs the job and adds to `said' what was said of its end.
ends() {
	[ -z "${2:-}" ] || echo "limits: {$2}" >> "$1/manifest.yaml"
	run_job "$1" > out 2> err || :
	sed -n '/ accepted$/d; s/^casemate: job [0-9a-f]*:* //p
	    s/^casemate: \(refused\)/\1/p
	    s/^casemate: [a-z]*: \(argv\)/\1/p' err >> said
}

# reached NAME LIMITS: its leaf names these.
reached() {
	atf_check_equal "$2" "$(field "$1.receipt" limits_reached)"
}

# text_job NAME TEXT [EXECUTABLE]: a job whose program is this text.
text_job() {
	mkdir -p "$1/files"
	printf '%s\n' "$2" > "$1/files/data"
	[ "${3:-}" != executable ] || chmod +x "$1/files/data"
	printf 'version: 1\nname: text\nargv: [data]\n' > "$1/manifest.yaml"
}

case_with_vm ends_are_said_as_the_page_has_them 'and name the limits reached'
ends_are_said_as_the_page_has_them_body() {
	atf_check -o ignore -e ignore "$do" vm_up \
	    --runtime python="$CASEMATE_BUILD/python.erofs"
	elf_job forever forever
	ends forever 'wall_seconds: 1'
	reached forever wall_seconds
	elf_job eater eatmem
	ends eater 'memory_mib: 32'
	reached eater memory_mib
	elf_job spewer spew
	ends spewer 'output_kib: 1'
	reached spewer output_kib
	py_job full 'open("/tmp/a", "wb").write(bytes(2 << 20))'
	ends full 'tmp_mib: 1'
	reached full tmp_mib
	elf_job forker numbers processes
	ends forker 'processes: 8'
	reached forker processes
	text_job script '#!/bin/sh' executable
	ends script
	reached script ''
	text_job text 'no program' executable
	ends text
	text_job data 'no program'
	ends data
	text_job nothing 'no program'
	sed -i 's/\[data\]/[nothing]/' nothing/manifest.yaml
	ends nothing
	py_job absent ''
	sed -i 's,python3,absent,' absent/manifest.yaml
	ends absent
	py_job x32 'import ctypes; ctypes.CDLL(None).syscall(0x40000027)'
	ends x32
	py_job fault 'import ctypes; ctypes.string_at(0)'
	ends fault

	sed -n '/^## How a job ends/,/^## What/s/^| `\([^`]*\)`.*/\1/p' \
	    "$page" > rows
	atf_check_equal "$(wc -l < said)" "$(wc -l < rows)"
	while read -r row; do
		grep -qF -- "$row" said || echo "$row"
	done < rows > missing
	cat said		# for a reader of a failure
	[ ! -s missing ] || atf_fail "not said: $(head -n 1 missing)"
}

case_with_vm python_says_what_the_page_has 'and what helps, helps'
python_says_what_the_page_has_body() {
	atf_check -o ignore -e ignore "$do" vm_up \
	    --runtime python="$CASEMATE_BUILD/python.erofs"
	py_job rows ''
	cp "$CASEMATE_SRC/qemu-tests/troubles.py" rows/files/main.py
	cp "$page" rows/files
	cp -r rows helped
	sed -i 's/main.py\]/main.py, helped]/' helped/manifest.yaml
	cat >> helped/manifest.yaml <<-'END'
	capabilities: [exec-memory, shared-memory]
	limits: {processes: 300, open_files: 5000, tmp_mib: 100}
	END
	atf_check -o match:'^[34][0-9] rows, 0 wrong$' -e ignore \
	    "$do" run_job rows
	atf_check -o match:'^[0-9] rows, 0 wrong$' -e ignore \
	    "$do" run_job helped
}

atf_init_test_cases() {
	atf_add_test_case numbers_are_what_a_job_meets
	atf_add_test_case outputs_are_opened_again
	atf_add_test_case ends_are_said_as_the_page_has_them
	atf_add_test_case python_says_what_the_page_has
}
