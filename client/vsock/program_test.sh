# casemate-vsock as users get it: its command line, its sandbox, and the fake
# front end's tests once more against the static program, since its list of
# system calls holds only there.

program=$CASEMATE_BUILD/bin/casemate-vsock
tests=$CASEMATE_BUILD/tests/client/vsock

# wait_for CONDITION...: a command, until it succeeds; 20 s at most.
wait_for() {
	for i in $(seq 400); do
		"$@" && return 0
		sleep 0.05
	done
	atf_fail "waited too long: $*"
}

# run_suite NAME: every case of it, against the program.
run_suite() {
	CASEMATE_VSOCK=$program
	export CASEMATE_VSOCK
	for t in $("$tests/$1" -s "$tests" -l | sed -n 's/^ident: //p'); do
		[ "$t" != seventy_thousand_packets ] || continue
		"$tests/$1" -s "$tests" -r result "$t" 2> err ||
			atf_fail "$t: $(cat result err)"
	done
}

suite() {
	eval "atf_test_case static_program_passes_$1
	static_program_passes_$1_head() {
		atf_set timeout 120
	}
	static_program_passes_$1_body() {
		run_suite $1_test
	}"
}
suite stream
suite close
suite rings
suite front
suite client
suite fuzz

atf_test_case command_line_errors_exit_100
command_line_errors_exit_100_body() {
	for args in \
	    "" \
	    "--cid 42 --uds u" \
	    "--cid 42 --vhost v" \
	    "--uds u --vhost v" \
	    "--cid 2 --uds u --vhost v" \
	    "--cid 4294967295 --uds u --vhost v" \
	    "--cid x --uds u --vhost v" \
	    "--cid 42 --uds u --vhost v extra" \
	    "--cid 42 --uds u --uds-fd 5 --vhost v" \
	    "--cid 42 --uds u --vhost v --allow-port -1" \
	    "--cid 42 --uds-fd 1 --vhost v" \
	    "--cid 42 --uds-fd 7 --vhost v" \
	    "--cid 42 --uds u --vhost-fd 7" \
	    "--cid 42 --uds u --vhost v --nonsense"; do
		atf_check -s exit:100 -e match:casemate-vsock: "$program" $args
	done
	atf_check -s exit:100 -e match:"longer than 107" "$program" --cid 42 \
		--vhost v --uds "$(printf '%0108d' 0)"
}

# start [options]: in the background, as $pid.
start() {
	"$program" --cid 42 --uds u --vhost v "$@" 2> log &
	pid=$!
	echo $pid > pid
	wait_for is_up
}

is_up() {
	grep -q '^Seccomp:.*2$' /proc/$pid/status 2>/dev/null
}

stop() {
	[ ! -f pid ] || kill "$(cat pid)" 2>/dev/null || :
}

atf_test_case sandbox_is_shut cleanup
sandbox_is_shut_body() {
	start 5< /etc/passwd
	s=/proc/$pid/status
	atf_check -o match:2 awk '/^Seccomp:/ { print $2 }' $s
	atf_check -o inline:'1\n' awk '/^NoNewPrivs:/ { print $2 }' $s
	for c in CapEff CapPrm CapInh CapAmb; do
		atf_check -o inline:'0000000000000000\n' \
			awk -v c=$c: '$1 == c { print $2 }' $s
	done
	atf_check -o match:'core file size +0 +0' \
		sed 's/Max //' /proc/$pid/limits
	# 0 1 2, two sockets, signals, epoll: what we passed is closed.
	atf_check -o inline:'7\n' sh -c "ls /proc/$pid/fd | wc -l"
	atf_check -o inline:'600 600\n' \
		sh -c 'echo $(stat -c %a u v)'
	kill $pid
	wait $pid || atf_fail "exit $? on SIGTERM"
	atf_check cat log
}
sandbox_is_shut_cleanup() {
	stop
}

