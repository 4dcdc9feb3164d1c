. "$CASEMATE_SRC/qemu-tests/lib.sh"

# expect_outcome RECEIPT OUTCOME
expect_outcome() {
	atf_check_equal "$2" "$(field "$1" outcome)"
	atf_check -o match:'receipt verified' "$do" verified "$1"
}

# The next job runs, whatever the one before did.
expect_next_job_runs() {
	[ -d next ] || elf_job next true
	atf_check -o ignore -e ignore "$do" run_job next
}

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 240; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

case_with_vm static_program 'a static ELF prints, computes and exits'
static_program_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job hello hello
	atf_check -o match:'hello' -e match:'receipt verified' "$do" run_job hello
	expect_outcome hello.receipt exited
	atf_check_equal 0 "$(field hello.receipt status)"
	atf_check -o ignore -e ignore "$do" vm_down
}

case_with_vm exit_status_is_the_jobs 'exit codes and signals come through'
exit_status_is_the_jobs_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job three exit 3
	atf_check -s exit:3 -o ignore -e ignore "$do" run_job three
	expect_outcome three.receipt exited
	elf_job killed signal 15
	atf_check -s exit:143 -o ignore -e ignore "$do" run_job killed
	expect_outcome killed.receipt signalled
	mkdir -p script/files
	printf '#!/bin/sh\n' > script/files/script
	chmod +x script/files/script
	printf 'version: 1\nname: x\nargv: [script]\n' > script/manifest.yaml
	atf_check -s exit:127 -e match:'status 127: argv.0. could not be run' \
	    -e match:'receipt verified' "$do" run_job script
}

case_with_vm python_reads_its_signed_input 'the python runtime and a file'
python_reads_its_signed_input_body() {
	atf_check -o ignore -e ignore \
	    "$do" vm_up --runtime python="$CASEMATE_BUILD/python.erofs"
	cp -r "$CASEMATE_SRC/qemu-tests/demo-jobs/read-input" job
	atf_check -o not-empty -e match:'receipt verified' "$do" run_job job
	expect_outcome job.receipt exited
}

case_with_vm runtime_is_as_its_page_says 'the man page has an example with C.UTF-8; a runtime can be made'
runtime_is_as_its_page_says_body() {
	cp "$programs/job-hello" tool
	sed -n '/^## How to make a runtime/,/^casemate up/p' \
	    "$CASEMATE_SRC/docs/runtime-python.md" |
	    sed '1,/^```/d; /^casemate up/d' > commands
	grep -q '^mkfs.erofs' commands || atf_fail "the page was not read"
	atf_check -o ignore -e ignore sh -e ./commands
	atf_check -o ignore -e ignore "$do" vm_up \
	    --runtime python="$CASEMATE_BUILD/python.erofs" \
	    --runtime mine=mine.erofs
	mkdir -p job/files own
	cat > job/files/main.py <<-'PY'
		import locale, os, pathlib, socket, subprocess, time
		print(locale.setlocale(locale.LC_ALL, ""), time.tzname,
		    socket.gethostbyname("localhost"),
		    socket.getservbyname("https"), pathlib.Path("/usr").owner(),
		    os.path.expanduser("~job"), os.system("true"))
		for host in "example.org", socket.gethostname():
		    try:
		        socket.getaddrinfo(host, 443)
		    except OSError as e:
		        print(e)
		try:
		    subprocess.run("true", shell=True)
		except FileNotFoundError as e:
		    print(e)
	PY
	sed -n '/^A script for a runtime:/,/^\.Ed/p' \
	    "$CASEMATE_SRC/docs/casemate-manifest.5" |
	    sed '1,/^\.Bd/d; /^\.Ed/d; /^files:/,/sha256:/d' > job/manifest.yaml
	grep -q '^env:' job/manifest.yaml || atf_fail "no example was read"
	echo '  TZ: Europe/Berlin' >> job/manifest.yaml
	cat > want <<-'EOF'
		C.UTF-8 ('CET', 'CEST') 127.0.0.1 443 nobody /tmp 32512
		[Errno -2] Name or service not known
		[Errno -2] Name or service not known
		[Errno 2] No such file or directory: '/bin/sh'
	EOF
	atf_check -o file:want -e match:'receipt verified' "$do" run_job job
	printf 'version: 1\nname: own\nruntime: mine\nargv: [/usr/bin/tool]\n' \
	    > own/manifest.yaml
	atf_check -o match:'hello' -e match:'receipt verified' "$do" run_job own
	atf_check_equal "$(sha256sum < mine.erofs | cut -c 1-64)" \
	    "$("$casemate" ledger --key alice --on vm |
	    sed -n 's/.*"name":"own".*"runtime_sha256":"\([0-9a-f]*\)".*/\1/p')"
	# Each runtime's digest is a leaf before its first job.
	atf_check_equal "$(sha256sum < mine.erofs | cut -c 1-64) $(stat -c %s \
	    mine.erofs)" "$("$casemate" ledger --key alice --on vm |
	    sed -n 's/.*"runtime":"mine","sha256":"\([0-9a-f]*\)","bytes":\([0-9]*\).*/\1 \2/p')"
}

