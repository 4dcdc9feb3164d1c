# A greedy signer and a modest one: whatever the greedy one takes, a job of the
# modest one runs within a minute, on one emulated processor.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_greedy() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 300; }"
	eval "$1_cleanup() {
		kill \$(cat greedy.pid) 2>> /dev/null
		vm_cleanup
	}"
}

# start_greedy WHAT [casemate up options]: carol takes all that she can of it.
start_greedy() {
	what=$1
	shift
	default_site
	new_key carol
	signer carol carol >> site/allowed_signers
	[ ! -f shares ] || cat shares >> site/settings.yaml
	atf_check -o ignore -e ignore "$do" vm_up "$@"
	PYTHONDONTWRITEBYTECODE=1 "$CASEMATE_SRC/qemu-tests/greedy.py" \
	    "$vm_state/vsock.sock" carol "$what" > took 2> greedy.err &
	echo $! > greedy.pid
	took() {
		[ -s took ] || ! kill -0 "$(cat greedy.pid)"
	}
	wait_for 120 took || atf_fail "the greedy one waits"
	cat took greedy.err
}

# Alice's job, which counts for the bound; what she reads, too.
modest_goes_on() {
	start=$(date +%s)
	[ -d modest ] || elf_job modest true
	atf_check -o ignore -e match:'receipt verified' \
	    timeout 60 "$do" run_job modest --wait 60
	atf_check -o match:'"slots":8' timeout 60 \
	    "$casemate" status --key alice --on vm --json
	echo "the modest one had both after $(($(date +%s) - start)) s"
}

case_with_greedy slots 'seven busy jobs, and forty clients that want more'
slots_body() {
	start_greedy jobs
	atf_check -o match:'^took 7: carol has the most .* 7 of 8 slots for jobs' \
	    -o not-match:recorded cat took
	modest_goes_on
	modest_goes_on
}

case_with_greedy site_says 'the share is what settings.yaml says'
site_says_body() {
	printf 'shares:\n  jobs: 2\n' > shares
	start_greedy jobs
	atf_check -o match:'^took 2: carol has the most .* 2 of 8 slots for jobs' \
	    -o not-match:recorded cat took
	modest_goes_on
}

# 192 MiB: some 45 MiB are the room, and 34 of it a share.  The modest one's
# bundle would not fit beside what is announced.
case_with_greedy room_for_bundles 'announced, and hardly sent'
room_for_bundles_body() {
	start_greedy bundles
	atf_check -o match:"^took 4: carol has .* 75% of the room for bundles" \
	    -o not-match:'took.*recorded' cat took
	elf_job modest true
	head -c 10485760 /dev/zero > modest/files/large
	modest_goes_on
	slow() {
		[ "$(grep -c '^then: .*comes too slowly' took)" -eq 4 ]
	}
	wait_for 60 slow || atf_fail "$(cat took)"
}

case_with_greedy readers 'orders that are not taken'
readers_body() {
	start_greedy reads
	# Some whole answers fit into the buffers on the way, and are more.
	atf_check -o match:'^took [0-9]*: carol has the most .* 6 of 8 places' \
	    -o not-match:recorded cat took
	modest_goes_on
}

case_with_greedy connections 'eighty clients that send nothing'
connections_body() {
	start_greedy connections
	modest_goes_on
	modest_goes_on
}

case_with_greedy memory 'seven jobs that take all that the machine has'
memory_body() {
	start_greedy memory
	modest_goes_on
	modest_goes_on
	modest_goes_on
}

case_with_greedy ledger 'a leaf for each of thousands of refusals'
ledger_body() {
	printf 'shares:\n  ledger_percent: 5\n' > shares
	start_greedy ledger --memory 64 --ephemeral
	atf_check -o match:"carol has .* 5% of the ledger's room" \
	    -o not-match:recorded cat took
	size() {
		"$casemate" status --key alice --on vm --json |
		sed 's/.*"tree_size":\([0-9]*\).*/\1/'
	}
	before=$(size)
	modest_goes_on
	[ $(($(size) - before)) -lt 10 ] || atf_fail "the ledger grows on"
}

atf_init_test_cases() {
	atf_add_test_case slots
	atf_add_test_case site_says
	atf_add_test_case room_for_bundles
	atf_add_test_case readers
	atf_add_test_case connections
	atf_add_test_case memory
	atf_add_test_case ledger
}