# Nothing that it opens becomes descriptor 0, 1 or 2; its children too would
# have /dev/null there.
atf_test_case closed_descriptors_are_filled cleanup
closed_descriptors_are_filled_body() {
	for closed in "" "<&-" ">&-" "2>&-" "<&- >&-" "<&- 2>&-" ">&- 2>&-" \
	    "<&- >&- 2>&-"; do
		: > in
		eval "\"$program\" --cid 42 --uds u --vhost v < in > out 2> err \
		    $closed &"
		pid=$!
		echo $pid > pid
		wait_for is_up
		for fd in 0:in:"<&-" 1:out:">&-" 2:err:"2>&-"; do
			rest=${fd#*:}
			want=$(pwd)/${rest%%:*}
			case " $closed " in
			*" ${rest#*:} "*) want=/dev/null ;;
			esac
			atf_check_equal "$closed: $want" \
			    "$closed: $(readlink /proc/$pid/fd/${fd%%:*})"
		done
		kill $pid
		wait $pid || atf_fail "exit $? on SIGTERM"
	done
}
closed_descriptors_are_filled_cleanup() {
	stop
}

atf_test_case socket_files_are_not_stolen cleanup
socket_files_are_not_stolen_body() {
	start
	atf_check -s exit:111 -e match:'another device runs' \
		"$program" --cid 43 --uds u --vhost w
	atf_check -s exit:111 -e match:'another device runs' \
		"$program" --cid 43 --uds w2 --vhost v
	kill -9 $pid
	wait $pid
	start		# what a dead one left is replaced
	kill $pid
	wait $pid || atf_fail "exit $?"
	rm u
	echo precious > u
	atf_check -s exit:111 -e match:'remove it' \
		"$program" --cid 42 --uds u --vhost v
	atf_check -o inline:'precious\n' cat u
}
socket_files_are_not_stolen_cleanup() {
	stop
}

# One QEMU, which does not run: it asks the device all it needs to begin.
qemu_comes_and_goes() {
	printf '{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n' |
	qemu-system-x86_64 -M q35 -S -m 64M -nodefaults -no-user-config \
		-display none -machine memory-backend=m \
		-object memory-backend-memfd,id=m,size=64M,share=on \
		-chardev socket,id=c,path=v \
		-device vhost-user-vsock-pci,chardev=c -qmp stdio > qmp ||
		atf_fail "QEMU does not accept the device: $(cat log)"
}

atf_test_case one_front_end_after_the_other cleanup
one_front_end_after_the_other_head() {
	atf_set require.progs qemu-system-x86_64
	atf_set timeout 60
}
one_front_end_after_the_other_body() {
	start --verbose
	for i in 1 2 3; do
		qemu_comes_and_goes
	done
	atf_check -o inline:'3\n' grep -c SET_OWNER log
	kill $pid
	wait $pid || atf_fail "exit $?"
}
one_front_end_after_the_other_cleanup() {
	stop
}

atf_test_case once_means_once cleanup
once_means_once_head() {
	atf_set require.progs qemu-system-x86_64
	atf_set timeout 60
}
once_means_once_body() {
	start --once
	qemu_comes_and_goes
	wait $pid || atf_fail "exit $?"
	atf_check cat log
}
once_means_once_cleanup() {
	stop
}

atf_init_test_cases() {
	atf_add_test_case command_line_errors_exit_100
	atf_add_test_case sandbox_is_shut
	atf_add_test_case closed_descriptors_are_filled
	atf_add_test_case socket_files_are_not_stolen
	atf_add_test_case one_front_end_after_the_other
	atf_add_test_case once_means_once
	atf_add_test_case static_program_passes_stream
	atf_add_test_case static_program_passes_close
	atf_add_test_case static_program_passes_rings
	atf_add_test_case static_program_passes_front
	atf_add_test_case static_program_passes_client
	atf_add_test_case static_program_passes_fuzz
}