case_with_vm two_jobs_at_once 'both run at the same time'
two_jobs_at_once_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job one forever
	elf_job two forever
	printf 'limits:\n  wall_seconds: 8\n' | tee -a one/manifest.yaml \
	    >> two/manifest.yaml
	run_job one > one.out 2>&1 &
	first=$!
	run_job two > two.out 2>&1 &
	second=$!
	both() {
		"$casemate" status --key alice --on vm --json |
		    grep -q '"running":2'
	}
	wait_for 20 both || atf_fail "waited 20 s"
	wait $first && atf_fail "job one was not stopped"
	wait $second && atf_fail "job two was not stopped"
	expect_outcome one.receipt timed-out
	expect_outcome two.receipt timed-out
}

case_with_vm forks_without_end 'a fork bomb meets its process limit'
forks_without_end_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job bomb forkbomb
	printf 'limits:\n  wall_seconds: 5\n' >> bomb/manifest.yaml
	run_job bomb > bomb.out 2>&1 || :
	atf_check -o match:'receipt verified' "$do" verified bomb.receipt
	expect_next_job_runs
}

case_with_vm eats_memory 'out of memory is told apart'
eats_memory_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job eater eatmem
	printf 'limits:\n  memory_mib: 32\n' >> eater/manifest.yaml
	atf_check -s exit:137 -o ignore -e match:'out of memory|out-of-memory' \
	    "$do" run_job eater
	expect_outcome eater.receipt out-of-memory
	expect_next_job_runs
}

case_with_vm writes_without_end 'output is capped'
writes_without_end_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job spewer spew
	printf 'limits:\n  output_kib: 512\n' >> spewer/manifest.yaml
	atf_check -s exit:125 -o save:out -e match:'output' "$do" run_job spewer
	expect_outcome spewer.receipt output-limit
	[ "$(wc -c < out)" -le 524288 ] || atf_fail "more output than the limit"
	expect_next_job_runs
}

case_with_vm never_ends 'the wall clock stops it'
never_ends_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job forever forever
	printf 'limits:\n  wall_seconds: 2\n' >> forever/manifest.yaml
	atf_check -s exit:124 -o ignore -e match:'timed' "$do" run_job forever
	expect_outcome forever.receipt timed-out
	expect_next_job_runs
}

case_with_vm client_leaves 'a client that leaves cancels its job'
client_leaves_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job forever forever
	"$casemate" run forever --key alice --on vm > out 2>&1 &
	client=$!
	running() {
		"$casemate" status --key alice --on vm --json |
		    grep -q "\"running\":$1"
	}
	wait_for 20 running 1 || atf_fail "waited 20 s"
	kill -9 $client
	wait_for 20 running 0 || atf_fail "waited 20 s"
	expect_next_job_runs
}

case_with_vm finds_nothing_of_the_host 'nothing outside the sandbox'
finds_nothing_of_the_host_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job snoop snoop
	atf_check -o inline:'found 0\n' -e ignore "$do" run_job snoop
}

atf_init_test_cases() {
	atf_add_test_case static_program
	atf_add_test_case exit_status_is_the_jobs
	atf_add_test_case python_reads_its_signed_input
	atf_add_test_case runtime_is_as_its_page_says
	atf_add_test_case two_jobs_at_once
	atf_add_test_case forks_without_end
	atf_add_test_case eats_memory
	atf_add_test_case writes_without_end
	atf_add_test_case never_ends
	atf_add_test_case client_leaves
	atf_add_test_case finds_nothing_of_the_host
}
