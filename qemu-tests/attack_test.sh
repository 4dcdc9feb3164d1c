# What hostile jobs take from others, or leave behind: regressions.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 240; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

# hog FOLDER MODE LIMIT...: a job that runs hog(1) with these limits.
hog() {
	elf_job "$1" hog "$2"
	echo 'limits:' >> "$1/manifest.yaml"
	folder=$1
	shift 2
	for limit in "$@"; do
		printf '  %s\n' "$limit" >> "$folder/manifest.yaml"
	done
}

# While one job holds all that it gets, the next one runs.
expect_room_beside() {
	hog taker "$1" 'processes: 900' 'memory_mib: 100'
	"$casemate" run taker --key alice --on vm > out 2> err &
	taker=$!
	full() {
		[ -s out ] || ! kill -0 $taker 2>> /dev/null
	}
	wait_for 60 full || atf_fail "waited 60 s"
	atf_check -o inline:'full\n' cat out
	elf_job next true
	atf_check -o ignore -e ignore timeout 30 "$do" run_job next
	kill $taker 2>> /dev/null
}

case_with_vm files_of_one_job_leave_room 'a full table of files'
files_of_one_job_leave_room_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	expect_room_beside files
}

case_with_vm processes_of_one_job_leave_room 'a full table of processes'
processes_of_one_job_leave_room_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	expect_room_beside processes
}

# Five times 40 MiB are more than this appliance has.
case_with_vm ring_of_sockets_ends_with_its_job 'no memory, no output is kept'
ring_of_sockets_ends_with_its_job_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	hog ring ring 'memory_mib: 64'
	for i in 1 2 3 4 5; do
		atf_check -o ignore -e not-match:'did not take' \
		    timeout 20 "$do" run_job ring
	done
}

case_with_vm daemon_ends_with_its_job 'no process is left, not even stopped'
daemon_ends_with_its_job_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	hog daemon daemon 'wall_seconds: 100'
	atf_check -o ignore -e match:'exited with status 0' \
	    timeout 20 "$do" run_job daemon
	atf_check -o match:'"running":0' \
	    "$casemate" status --key alice --on vm --json
}

# A hundredth of a processor makes its processes for ten seconds, and would
# need as long to end them.
case_with_vm end_is_not_held_up_by_a_limit 'little CPU, much to tear down'
end_is_not_held_up_by_a_limit_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	hog slow processes 'cpu_millis: 10' 'processes: 3000' \
	    'wall_seconds: 10' 'memory_mib: 64'
	"$casemate" run slow --key alice --on vm > out 2> err &
	client=$!
	accepted() {
		grep -q accepted err || ! kill -0 $client 2>> /dev/null
	}
	wait_for 60 accepted || atf_fail "waited 60 s"
	start=$(date +%s)
	wait $client
	atf_check -o match:timed-out cat err
	[ $(($(date +%s) - start)) -le 13 ] ||
	    atf_fail "its end took $(($(date +%s) - start - 10)) s"
}

atf_init_test_cases() {
	atf_add_test_case files_of_one_job_leave_room
	atf_add_test_case processes_of_one_job_leave_room
	atf_add_test_case ring_of_sockets_ends_with_its_job
	atf_add_test_case daemon_ends_with_its_job
	atf_add_test_case end_is_not_held_up_by_a_limit
}
