# The sandbox itself, on this machine: the appliance's own code, through
# jailtry.  As root, with control groups version 2 (no controllers needed).

src=${CASEMATE_SRC:-$(pwd)}
bin=${CASEMATE_BUILD:-$src/build}/bin

# Debian 12's own kernel is older than the appliance's.
need_kernel() {
	"$bin/jailtry" -c 2> why || atf_skip "$(cat why)"
}

# A control group for the job, given to the runner's user; the shell moves to
# a sibling, as init puts the runner.
setup() {
	[ "$(id -u)" = 0 ] || atf_skip "only root can do what init does"
	need_kernel
	mnt=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	[ -n "$mnt" ] || atf_skip "no control groups version 2 here"
	group=$mnt/casemate-test-$$
	mkdir -p "$group/daemon" "$group/job-0" ||
	    atf_skip "no control group can be made here"
	echo "$group" > group
	chown -R 902 "$group"
	[ -e "$group/cgroup.kill" ] || atf_skip "no cgroup.kill here"
}

# try ARG...: one job; its group is jailtry's first argument after options.
try() {
	sh -c 'echo $$ > "$0"/daemon/cgroup.procs && exec "$@"' "$group" \
	    "$bin/jailtry" "$@"
}

teardown() {
	[ ! -e group ] || {
		group=$(cat group)
		echo 1 > "$group/cgroup.kill" 2> /dev/null
		n=0		# killed is not gone: wait, 10 s at most
		until rmdir "$group/job-0"; rmdir "$group/daemon"
		    rmdir "$group" || [ $((n += 1)) = 200 ]; do
			sleep 0.05
		done 2> /dev/null
	}
}

# job_case NAME 'BODY': a test case with these two around it.
job_case() {
	eval "atf_test_case $1 cleanup
	$1_head() { atf_set require.user root; }
	$1_body() { setup; $2
	}
	$1_cleanup() { teardown; }"
	cases="$cases $1"
}

# run OPTION... -- ARG...: run a job, its output in out, its errors in err.
run() {
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # a list
	try $options "$group/job-0" "$@" > out 2> err ||
	    atf_fail "jailtry: $(cat err)"
	cat out err
}

# has TEXT...: each is a line of what the job and its processes said.
has() {
	for text; do
		grep -qxF -- "$text" out || atf_fail "no \"$text\""
	done
}

# has_part TEXT: it is somewhere in a line.
has_part() {
	grep -qF -- "$1" out || atf_fail "nowhere \"$1\""
}

cases=
job_case job_computes_and_ends '
	run -x $bin/job-hello -- job-hello a b
	has "hello a b" "9592 primes below 100000" "ended: status 0" \
	    "I am user 1000, process 3, on tried"
	grep -qx "hello on standard error" err || atf_fail "no stderr"'
job_case probe_is_run_before_the_job '
	run -x $bin/job-true -- job-true
	head -n 1 out | grep -qE "^ready: ([0-9]+)/\1 denied$" ||
	    atf_fail "$(cat out)"'
job_case job_finds_nothing_outside '
	run -x $bin/job-snoop -- job-snoop
	has "found 0" "ended: status 0"'
