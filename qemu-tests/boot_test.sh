. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 240; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

# The image alone, no site, no disk, no vsock device: qemu MACHINE [ARG...].
boot_alone() {
	machine=$1
	shift
	case $machine in
	microvm*)
		set -- "$@" -append \
		    "console=ttyS0 tsc_early_khz=$("$casemate" tsc-khz)" ;;
	esac
	qemu-system-x86_64 -M "$machine" -accel tcg -cpu max -m 128 \
	    -nodefaults -no-user-config -display none -no-reboot \
	    -kernel "$image" -serial file:alone.log \
	    -qmp unix:qmp.sock,server=on,wait=off "$@" &
	echo $! > alone.pid
}

alone_says() {
	grep -q "$1" alone.log 2> /dev/null
}

alone_ended() {
	! kill -0 "$(cat alone.pid)" 2> /dev/null
}

# power_button [MS|enabled]: pressed once, at once, or MS milliseconds after QEMU
# listens, or when the button's event is enabled in pc's and q35's register.
power_button() {
	/usr/bin/python3 - "${1:-0}" <<-'PY'
	import json, socket, sys, time

	def command(name, **arguments):
	    f.write(json.dumps({"execute": name, "arguments": arguments}))
	    f.flush()
	    while True:
	        reply = json.loads(f.readline())
	        if "return" in reply:
	            return reply["return"]

	s = socket.socket(socket.AF_UNIX)
	while s.connect_ex("qmp.sock") != 0:
	    time.sleep(0.01)
	f = s.makefile("rw")
	f.readline()
	command("qmp_capabilities")
	if sys.argv[1] != "enabled":
	    time.sleep(int(sys.argv[1]) / 1000)
	else:
	    while "= 0x0100" not in command("human-monitor-command",
	            **{"command-line": "i /h 0x602"}):
	        time.sleep(0.001)
	command("system_powerdown")
	PY
}

stops_in_good_order() {
	wait_for 60 alone_says 'casemate: stopped' || atf_fail "$1: no stop"
	wait_for 20 alone_ended || atf_fail "$1: did not power off"
}

stops_at_the_power_button() {
	boot_alone "$1"
	wait_for 60 alone_says 'casemate: ready in' || atf_fail "never ready"
	power_button
	stops_in_good_order "when ready"
}

stops_at_an_early_press() {
	boot_alone "$1"
	power_button "$2"
	stops_in_good_order "$2"
}

# Every 50 ms, until the machine is ready first.
stops_at_each_early_press() {
	ms=0
	until alone_says 'casemate: ready in'; do
		[ $ms -le 10000 ] || atf_fail "never ready"
		rm -f alone.log qmp.sock
		stops_at_an_early_press "$1" $ms
		ms=$((ms + 50))
	done
	echo "one press each, from 0 to $((ms - 50)) ms after QEMU listens"
}

gives_a_receipt() {
	atf_check -o ignore -e ignore "$do" vm_up --machine "$1"
	elf_job hello hello
	atf_check -o match:hello -e match:'receipt verified' \
	    "$do" run_job hello
	atf_check -o ignore -e ignore "$do" vm_down
}

for machine in microvm q35 pc; do
	atf_test_case "image_alone_boots_on_$machine" cleanup
	eval "image_alone_boots_on_${machine}_head() {
		atf_set descr 'to ready, and the power button stops it'
		atf_set timeout 180
	}
	image_alone_boots_on_${machine}_body() {
		stops_at_the_power_button $machine
	}
	image_alone_boots_on_${machine}_cleanup() {
		[ ! -f alone.pid ] || kill -9 \$(cat alone.pid) || :
	}"
	atf_test_case "one_early_press_is_enough_on_$machine" cleanup
	eval "one_early_press_is_enough_on_${machine}_head() {
		atf_set descr 'of the power button, once QEMU keeps it'
		atf_set timeout 240
	}
	one_early_press_is_enough_on_${machine}_body() {
		stops_at_an_early_press $machine enabled
	}
	one_early_press_is_enough_on_${machine}_cleanup() {
		[ ! -f alone.pid ] || kill -9 \$(cat alone.pid) || :
	}"
	case_with_vm "job_runs_on_$machine" "to the receipt of a job on $machine"
	eval "job_runs_on_${machine}_body() {
		gives_a_receipt $machine
	}"
done

one_early_press_is_enough_on_microvm_body() {
	stops_at_each_early_press microvm
}

