# Stops at every moment, and in bad conditions.

. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 290; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

# stops_at_every MS MACHINE: from the start to ready, in steps of MS.
stops_at_every() {
	ms=0 stopped=starting n=0
	while [ $stopped = starting ]; do
		stop_after $ms --machine "$2" || atf_fail "see above"
		ms=$((ms + $1)) n=$((n + 1))
		[ $n -le 100 ] || atf_fail "never ready"
	done
	echo "$n stops, from 0 to $((ms - $1)) ms after the start"
	atf_check -o match:'clean|files' -e ignore \
	    e2fsck -fn "$vm_state/data.img"
}

for machine in microvm q35 pc; do
	case_with_vm stops_while_${machine}_starts 'from the start to ready'
done
stops_while_microvm_starts_body() {
	stops_at_every 200 microvm
}
stops_while_q35_starts_body() {
	stops_at_every 800 q35
}
stops_while_pc_starts_body() {
	stops_at_every 800 pc
}

# A job that is cut off has its end in the ledger.
case_with_vm slow_disk_stops_in_good_order '10 operations a second'
slow_disk_stops_in_good_order_body() {
	qemu_with QEMU_IOPS=10
	atf_check -o ignore -e ignore "$do" vm_up --wait 200
	elf_job forever forever
	run_job forever > out 2>&1 &
	wait_for 30 grep -q '^here' out || atf_fail "no job: $(cat out)"
	atf_check -e match:'stopped in good order' "$casemate" down --wait 60 vm
	qemu_with
	atf_check -o ignore -e ignore "$do" vm_up
	atf_check -o match:job.finished -e ignore \
	    "$casemate" ledger --key alice --on vm
	atf_check -e match:'stopped in good order' "$do" vm_down
}

# Stopped while init opens it.
case_with_vm very_slow_disk_is_said '2 operations a second'
very_slow_disk_is_said_body() {
	qemu_with QEMU_IOPS=2
	default_site
	vm_up --wait 200 > up.out 2> up.err &
	up=$!
	wait_for 100 grep -q 'still opening the data disk' "$console" ||
	    atf_fail "it says nothing"
	atf_check -e match:'stopped in good order' "$casemate" down --wait 60 vm
	wait $up && atf_fail "it went up"
	atf_check -o match:'interrupted while it was starting' cat up.err
	[ ! -e "$vm_state/state" ] || atf_fail "its state is left"
}

case_with_vm starts_and_stops_at_any_time 'the clock is years off'
starts_and_stops_at_any_time_body() {
	elf_job true true
	for time in 1970-01-02 2099-01-01; do
		qemu_with QEMU_RTC=$time
		atf_check -o ignore -e ignore "$do" vm_up
		atf_check -s exit:125 -e match:"the appliance's clock is" \
		    -e match:'refused .stale.' "$do" run_job true
		atf_check -e match:'stopped in good order' "$do" vm_down
	done
}

# A client of the console that reads nothing, and no room for logs.
case_with_vm unread_console_stops_in_good_order 'whatever init says is lost'
unread_console_stops_in_good_order_body() {
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral
	/usr/bin/python3 - "$vm_state/console.sock" <<-'PY' &
	import socket, sys, time
	s = socket.socket(socket.AF_UNIX)
	s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
	s.connect(sys.argv[1])
	s.sendall(b"status\r" * 4000)
	time.sleep(60)
	PY
	reader=$!
	sleep 1
	atf_check -e match:'stopped in good order' "$do" vm_down
	kill $reader
}

atf_init_test_cases() {
	atf_add_test_case slow_disk_stops_in_good_order
	atf_add_test_case very_slow_disk_is_said
	atf_add_test_case starts_and_stops_at_any_time
	atf_add_test_case unread_console_stops_in_good_order
	for m in microvm q35 pc; do
		atf_add_test_case "stops_while_${m}_starts"
	done
}