job_case outputs_and_input_are_opened_again '
	run -x $bin/job-reopen -- job-reopen
	has "0 wrong" "ended: status 0"
	for fd in stdout:out stderr:err; do
		for way in w a plain; do
			grep -qx "to /dev/${fd%:*} ($way)" ${fd#*:} ||
			    atf_fail "$fd: not in its stream"
		done
	done'
job_case threads_children_and_semaphores_work '
	run -g shared-memory -x $bin/job-threads -- job-threads
	has ok "ended: status 0"'
job_case memory_becomes_no_code '
	run -x $bin/job-memory -- job-memory
	has "both: no" "compile: no" "share: no" "twin: no" "zero: no" \
	    "patch: no" "ended: status 0"'
job_case memory_becomes_code_with_the_capability '
	run -g exec-memory -x $bin/job-memory -- job-memory both compile \
	    share twin
	has "both: yes" "compile: yes" "share: yes" "twin: yes" "zero: no" \
	    "patch: no" "ended: status 0"'
job_case no_order_of_calls_makes_code '
	for seed in 1 2 3; do
		run -t 60000 -x $bin/job-remap -- job-remap $seed 4000
		has "no way" "ended: status 0"
	done'
job_case end_of_a_segment_becomes_no_code '
	cp $bin/job-maps maps
	run -x maps -- maps
	has "0 to write and run" "ended: status 0"
	$src/qemu-tests/jobs/lengthen maps
	run -x maps -- maps
	has_part "refused: bundle: the program in the manifest'"'"'s files[0] asks for memory"
	has_part "is the end of a segment (LOAD, flags R E, MemSiz over"
	run -g exec-memory -x maps -- maps
	has "1 to write and run" "ended: status 1"'
job_case every_file_that_may_be_run_is_looked_at '
	cp $bin/job-maps later
	$src/qemu-tests/jobs/lengthen later
	run -x $bin/job-true -x later -- job-true
	has_part "refused: bundle: the program in the manifest'"'"'s files[1] asks for memory"
	run -x $bin/job-true -d later -- job-true
	has "ended: status 0"'
job_case stack_becomes_no_code '
	run -x $bin/job-stack -- job-stack
	has_part "refused: bundle: the program in the manifest'"'"'s files[0] asks for memory"
	run -g exec-memory -x $bin/job-stack -- job-stack
	has "ran 42" "ended: status 0"'
job_case memory_is_not_shared_by_name '
	run -x $bin/job-memory -- job-memory
	has "shm: no" "sem: no" "ended: status 0"
	run -x $bin/job-threads -- job-threads
	grep -q "^semaphore: No such file" err || atf_fail "a semaphore"'
job_case memory_is_shared_by_name_with_the_capability '
	run -g shared-memory -x $bin/job-memory -- job-memory shm sem
	has "shm: yes" "run-shm: no" "sem: yes" "ended: status 0"'
job_case shared_memory_is_as_large_as_tmp '
	run -g shared-memory -s 64 -x $bin/job-memory -- job-memory fill
	has "filled 64 KiB" "ended: status 0" "full: 2"'
job_case each_capability_allows_what_the_probe_tries_without_it '
	words=$(sed -n "s/^CAPABILITY(.*\"\(.*\)\").*/\1/p" \
	    $src/lib/capability.def)
	[ "$(echo "$words" | wc -l)" -gt 1 ] || atf_fail "no table"
	for word in $words; do
		run -x $bin/job-allowed -- job-allowed $word
		grep -qE "^0 of [1-9][0-9]* succeed$" out ||
		    atf_fail "not all fail without $word"
		run -g $word -x $bin/job-allowed -- job-allowed $word
		grep -qE "^([1-9][0-9]*) of \1 succeed$" out ||
		    atf_fail "not all succeed with $word"
	done'
job_case each_capability_stands_alone '
	run -g shared-memory -g exec-memory -x $bin/job-memory -- job-memory \
	    both compile share twin shm sem
	has "patch: no" "run-shm: no" "ended: status 0"'
job_case probe_tries_what_was_not_granted '
	tried() {
		run "$@" -x $bin/job-true -- job-true
		sed -n "s|^ready: \([0-9]*\)/.* denied$|\1|p" out
	}
	plain=$(tried | tail -n 1)
	code=$(tried -g exec-memory | tail -n 1)
	shm=$(tried -g shared-memory | tail -n 1)
	n=$(grep -c "^	NO_CODE(" $src/runner/jail/probe_memory.c)
	[ "$n" -gt 9 ] || atf_fail "the probe is not read right"
	atf_check_equal $((plain - n)) "$code"
	atf_check_equal $((plain + 1)) "$shm"'
job_case environment_is_the_manifests '
	run -x $bin/job-hello -e GREETING=moin -- job-hello
	has moin'
job_case job_is_told_its_grant '
	run -l cpu_millis=1500 -l open_files=77 -l wall_seconds=5 \
	    -x $bin/job-numbers -- job-numbers own
	has "CASEMATE_JOB=00112233445566778899aabbccddeeff" \
	    "CASEMATE_CPU_MILLIS=1500" "CASEMATE_OPEN_FILES=77" \
	    "CASEMATE_WALL_SECONDS=5" "CASEMATE_MEMORY_MIB=256" \
	    "open files: 77" "host name: tried"
	names=$(sed -n "s/^LIMIT([A-Z]*,.*\"\([a-z_]*\)\",.*,.*,.*/\1/p" \
	    $src/lib/limit.def)
	for name in $names; do
		grep -q "^CASEMATE_$(echo $name | tr a-z A-Z)=" out ||
		    atf_fail "$name is not told"
	done
	atf_check_equal $(grep -c "^LIMIT(" $src/lib/limit.def) \
	    $(echo "$names" | wc -l)'
job_case affinity_has_the_processors_of_the_grant '
	n=$(nproc)
	for millis in 10 1000 1001 256000; do
		run -l cpu_millis=$millis -x $bin/job-numbers -- job-numbers own
		want=$(((millis + 999) / 1000))
		[ $want -le $n ] || want=$n
		has "processors: $want" "online: $want"
	done'
job_case exit_and_signal_are_told_apart '
	run -x $bin/job-exit -- job-exit 42
	has "ended: status 42"
	run -x $bin/job-signal -- job-signal 15
	has "ended: signal 15"
	run -x $bin/job-signal -- job-signal 6
	has "ended: signal 6"'
job_case stubborn_job_ends_with_its_process_1 '
	run -t 300 -x $bin/job-forever -- job-forever
	has here timeout
	grep -qx "populated 0" "$group/job-0/cgroup.events" ||
	    atf_fail "something is left"'
job_case missing_program_is_refused '
	run -x $bin/job-true -- job-false
	has_part "refused: manifest: the manifest'"'"'s argv[0] cannot be found"
	run -x $bin/job-true -- /bin/sh
	has_part "refused: manifest: the manifest'"'"'s argv[0] cannot be found"'
job_case program_without_the_bit_is_refused '
	run -d $bin/job-true -- job-true
	has_part "refused: manifest: the manifest'"'"'s argv[0] is not executable"
	run -d $bin/job-true -- /job
	has_part "refused: manifest: the manifest'"'"'s argv[0] is not a file"'
job_case text_is_not_a_program '
	echo hello > text
	run -x text -- text
	has "noexec: Exec format error" "ended: status 126"'
job_case bad_bundle_is_refused '
	head -c 4096 /dev/urandom > garbage
	run -b garbage -- x
	has_part "refused: bundle: member 1 of the bundle has no ustar header"
	tar -cf links.tar --format=ustar -h /dev/null
	run -b links.tar -- x
	has_part "refused: bundle: "'
job_case runtime_is_read_only_and_whole '
	mkdir -p rt/usr/bin rt/etc rt/dev rt/job
	cp "$bin/job-snoop" rt/usr/bin/snoop
	ln -s usr/bin rt/bin
	chmod -R a+rX . rt
	run -r test=$PWD/rt -- /bin/snoop
	has "found 0" "ended: status 0"'
job_case missing_runtime_is_refused '
	mkdir rt
	chmod -R a+rX . rt
	run -r test=$PWD/rt -- /usr/bin/python3
	has_part "in the runtime (test)"'
# The runner itself, with a control group directory on descriptor 10.
atf_test_case runner_refuses_a_kernel_that_cannot_confine
runner_refuses_a_kernel_that_cannot_confine_body() {
	need_kernel
	mkdir group
	echo "cpu pids" > group/cgroup.subtree_control
	atf_check -s exit:1 -e match:'^runner: .*"memory" is not enabled' \
	    bash -c "exec $bin/runner 10< group"
	atf_check -s exit:100 -e match:usage "$bin/runner" now
}
cases="$cases runner_refuses_a_kernel_that_cannot_confine"

atf_init_test_cases() {
	for name in $cases; do
		atf_add_test_case "$name"
	done
}
