# Hostile jobs that take from others or leave something behind: regressions.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

# case_with_vm NAME DESCRIPTION [SECONDS]
case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout ${3:-240}; }"
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

# While one job holds as much as it can get, the next one runs.
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

# 60 processes of 65,000 mappings each, which the kernel takes many seconds to
# free when the CPU is emulated.  To have so many it needs 800 MiB.
hold_mappings() {
	atf_check -o save:up -e ignore "$do" vm_up --memory 1536
	hog hog mappings 'processes: 100' 'memory_mib: 1200' \
	    'wall_seconds: 900'
	"$casemate" run hog --key alice --on vm > out 2> err &
	holder=$!
	full() {
		[ -s out ] || ! kill -0 $holder 2>> /dev/null
	}
	wait_for 200 full || atf_fail "waited 200 s"
	atf_check -o inline:'full\n' cat out
}

# Without emulation such an end may be over before the test looks.
is_slow() {
	grep -q 'tcg$' up
}

said() {
	grep -q "$1" "$console"
}

# ends COUNT: so many ends are in the ledger.
ends() {
	"$casemate" ledger --key alice --on vm > leaves
	atf_check_equal "$1" "$(grep -c '"casemate.job.finished"' leaves)"
}

is_idle() {
	"$casemate" status --key alice --on vm --json | grep -q '"running":0'
}

case_with_vm slow_end_of_one_job_ends_no_other \
    'much to tear down beside jobs that spin' 900
slow_end_of_one_job_ends_no_other_body() {
	default_site
	printf 'shares:\n  jobs: 8\n' >> site/settings.yaml
	hold_mappings
	elf_job spin forever busy
	echo 'limits: {wall_seconds: 900}' >> spin/manifest.yaml
	spinners=
	for i in 1 2 3 4 5 6 7; do
		"$casemate" run spin --key alice --on vm > out.$i 2> err.$i &
		spinners="$spinners $!"
		wait_for 60 grep -q accepted err.$i || atf_fail "spinner $i"
	done
	kill $holder
	removed() {
		"$casemate" status --key alice --on vm --json > status
		! grep -q '"running":8' status
	}
	wait_for 300 removed || atf_fail "its slot is not free after 300 s"
	atf_check -o match:'"running":7,"jobs_done":1,' cat status
	elf_job next true
	atf_check -o ignore -e ignore timeout 60 "$do" run_job next
	kill $spinners
	wait_for 120 is_idle || atf_fail "the spinners' slots are not free"
	! said 'runner ended' || atf_fail "the runner ended"
	ends 9
}

case_with_vm slow_end_is_recorded_when_the_appliance_stops \
    'much to tear down, and 6 s to do it' 600
slow_end_is_recorded_when_the_appliance_stops_body() {
	hold_mappings
	atf_check -o ignore -e ignore "$casemate" down --wait 60 vm
	! said 'runner does not end' || atf_fail "it waited for the kernel"
	! said 'cannot unmount' || atf_fail "the disk was not unmounted"
	atf_check -o ignore -e ignore "$do" vm_up
	ends 1
	atf_check -o match:'"outcome":"cancelled"' cat leaves
	! is_slow || atf_check -o match:'had not all ended 3 s later' cat leaves
}

case_with_vm slow_end_keeps_no_runner_from_starting \
    'much to tear down, left by a runner that was killed' 600
slow_end_keeps_no_runner_from_starting_body() {
	hold_mappings
	console_type 'kill runner'
	wait_for 60 said 'runner is ready again' || atf_fail "it does not start"
	! is_slow || said 'slot 0 stays taken' || atf_fail "it waited"
	elf_job next true
	atf_check -o ignore -e ignore timeout 60 "$do" run_job next
	wait_for 200 is_idle || atf_fail "its slot is not free after 200 s"
	! said 'runner ended with' || atf_fail "the runner ended"
}

# Mappings for more memory than the machine has, which are freed slowly: a small
# job beside them is not killed.
case_with_vm memory_of_one_job_leaves_some 'memory_mib above what there is' 600
memory_of_one_job_leaves_some_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job modest forever
	"$casemate" run modest --key alice --on vm > out 2> err &
	modest=$!
	wait_for 60 grep -q here out || atf_fail "it does not run"
	hog hog mappings 'processes: 100' 'memory_mib: 8000' \
	    'wall_seconds: 500'
	atf_check -s exit:137 -o ignore -e match:'has less memory than the' \
	    timeout 300 "$do" run_job hog
	"$casemate" jobs --key alice --on vm > jobs
	atf_check -o match:'running.*forever' cat jobs
	kill $modest
}

# 20 MiB to unpack and to hash, by the appliance, for a job that may use a
# hundredth of a processor.
case_with_vm building_is_not_slowed_by_a_limit_of_cpu 'little CPU, many files'
building_is_not_slowed_by_a_limit_of_cpu_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job large true
	head -c 20971520 /dev/zero > large/files/zeros
	echo 'limits: {cpu_millis: 10}' >> large/manifest.yaml
	atf_check -o ignore -e match:'exited with status 0' \
	    timeout 120 "$do" run_job large
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
	atf_add_test_case slow_end_of_one_job_ends_no_other
	atf_add_test_case slow_end_is_recorded_when_the_appliance_stops
	atf_add_test_case slow_end_keeps_no_runner_from_starting
	atf_add_test_case memory_of_one_job_leaves_some
	atf_add_test_case building_is_not_slowed_by_a_limit_of_cpu
	atf_add_test_case end_is_not_held_up_by_a_limit
}
