# `up', `down' and what is between, with the real image.

. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 240; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

case_with_vm up_twice_is_once 'the second says so, the VM is the same'
up_twice_is_once_body() {
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral
	pid=$(cat "$vm_state/qemu.pid")
	atf_check -e match:'vm: is up already' "$do" vm_up --ephemeral
	atf_check -s exit:1 -e match:'--memory 192 and not 200, no data' \
	    -e match:'`casemate down vm' \
	    "$do" vm_up --memory 200
	echo '# changed' >> site/settings.yaml
	atf_check -s exit:1 -e match:'vm: is up with another site;' \
	    "$do" vm_up --ephemeral
	atf_check_equal "$pid" "$(cat "$vm_state/qemu.pid")"
	atf_check -e match:'vm: stopped in good order' "$do" vm_down
	atf_check -s exit:1 -e match:'vm: is not up' "$do" vm_down
	[ -f "$vm_state/appliance.vkey" ] || atf_fail "the key is gone"
	[ ! -e "$vm_state/vsock.sock" ] || atf_fail "a socket is left"
}

case_with_vm killed_vm_is_noticed 'by run, up and down'
killed_vm_is_noticed_body() {
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral
	elf_job hello hello
	kill -9 "$(cat "$vm_state/qemu.pid")"
	gone() {
		"$casemate" status --key alice --on vm 2>&1 | grep -q 'no longer runs'
	}
	wait_for 20 gone || atf_fail "the end of QEMU was not noticed"
	atf_check -s exit:125 -e match:'no longer runs' "$do" run_job hello
	atf_check -s exit:1 -e match:'QEMU was killed or crashed' "$do" vm_down
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral
	# While it is still ending.
	kill -9 "$(cat "$vm_state/qemu.pid")"
	atf_check -o ignore -e match:'removed what it had left' \
	    "$do" vm_up --ephemeral
	atf_check -o match:hello -e ignore "$do" run_job hello
}

case_with_vm foreground_stops_in_good_order 'on SIGTERM'
foreground_stops_in_good_order_body() {
	default_site
	"$casemate" up --name vm --image "$image" --site site --ephemeral \
	    --foreground > out 2> err &
	up=$!
	answers() {
		"$casemate" status --key alice --on vm > /dev/null 2>&1
	}
	wait_for 60 answers || atf_fail "it does not answer: $(cat err)"
	kill -TERM $up
	wait $up || atf_fail "exit $?: $(cat err)"
	atf_check -o match:'vm: stopped in good order' cat err
	atf_check -o match:'casemate: stopped' cat "$console"
}

case_with_vm interrupted_up_leaves_nothing 'Ctrl-C while it boots'
interrupted_up_leaves_nothing_body() {
	default_site
	"$casemate" up --name vm --image "$image" --site site --ephemeral \
	    --accel tcg 2> err &
	up=$!
	started() {
		[ -s "$vm_state/qemu.pid" ]
	}
	wait_for 20 started || atf_fail "it did not start: $(cat err)"
	pid=$(cat "$vm_state/qemu.pid")
	kill -INT $up
	wait $up && atf_fail "it went up: $(cat err)"
	atf_check -o match:'interrupted while it was starting' \
	    -o match:'vm: stopped in good order' cat err
	atf_check -s exit:1 -e ignore kill -0 "$pid"
	[ ! -e "$vm_state/state" ] || atf_fail "its state is left"
}

# Paths longer than a socket address: 160 bytes of folder.
far_away() {
	XDG_STATE_HOME=$PWD/$(printf 'far-%.0s' $(seq 40))
	export XDG_STATE_HOME
}

atf_test_case state_may_be_far_away cleanup
state_may_be_far_away_head() {
	atf_set descr 'paths longer than a socket address'
	atf_set timeout 240
}
state_may_be_far_away_body() {
	far_away
	default_site
	elf_job hello hello
	atf_check -o match:'vm is up' -e ignore "$casemate" up --name vm \
	    --image "$image" --site site --ephemeral
	atf_check -o match:hello -e match:'receipt verified' \
	    "$casemate" run hello --key alice --on vm
	atf_check -e match:'in good order' "$casemate" down vm
}
state_may_be_far_away_cleanup() {
	far_away
	"$casemate" down --force vm
}

