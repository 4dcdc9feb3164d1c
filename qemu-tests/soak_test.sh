# `make soak', its choice and its reports, with scenarios that need no VM.

run=$CASEMATE_SRC/qemu-tests/soak/run

# table LINE...: and PASSES, FAILS and the like as programs.
table() {
	printf '%s\n' "$@" > table
	SOAK_TABLE=$PWD/table TMPDIR=$PWD/tmp CASEMATE_BUILD=$PWD/build
	export SOAK_TABLE TMPDIR CASEMATE_BUILD
	mkdir -p tmp build
}

# program NAME SCRIPT
program() {
	printf '#!/bin/sh\n%s\n' "$2" > "$1"
	chmod +x "$1"
}

atf_test_case failure_is_one_command
failure_is_one_command_head() {
	atf_set descr 'the fewest steps that fail, and its folder is kept'
}
failure_is_one_command_body() {
	program fails 'echo "seed $SEED, $STEPS steps"; echo x > left
[ "$STEPS" -lt 5 ]'
	table "fails 16 20 $PWD/fails"
	atf_check -s exit:1 -o save:out env T=fails SEED=77 "$run"
	atf_check -o match:'^FAILED  fails  *SEED=77 ' \
	    -o match:'^  \| seed 77, 16 steps$' \
	    -o match:'^  repeat: make soak T=fails SEED=77 STEPS=5$' \
	    -o match:'^soak: 1 scenarios, 1 failed, 0 skipped in .* SEED=77$' \
	    -o match:'^  failed: fails.77$' cat out
	atf_check -o inline:'seed 77, 5 steps\n' cat build/soak/fails.77/log
	[ -f build/soak/fails.77/left ] || atf_fail "its files are not kept"
	[ -z "$(ls tmp)" ] || atf_fail "it left $(ls tmp)"
	atf_check -s exit:0 -o match:' 0 failed' \
	    env T=fails SEED=77 STEPS=4 "$run"
}

atf_test_case failure_that_does_not_come_again
failure_that_does_not_come_again_body() {
	program once "[ -e $PWD/was ] || { touch $PWD/was; exit 1; }"
	table "once 4 20 $PWD/once"
	atf_check -s exit:1 -o match:'STEPS=4 \(it passed when it was run' \
	    env T=once SEED=1 "$run"
}

atf_test_case scenario_without_end_is_ended
scenario_without_end_is_ended_body() {
	program hangs "sleep 1000 & echo \$! \$\$ >> $PWD/pids; wait"
	table "hangs 1 1 $PWD/hangs"
	atf_check -s exit:1 -o match:'soak: ended after 1 s' -o match:STEPS=1 \
	    env T=hangs SEED=1 "$run"
	for pid in $(cat pids); do
		state=$(sed 's/.*) \(.\).*/\1/' "/proc/$pid/stat" 2>&1 || :)
		case $state in
		Z|*'No such'*) ;;
		*) atf_fail "process $pid is left: $state" ;;
		esac
	done
}

# What was chosen, without the times.
chosen() {
	SECONDS=1 SEED=$1 "$run" | sed -n 's/^ok \(.*SEED=[0-9]*\).*/\1/p' |
	    head -n 5
}

atf_test_case seed_gives_the_choice
seed_gives_the_choice_body() {
	program passes 'exit 0'
	program cases '[ "$1" != --count ] || echo 3'
	program impossible 'exit 77'
	table "a 1 9 $PWD/passes" '# a comment' '' "b 1 9 $PWD/passes" \
	    "case 1 9 $PWD/cases"
	chosen 5 > first
	chosen 5 > second
	chosen 6 > other
	[ "$(wc -l < first)" = 5 ] || atf_fail "$(cat first)"
	atf_check cmp first second
	atf_check -s exit:1 -o ignore cmp first other
	table "a 1 9 $PWD/impossible"
	atf_check -o match:'^skipped a  *SEED=' -o match:' 1 skipped in' \
	    env T=a "$run"
	table "case 1 9 $PWD/cases"
	atf_check -o match:'^soak: 3 scenarios, 0 failed' \
	    -o match:'SEED=0 ' -o match:'SEED=1 ' -o match:'SEED=2 ' "$run"
}

atf_test_case wrong_words_are_refused
wrong_words_are_refused_body() {
	table "a 1 9 true"
	atf_check -s exit:100 -e match:'T=b: no such scenario; there are a$' \
	    env T=b "$run"
	atf_check -s exit:100 -e match:'SEED=x: must be a number' \
	    env SEED=x "$run"
}

atf_test_case scenarios_are_programs
scenarios_are_programs_head() {
	atf_set descr 'each line of the table, and each can be read'
}
scenarios_are_programs_body() {
	cd "$CASEMATE_SRC/qemu-tests/soak"
	grep -v '^#' table | while read -r name steps limit command; do
		[ -n "$name" ] || continue
		[ -x "$command" ] || echo "$name: $command"
	done > "$OLDPWD/missing"
	for file in run ../bin/qemu-system-x86_64 *.py; do
		/usr/bin/python3 -c 'import ast, sys
ast.parse(open(sys.argv[1]).read())' "$file" || echo "$file"
	done >> "$OLDPWD/missing"
	cd "$OLDPWD"
	atf_check cat missing
}

# The QEMU that the scenarios start, with a script behind it.
atf_test_case qemu_gets_what_the_scenario_asks_for
qemu_gets_what_the_scenario_asks_for_body() {
	mkdir bin
	program bin/qemu-system-x86_64 'echo "$*"'
	PATH=$CASEMATE_SRC/qemu-tests/bin:$PWD/bin:/usr/bin:/bin
	disk=driver=raw,node-name=data,read-only=off,file.driver=file,file.filename=/d
	atf_check -o inline:"-kernel k -smp 1 -blockdev $disk\n" \
	    qemu-system-x86_64 -kernel k -smp 1 -blockdev $disk
	QEMU_CPUS=4 QEMU_RTC=1970-01-01T00:00:00 QEMU_IOPS=5
	export QEMU_CPUS QEMU_RTC QEMU_IOPS
	atf_check -o match:'^-object throttle-group,id=slow,x-iops-total=5 ' \
	    -o match:' driver=throttle,throttle-group=slow,node-name=data,' \
	    -o match:',file.driver=raw,file.file.driver=file,file.file.filen' \
	    -o match:' -smp 1 .* -smp 4 -rtc base=1970-01-01T00:00:00$' \
	    qemu-system-x86_64 -kernel k -smp 1 -blockdev $disk
	atf_check -o inline:'--version\n' qemu-system-x86_64 --version
	PATH=$CASEMATE_SRC/qemu-tests/bin:$PATH		# it never starts itself
	atf_check -o inline:'--version\n' qemu-system-x86_64 --version
}

atf_init_test_cases() {
	atf_add_test_case failure_is_one_command
	atf_add_test_case failure_that_does_not_come_again
	atf_add_test_case scenario_without_end_is_ended
	atf_add_test_case seed_gives_the_choice
	atf_add_test_case wrong_words_are_refused
	atf_add_test_case scenarios_are_programs
	atf_add_test_case qemu_gets_what_the_scenario_asks_for
}