atf_test_case processor_that_runs_data_is_refused cleanup
processor_that_runs_data_is_refused_head() {
	atf_set descr 'one without the NX bit'
	atf_set timeout 180
}
processor_that_runs_data_is_refused_body() {
	boot_alone microvm -cpu max,-nx
	wait_for 60 alone_says 'casemate: ready in\|jobs need its NX bit' ||
	    atf_fail "it says nothing"
	wait_for 60 alone_ended || atf_fail "it is up"
	atf_check -o match:'^runner: the processor executes memory that is' \
	    -o not-match:'casemate: ready' cat alone.log
}
processor_that_runs_data_is_refused_cleanup() {
	[ ! -f alone.pid ] || kill -9 $(cat alone.pid) || :
}

case_with_vm ephemeral_says_so 'no data disk: in memory, and it says so'
ephemeral_says_so_body() {
	atf_check -o match:ephemeral -e ignore "$do" vm_up --ephemeral
	wait_for 30 grep -q 'casemate: ready in .*ephemeral' "$console" ||
	    atf_fail "the console does not say so"
	atf_check -o match:ephemeral \
	    "$casemate" status --key alice --on vm
	elf_job hello hello
	atf_check -o ignore -e ignore "$do" run_job hello
}

case_with_vm required_disk_missing 'a site may require the data disk'
required_disk_missing_body() {
	default_site
	echo 'data: required' >> site/settings.yaml
	atf_check -s not-exit:0 -o ignore -e match:'data disk' \
	    "$do" vm_up --ephemeral
}

case_with_vm garbage_disk_is_refused 'a disk that is not ours is not touched'
garbage_disk_is_refused_body() {
	head -c 64M /dev/urandom > garbage.img
	before=$(sha256sum < garbage.img)
	atf_check -s not-exit:0 -o ignore -e match:'data disk' \
	    "$do" vm_up --disk garbage.img
	atf_check_equal "$before" "$(sha256sum < garbage.img)"
}

# hostile_disk LINE...: an ext4 disk on which debugfs did these commands.
hostile_disk() {
	rm -f hostile.img
	truncate -s 16M hostile.img
	mkfs.ext4 -q hostile.img
	printf '%s\n' "$@" > commands
	atf_check -o ignore -e ignore debugfs -w -f commands hostile.img
}

# The boot ends by itself, and says what is wrong and what to do.
refuses_disk() {
	atf_check -s not-exit:0 -o ignore -e match:"$1" \
	    -e match:'start with another|another identity' \
	    "$do" vm_up --disk hostile.img --wait 60
	wait_for 20 grep -q 'casemate: stopped' "$console" ||
	    atf_fail "it goes on"
}

case_with_vm links_on_the_disk_are_not_followed 'no folder is another'
links_on_the_disk_are_not_followed_body() {
	hostile_disk 'symlink ledger /dev'
	refuses_disk 'ledger is a symbolic link and must be a folder'
	hostile_disk 'symlink keyd ledger'
	refuses_disk 'keyd is a symbolic link and must be a folder'
	hostile_disk 'mkdir keyd' 'ln keyd ledger'
	refuses_disk 'keyd and ledger are one folder|cannot be opened'
}

case_with_vm folders_on_the_disk_are_folders 'else the message names them'
folders_on_the_disk_are_folders_body() {
	hostile_disk 'mknod keyd p'
	refuses_disk 'keyd is a FIFO and must be a folder'
	hostile_disk 'write commands ledger'
	refuses_disk 'ledger is a file and must be a folder'
	hostile_disk 'mkdir keyd' 'sif keyd flags 0x80010'
	refuses_disk 'keyd cannot be given to user 903'
}

case_with_vm files_of_keyd_are_files 'a FIFO does not hang the boot'
files_of_keyd_are_files_body() {
	hostile_disk 'mkdir keyd' 'cd keyd' 'mknod key p' 'sif key uid 903' \
	    'sif key mode 010600'
	refuses_disk 'keyd: key: is a FIFO and must be a file'
	hostile_disk 'mkdir keyd' 'cd keyd' 'mknod head p' 'sif head uid 903' \
	    'sif head mode 010600'
	refuses_disk 'keyd: head: is a FIFO and must be a file'
	hostile_disk 'mkdir keyd' 'cd keyd' 'write commands key'
	refuses_disk 'keyd: key: belongs to user 0 and must belong to 903'
}

