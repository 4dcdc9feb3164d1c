# The appliance's own events in its ledger.

. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 290; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

up() {
	atf_check -o ignore -e ignore "$do" vm_up "$@"
}

down() {
	atf_check -e match:'stopped in good order' "$do" vm_down
}

is_off() {
	grep -q '^casemate: stopped' "$console" &&
	    ! kill -0 "$(cat "$vm_state/qemu.pid")" 2> /dev/null
}

# typed_stop COMMAND: at the operator's console, until the machine is off.
typed_stop() {
	console_type "$1" || :		# the machine may be faster than the echo
	wait_for 30 is_off || atf_fail "$1 does not stop it"
	atf_check -o ignore -e ignore "$casemate" down --force vm
}

# kinds: of all leaves, one a line, with who ordered a stop.
kinds() {
	"$casemate" ledger --key alice --on vm > leaves || atf_fail "no ledger"
	sed -n 's/.*"type":"casemate.\([a-z.]*\)".*"data":{\(.*\)}}$/\1 \2/p' \
	    leaves | sed 's/"ordered_by":"\([a-z]*\)".*"service":"\([a-z]*\)".*"how":"\([a-z]*\)".*/\1 \2 \3/;
	    s/^\(appliance.stopped\) "how":"\([a-z]*\)".*/\1 \2/;
	    t; s/ .*//'
}

case_with_vm each_stop_says_who_ordered_it 'button, console, a service'
each_stop_says_who_ordered_it_body() {
	up
	down
	up
	typed_stop poweroff
	up
	typed_stop reboot
	# The runner refuses to start without the NX bit; ledgerd is up.
	qemu_with QEMU_CPU=max,-nx
	"$do" vm_up > up.out 2>&1 && atf_fail "it is up"
	"$casemate" down --force vm > down.out 2>&1
	qemu_with
	up
	# The last one comes when init has seen that all are ready.
	are_ready() {
		kinds > got
		[ "$(grep -c appliance.ready got)" = 4 ]
	}
	wait_for 10 are_ready || atf_fail "$(cat got)"
	cat > want <<-'EOF'
		appliance.started
		appliance.ready
		appliance.stopping button  poweroff
		appliance.stopped poweroff
		appliance.started
		appliance.ready
		appliance.stopping console  poweroff
		appliance.stopped poweroff
		appliance.started
		appliance.ready
		appliance.stopping console  reboot
		appliance.stopped reboot
		appliance.started
		service.ended
		appliance.stopping service runner poweroff
		appliance.stopped poweroff
		appliance.started
		appliance.ready
	EOF
	sed -i '/^read\./d' got
	atf_check diff want got
	atf_check -o match:'"service":"runner","cause":"exit","status":1,.*"then":"stop"' \
	    grep service.ended leaves
}

case_with_vm start_names_image_and_machine 'digests that can be made again'
start_names_image_and_machine_body() {
	default_site
	echo 'heartbeat_seconds: 1' >> site/settings.yaml
	truncate -s 1M bad.img
	printf '\342\341\365\340' |
	    dd of=bad.img bs=1 seek=1024 conv=notrunc status=none
	up --cpus 2 --runtime bad=bad.img
	kinds > got
	sum=$(sha256sum < "$image" | cut -d' ' -f1)
	build=$(cat "$CASEMATE_BUILD/build.sha256")
	grep appliance.started leaves > started
	atf_check -o match:"\"image_sha256\":\"$sum\"" \
	    -o match:"\"build_sha256\":\"$build\"" \
	    -o match:'"image":"[0-9.]* linux [0-9.]*' \
	    -o match:"\"command_line\":\"[^\"]*casemate.image=$sum" \
	    -o match:'"cpus":2,' -o match:'"runtimes":""' cat started
	atf_check -o match:'"part":"runtime","name":"bad"' \
	    grep appliance.degraded leaves
	# Idle for a second, the ledger has a heartbeat with a checkpoint.
	sleep 2.5
	atf_check -o ignore -e ignore "$casemate" ledger --key alice --on vm \
	    --receipts receipts
	n=$("$casemate" ledger --key alice --on vm |
	    sed -n 's/.*"id":"\([0-9]*\)".*ledger.heartbeat.*/\1/p' | head -n 1)
	atf_check -o match:'receipt verified' \
	    "$do" verified "receipts/$n.tlog-proof"
}

case_with_vm clock_before_the_last_leaf_is_a_step 'over two boots of a disk'
clock_before_the_last_leaf_is_a_step_body() {
	for time in 2035-01-01 1970-01-02; do
		qemu_with QEMU_RTC=$time
		up
		down
	done
	qemu_with
	up
	kinds > got
	atf_check -o match:'"from":"2035-01-01T00:0.*","to":"1970-01-02T.*"direction":"back","step_ms":2051[0-9]*,"noticed":"start"' \
	    grep clock.stepped leaves
	atf_check_equal 1 "$(grep -c clock.stepped leaves)"
	atf_check -o match:'"part":"clock".*before 2024' \
	    grep appliance.degraded leaves
}

atf_init_test_cases() {
	atf_add_test_case each_stop_says_who_ordered_it
	atf_add_test_case start_names_image_and_machine
	atf_add_test_case clock_before_the_last_leaf_is_a_step
}
