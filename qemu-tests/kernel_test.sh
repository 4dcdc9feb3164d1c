# Tests of the kernel's patches, see image/patches.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

BOUND_KIB=1024		# beyond a job's limit, see docs/sandbox.md

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 600; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

case_alone() {
	atf_test_case "$1"
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 900; }"
}

# be_first MEMORY PROGRAM: boots the image's kernel with job-PROGRAM as
# process 1 and prints what it says.
be_first() {
	maker=$(cat "$CASEMATE_BUILD/kernel/.from")/gen_init_cpio
	printf '%s\n' 'dir /dev 0755 0 0' \
	    'nod /dev/console 0600 0 0 c 5 1' \
	    "file /$2 $programs/job-$2 0555 0 0" > list
	"$maker" list > first.cpio
	qemu-system-x86_64 -M microvm -accel tcg -cpu max -m "$1" \
	    -nodefaults -no-user-config -display none -no-reboot \
	    -kernel "$image" -initrd first.cpio -serial stdio -append \
	    "console=ttyS0 rdinit=/$2 tsc_early_khz=$("$casemate" tsc-khz)" \
	    < /dev/null | tr -d '\r'
}

case_alone nothing_is_shared_or_told 'locks, sysinfo, ports, code from memory'
nothing_is_shared_or_told_body() {
	be_first 128 kern > out
	atf_check -o match:'^wrong 0$' -o not-match:WRONG cat out
}

# No kind of kernel memory takes more of the machine than its limit and a bound,
# and none is left after its group was removed.
expect_all_counted() {
	be_first "$1" kmem > out
	awk -v most=$((8192 + BOUND_KIB)) '
	$2 == "lost" && $3 > most { print "over: " $0; bad = 1 }
	$2 == "lost" { n++ }
	$1 == "done" && $3 <= 2 { done = 1 }
	END {
		if (n < 30 || !done) {
			print n " families, done " done + 0
			bad = 1
		}
		exit bad
	}' out || atf_fail "$(cat out)"
}

case_alone all_memory_is_counted_in_64_MiB 'each family of kernel memory'
all_memory_is_counted_in_64_MiB_body() {
	expect_all_counted 64
}

case_alone all_memory_is_counted_in_512_MiB 'each family of kernel memory'
all_memory_is_counted_in_512_MiB_body() {
	expect_all_counted 512
}

case_with_vm job_gets_nothing_shared 'as the only job, on a runtime'
job_gets_nothing_shared_body() {
	atf_check -o ignore -e ignore \
	    "$do" vm_up --runtime python="$CASEMATE_BUILD/python.erofs"
	elf_job kern kern 24 /usr/bin/python3
	printf 'runtime: python\nlimits:\n  memory_mib: 24\n' \
	    >> kern/manifest.yaml
	atf_check -o inline:'wrong 0\n' -e ignore "$do" run_job kern
}

# 200,000 locks are 40 MiB of a machine of 64.
case_with_vm locks_of_one_leave_memory_for_others 'counted as its memory'
locks_of_one_leave_memory_for_others_body() {
	atf_check -o ignore -e ignore "$do" vm_up --memory 64
	elf_job hog kmem locks
	printf 'limits:\n  memory_mib: 8\n' >> hog/manifest.yaml
	"$casemate" run hog --key alice --on vm --receipt hog.receipt \
	    > out 2> err &
	hog=$!
	full() {
		[ -s out ] || ! kill -0 $hog 2>> /dev/null
	}
	wait_for 120 full || atf_fail "waited 120 s"
	elf_job fill memory fill
	printf '%s\n' 'capabilities: [shared-memory]' 'limits:' \
	    '  tmp_mib: 12' '  memory_mib: 16' >> fill/manifest.yaml
	atf_check -o inline:'filled 12288 KiB\n' -e ignore "$do" run_job fill
	atf_check -o empty cat out
	atf_check -o match:'out.of.memory' cat err
}

case_with_vm several_processors 'with jobs on all of them'
several_processors_body() {
	atf_check -o match:' 0 failed, 0 skipped' env QEMU_CPUS=4 T=jobs \
	    SEED=1 STEPS=12 "$CASEMATE_SRC/qemu-tests/soak/run"
}

atf_init_test_cases() {
	atf_add_test_case nothing_is_shared_or_told
	atf_add_test_case all_memory_is_counted_in_64_MiB
	atf_add_test_case all_memory_is_counted_in_512_MiB
	atf_add_test_case job_gets_nothing_shared
	atf_add_test_case locks_of_one_leave_memory_for_others
	atf_add_test_case several_processors
}