case_with_vm unix_path_without_up 'the key that it shows, or a pinned one'
unix_path_without_up_body() {
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral
	elf_job hello hello
	atf_check -o match:hello -e match:'the appliance itself showed this key' \
	    "$casemate" run hello --key alice --on "unix:$vm_state/vsock.sock"
	atf_check -o match:hello -e not-match:'showed itself' \
	    "$casemate" run hello --key alice --on "unix:$vm_state/vsock.sock" \
	    --appliance "$vm_state/appliance.vkey"
	atf_check -o ignore -e ignore "$do" vm_down
	cp "$vm_state/appliance.vkey" old.vkey
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral
	atf_check -s exit:125 -e match:'THIS IS ANOTHER APPLIANCE' \
	    "$casemate" run hello --key alice --on vm --appliance old.vkey
}

case_with_vm site_made_before 'a cpio of casemate site'
site_made_before_body() {
	default_site
	atf_check "$casemate" site site -o made.cpio
	atf_check -o match:'casemate/test' -e ignore "$casemate" up --name vm \
	    --image "$image" --site made.cpio --ephemeral
}

case_with_vm up_with_closed_descriptors 'nothing of QEMU is in their place'
up_with_closed_descriptors_body() {
	default_site
	elf_job hello hello
	vm_up --ephemeral <&- > out 2>&- || atf_fail "exit $?"
	atf_check -o match:'vm is up' cat out
	qemu=/proc/$(cat "$vm_state/qemu.pid")/fd
	case $(readlink "$qemu/0") in
	pipe:*) ;;
	*) atf_fail "$(readlink "$qemu/0") is its standard input" ;;
	esac
	atf_check_equal "$vm_state/events.log" "$(readlink "$qemu/1")"
	atf_check_equal "$vm_state/qemu.log" "$(readlink "$qemu/2")"
	elf_job true true	# nothing to write, so nothing is lost
	run_job true <&- >&- 2>&- || atf_fail "exit $?"
	atf_check -o match:'receipt verified' "$do" verified true.receipt
	run_job hello <&- > out 2>&- && atf_fail "lost errors were success"
	atf_check -o match:hello cat out
	run_job hello >&- 2> err && atf_fail "lost output was success"
	atf_check -o match:"cannot write the job's output" cat err
	vm_down <&- >&- 2>&- || atf_fail "exit $?"
}

case_with_vm full_disk_is_said_and_loses_no_end 'before, during and after up'
full_disk_is_said_and_loses_no_end_body() {
	default_site
	# In a namespace of its own, with all of the state on a small disk.
	cat > script <<-'EOF'
		. "$CASEMATE_SRC/qemu-tests/lib.sh"
		# fill PAGES: leaves that many pages free.
		fill() {
			dd if=/dev/zero of=state/filler bs=4k 2> /dev/null || :
			truncate -s -$(($1 * 4096)) state/filler
		}
		mkdir state
		mount -t tmpfs -o size=2M none state
		vm_up --ephemeral --accel tcg > out
		fill 0
		vm_down
		fill 0
		vm_up --ephemeral --accel tcg || echo "full: $?"
		for pages in 1 2 3 4; do
			rm state/filler
			fill $pages
			vm_up --ephemeral --accel tcg || echo "$pages: $?"
		done
		# Nothing has a file there open.
		umount state || echo busy
	EOF
	atf_check -o inline:'full: 1\n1: 1\n2: 1\n3: 1\n4: 1\n' -e save:err \
	    unshare -m sh script
	atf_check -o match:'vm: stopped in good order' \
	    -o match:'cannot write .*/state: No space left on device' \
	    -o match:'cannot write .*/appliance.vkey: No space left on device' \
	    cat err
}

case_with_vm nine_jobs_on_eight_slots 'the ninth waits its turn'
nine_jobs_on_eight_slots_body() {
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral --memory 1024
	pids=
	for i in 1 2 3 4 5 6 7 8 9; do
		elf_job job$i forever
		printf 'limits:\n  wall_seconds: 6\n  memory_mib: 16\n' \
		    >> job$i/manifest.yaml
		run_job job$i > out$i 2>&1 &
		pids="$pids $!"
	done
	for p in $pids; do
		rc=0
		wait "$p" || rc=$?
		atf_check_equal 124 "$rc"
	done
	for i in 1 2 3 4 5 6 7 8 9; do
		atf_check -o match:'receipt verified' cat out$i
	done
}

atf_init_test_cases() {
	for c in up_twice_is_once killed_vm_is_noticed \
	    foreground_stops_in_good_order interrupted_up_leaves_nothing \
	    state_may_be_far_away unix_path_without_up site_made_before \
	    up_with_closed_descriptors full_disk_is_said_and_loses_no_end \
	    nine_jobs_on_eight_slots; do
		atf_add_test_case $c
	done
}
