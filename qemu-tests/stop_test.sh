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

case_with_vm stops_at_every_50_ms_on_microvm 'from the start to ready'
stops_at_every_50_ms_on_microvm_body() {
	stops_at_every 50 microvm
}

for machine in q35 pc; do
	case_with_vm stops_while_${machine}_starts 'every 800 ms'
	eval "stops_while_${machine}_starts_body() {
		stops_at_every 800 $machine
	}"
done

atf_init_test_cases() {
	atf_add_test_case stops_at_every_50_ms_on_microvm
	for m in q35 pc; do
		atf_add_test_case "stops_while_${m}_starts"
	done
}