case_with_vm files_of_ledgerd_are_files 'and no device is opened'
files_of_ledgerd_are_files_body() {
	hostile_disk 'mkdir ledger' 'cd ledger' 'mknod data.mdb p' \
	    'sif data.mdb uid 904' 'sif data.mdb mode 010600'
	refuses_disk 'ledgerd: data.mdb: is a FIFO and must be a file'
	hostile_disk 'mkdir ledger' 'cd ledger' 'mknod data.mdb b 254 0' \
	    'sif data.mdb uid 904' 'sif data.mdb mode 060600'
	refuses_disk 'ledgerd: data.mdb: is a block device and must be a file'
	hostile_disk 'mkdir ledger' 'cd ledger' 'symlink data.mdb elsewhere'
	refuses_disk 'ledgerd: data.mdb: is a symbolic link and must be a file'
	hostile_disk 'mkdir ledger' 'cd ledger' 'mknod new p' \
	    'sif new uid 904'
	refuses_disk 'ledgerd: new: is a FIFO and must be a folder'
}

case_with_vm bad_runtime_is_left_out 'said on the console, and not listed'
bad_runtime_is_left_out_body() {
	# With the magic number that `casemate up' looks for, and no more.
	truncate -s 1M bad.img
	printf '\342\341\365\340' |
	    dd of=bad.img bs=1 seek=1024 conv=notrunc status=none
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral \
	    --runtime bad=bad.img
	atf_check -o match:'runtime bad .* holds no EROFS image' cat "$console"
	atf_check -o match:'^runtimes  *none$' \
	    "$casemate" status --key alice --on vm
}

case_with_vm full_disk_refuses_jobs 'no record, no job'
full_disk_refuses_jobs_body() {
	truncate -s 16M full.img
	mkfs.ext4 -q -m 0 full.img
	atf_check -o ignore -e ignore "$do" vm_up --disk full.img
	elf_job hello hello
	atf_check -o ignore -e ignore "$do" run_job hello
	atf_check -o ignore -e ignore "$do" vm_down
	# Fill nearly all of the rest; the ledger meets the end while it runs.
	free=$(dumpe2fs -h full.img 2> /dev/null |
	    sed -n 's/^Free blocks: *//p')
	head -c $(((free - 500) * 1024)) /dev/urandom > filler
	atf_check -o ignore -e ignore \
	    debugfs -w -R 'write filler filler' full.img
	atf_check -o ignore -e ignore "$do" vm_up --disk full.img
	refused=no
	for i in $(seq 120); do
		if ! run_job hello > out 2> err; then
			refused=yes
			break
		fi
	done
	atf_check_equal yes $refused
	atf_check -o match:'ledger|disk' cat err
}

case_with_vm broken_site_stops_the_boot 'the console names file and line'
broken_site_stops_the_boot_body() {
	default_site
	echo 'alice not-a-key' >> site/allowed_signers
	atf_check -s not-exit:0 -o ignore -e match:'allowed_signers:2' "$do" vm_up
}

case_with_vm renamed_site_is_refused 'the name belongs to the key on the disk'
renamed_site_is_refused_body() {
	atf_check -o ignore -e ignore "$do" vm_up
	atf_check -o ignore -e ignore "$do" vm_down
	sed -i 's/^name: test/name: other/' site/settings.yaml
	atf_check -s not-exit:0 -o ignore \
	    -e match:'names this appliance other, but .* are those of test' \
	    "$do" vm_up
	sed -i 's/^name: other/name: test/' site/settings.yaml
	atf_check -o match:'casemate/test' -e ignore "$do" vm_up
}

atf_init_test_cases() {
	for m in microvm q35 pc; do
		atf_add_test_case "image_alone_boots_on_$m"
		atf_add_test_case "job_runs_on_$m"
		atf_add_test_case "one_early_press_is_enough_on_$m"
	done
	atf_add_test_case processor_that_runs_data_is_refused
	atf_add_test_case ephemeral_says_so
	atf_add_test_case required_disk_missing
	atf_add_test_case garbage_disk_is_refused
	atf_add_test_case links_on_the_disk_are_not_followed
	atf_add_test_case folders_on_the_disk_are_folders
	atf_add_test_case files_of_keyd_are_files
	atf_add_test_case files_of_ledgerd_are_files
	atf_add_test_case bad_runtime_is_left_out
	atf_add_test_case full_disk_refuses_jobs
	atf_add_test_case broken_site_stops_the_boot
	atf_add_test_case renamed_site_is_refused
}
