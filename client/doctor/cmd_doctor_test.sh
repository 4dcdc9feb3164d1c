# `casemate doctor' on hosts that lack one thing.  A mount namespace takes it
# away: nothing of this machine changes.

new_case() {
	atf_test_case "$1" cleanup
	eval "$1_head() {
		atf_set descr '$2'
		atf_set require.user root
		atf_set require.progs 'unshare ssh-keygen python3'
	}
	$1_cleanup() { :; }"
}

# A host of our own: programs with image and runtime, a fake QEMU, a key.
make_host() {
	mkdir -p host/bin home/.ssh tools
	cp "$CASEMATE_BUILD/bin/casemate" "$CASEMATE_BUILD/bin/casemate-vsock" \
	    host/bin/
	truncate -s 4096 host/casemate.bzImage host/python.erofs
	# A setup of 4 sectors, and 1 KiB of kernel.
	poke '\125\252' host/casemate.bzImage 510
	poke HdrS host/casemate.bzImage 514
	poke '\100' host/casemate.bzImage 500
	poke '\342\341\365\340' host/python.erofs 1024
	fake_qemu 9.2.0 "$parts"
	ssh-keygen -q -t ed25519 -N '' -f home/.ssh/id_ed25519
	chmod 755 .
	XDG_STATE_HOME=$PWD/state HOME=$PWD/home PATH=$PWD/tools:$PATH
	export XDG_STATE_HOME HOME PATH
	unset SSH_AUTH_SOCK || :
	doctor=$PWD/host/bin/casemate
	cat > tools/in_mounts <<-'END'
	#!/bin/sh
	# SCRIPT COMMAND...: after a script that mounts, where only it sees.
	script=$1
	shift
	exec unshare -m sh -ec "$script
	exec \"\$@\"" sh "$@"
	END
	chmod +x tools/in_mounts
}

parts='microvm q35 pc virtio-blk-device virtio-rng-device virtio-blk-pci
virtio-rng-pci vhost-user-vsock-device vhost-user-vsock-pci'

# poke TEXT FILE OFFSET
poke() {
	printf "$1" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}

# fake_qemu VERSION PARTS: first in PATH; a guest runs in it.
fake_qemu() {
	cat > tools/qemu-system-x86_64 <<-END
	#!/bin/sh
	case "\$*" in
	--version) echo 'QEMU emulator version $1 (test)' ;;
	*help) printf '%s \n' $(echo $2) ;;
	*casemate.probe*) echo 'casemate: probe ok' ;;
	esac
	END
	chmod +x tools/qemu-system-x86_64
}

# The script that hides programs, wherever proc_find() would find them.
hide() {
	echo "touch $PWD/plain"
	for name; do
		for folder in "$PWD/tools" /usr/local/bin /usr/bin /bin \
		    /usr/sbin /sbin; do
			[ ! -e "$folder/$name" ] || echo \
			    "mount --bind $PWD/plain $folder/$name"
		done
	done
}

# says STATUS RESULT NAME TEXT [COMMAND...]: a line of the table, as it begins
# and with this text in it or in the advice under it.
says() {
	status=$1 result=$2 name=$3 text=$4
	shift 4
	[ $# -gt 0 ] || set -- "$doctor" doctor
	atf_check -s "exit:$status" -o save:table -e ignore "$@"
	grep -A1 "^$result  *$name " table > rows ||
	    atf_fail "$name is not $result: $(tr '\n' ' ' < table)"
	grep -q -e "$text" rows || atf_fail "no '$text' in: $(tr '\n' ' ' < rows)"
}

new_case whole_host_is_well 'no line of this table fails'
whole_host_is_well_body() {
	make_host
	says 0 ok image '/host/casemate.bzImage, 4 KiB, sha256 '
	for row in runtimes:/host/python.erofs 'qemu:version 9.2$' \
	    'machines:microvm, q35 and pc' vsock: mkfs:mkfs.ext4 \
	    'state:/state/casemate, which .casemate up. will make' \
	    disk:'MiB are free' 'sockets:/state/casemate/default/console' \
	    'limits:are enough' 'descriptors:are open' \
	    ssh-keygen:'with -Y sign' agent:none keys:/home/.ssh/id_ed25519.pub
	do
		grep -q "^ok  *${row%%:*} .*${row#*:}" table ||
		    atf_fail "no ${row%%:*}: $(tr '\n' ' ' < table)"
	done
	grep -q '^this host can run an appliance: ' table ||
	    atf_fail "$(tail -n 1 table)"
	[ ! -e state ] || atf_fail "it made the folder of the state"
}

new_case json_is_one_object 'with the same checks'
json_is_one_object_body() {
	make_host
	"$doctor" doctor 2> /dev/null |
	    sed -n 's/^\(ok\|warn\|fail\)  *\([^ ]*\) .*/\1 \2/p' > rows
	[ "$(wc -l < rows)" -ge 17 ] || atf_fail "$(tr '\n' ' ' < rows)"
	atf_check -o save:json -e ignore "$doctor" doctor --json
	atf_check_equal 1 "$(wc -l < json)"
	atf_check -o file:rows python3 -c '
import json
d = json.load(open("json"))
assert d["result"] in ("ok", "warn"), d
for c in d["checks"]:
    assert set(c) == {"name", "result", "detail", "advice"}, c
    assert (c["result"] == "ok") == (c["advice"] == ""), c
    print(c["result"], c["name"])'
	rm host/casemate.bzImage
	atf_check -s exit:1 -o match:'"result":"fail"}$' -e ignore \
	    "$doctor" doctor --json
}

new_case image_and_runtimes 'missing, or something else'
image_and_runtimes_body() {
	make_host
	truncate -s 2000 host/python.erofs
	poke xxxx host/python.erofs 1024
	says 0 warn runtimes 'python.erofs: is not an EROFS image'
	rm host/python.erofs
	says 0 ok runtimes 'none beside the image'
	truncate -s 2048 host/casemate.bzImage
	says 1 fail image 'casemate.bzImage: is cut short'
	poke xxxx host/casemate.bzImage 514
	says 1 fail image 'casemate.bzImage: is not a Linux bzImage'
	grep -q '^warn  *kvm .*not tried' table || atf_fail "$(tr '\n' ' ' < table)"
	rm host/casemate.bzImage
	mkfifo host/casemate.bzImage
	says 1 fail image 'is a FIFO'
	rm host/casemate.bzImage
	says 1 fail image 'make image'
}

new_case qemu_and_its_machines 'missing, failing, old, without microvm'
qemu_and_its_machines_body() {
	make_host
	says 1 fail qemu 'no such program in PATH' \
	    in_mounts "$(hide qemu-system-x86_64)" "$doctor" doctor
	grep -q 'qemu-system-x86$' table || atf_fail "no advice"
	fake_qemu 6.1.0 "$parts"
	says 0 warn qemu 'use QEMU 7.2 or newer'
	fake_qemu 9.2.0 'q35 pc'
	says 1 fail machines 'QEMU lacks microvm, virtio-blk-device'
	fake_qemu 9.2.0 "$(echo $parts | sed 's/ q35//')"
	says 0 warn machines 'QEMU lacks q35$'
	printf '#!/bin/sh\necho broken; exit 3\n' > tools/qemu-system-x86_64
	says 1 fail qemu 'version: exit status 3: broken'
	says 1 fail machines 'not known'
	printf '#!/bin/sh\nkill -9 $$\n' > tools/qemu-system-x86_64
	says 1 fail qemu 'exit status 137'
}

# A /dev of one's own, with this in it.
own_dev='mount -t tmpfs none /dev
mknod -m 666 /dev/null c 1 3'

new_case kvm_is_tried 'and what stands in its way is said'
kvm_is_tried_body() {
	make_host
	says 0 warn kvm 'there is no /dev/kvm' \
	    in_mounts "$own_dev" "$doctor" doctor
	grep -q 'switch on virtualization' rows || atf_fail "no advice"
	says 0 warn kvm 'does not speak' \
	    in_mounts "$own_dev; touch /dev/kvm" "$doctor" doctor
	says 0 warn kvm 'cannot be opened' \
	    in_mounts "$own_dev; mknod /dev/kvm c 10 231" "$doctor" doctor
	fake_qemu 9.0.0 "$parts"
	says 0 warn kvm 'can read the memory of this QEMU' \
	    in_mounts "$own_dev" "$doctor" doctor
	fake_qemu 9.2.0 "$parts"
	[ -w /dev/kvm ] || return 0
	says 0 ok kvm 'a guest runs under KVM'
	printf 'case "$*" in *casemate.probe*) exit 0 ;; esac\n' > line
	sed -i -e '1r line' tools/qemu-system-x86_64
	says 0 warn kvm 'but a guest does not run in it'
}

new_case vsock_or_what_stands_in 'and neither'
vsock_or_what_stands_in_body() {
	make_host
	says 0 ok vsock 'there is no /dev/vhost-vsock; .*casemate-vsock stands' \
	    in_mounts "$own_dev" "$doctor" doctor
	says 0 warn vsock '/dev/vhost-vsock: .*casemate-vsock stands in' \
	    in_mounts "$own_dev; touch /dev/vhost-vsock" "$doctor" doctor
	rm host/bin/casemate-vsock
	says 1 fail vsock 'neither /dev/vhost-vsock nor .*casemate-vsock' \
	    in_mounts "$own_dev" "$doctor" doctor
	says 1 fail vsock 'is missing, too' \
	    in_mounts "$own_dev; touch /dev/vhost-vsock" "$doctor" doctor
}

new_case mkfs_is_missing 'no disk can be made'
mkfs_is_missing_body() {
	make_host
	says 0 warn mkfs e2fsprogs \
	    in_mounts "$(hide mkfs.ext4)" "$doctor" doctor
}

new_case state_can_be_kept 'or what is in its way'
state_can_be_kept_body() {
	make_host
	mkdir -p state/casemate
	says 0 ok state '/state/casemate$'
	[ -z "$(ls -A state/casemate | grep -v kvm-probe)" ] ||
	    atf_fail "it left $(ls -A state/casemate)"
	chmod 775 state/casemate
	says 0 warn state 'others may write in it (mode 0775)'
	chmod 755 state/casemate
	chown 1000 state/casemate
	says 0 warn state 'belongs to user 1000, and this is user 0'
	says 1 fail state 'Read-only file system' in_mounts \
	    "mount -t tmpfs -o ro none $PWD/state/casemate" "$doctor" doctor
	says 1 fail state '/home: cannot make .*Read-only file system' \
	    in_mounts "mount -t tmpfs -o ro none $PWD/home" \
	    env XDG_STATE_HOME= "$doctor" doctor
	says 1 fail state 'is an absolute path' \
	    env XDG_STATE_HOME= HOME= "$doctor" doctor
	rm -r state/casemate
	touch state/casemate
	says 1 fail state 'Not a directory'
}

new_case disk_has_room 'for a data disk'
disk_has_room_body() {
	make_host
	mkdir -p state/casemate
	says 1 fail disk ': [78] MiB are free' in_mounts \
	    "mount -t tmpfs -o size=8M none $PWD/state/casemate" \
	    "$doctor" doctor
	says 0 warn disk 'free some: a data disk grows to 1024 MiB' in_mounts \
	    "mount -t tmpfs -o size=90M none $PWD/state/casemate" \
	    "$doctor" doctor
}

new_case memory_has_room 'for a VM'
memory_has_room_body() {
	make_host
	meminfo() {
		echo "MemAvailable: $1 kB" > meminfo
		says "$2" "$3" memory "$4" in_mounts \
		    "mount --bind $PWD/meminfo /proc/meminfo" "$doctor" doctor
	}
	meminfo 60000 1 fail '58 MiB are free'
	meminfo 400000 0 warn 'a smaller --memory (at least 48)'
	: > meminfo
	says 0 warn memory 'does not say' in_mounts \
	    "mount --bind $PWD/meminfo /proc/meminfo" "$doctor" doctor
}

new_case sockets_have_short_paths 'for other programs'
sockets_have_short_paths_body() {
	make_host
	far=$PWD/$(printf 'far-%.0s' $(seq 40))
	says 0 warn sockets 'has more than 107 bytes' \
	    env "XDG_STATE_HOME=$far" "$doctor" doctor
}

new_case limits_of_the_shell 'open files, size of a file, address space'
limits_of_the_shell_body() {
	make_host
	says 1 fail limits 'at most 40 open files; .* needs 64' \
	    sh -c 'ulimit -n 40; exec "$0" doctor' "$doctor"
	says 1 fail limits 'ulimit -f' \
	    sh -c 'ulimit -f 100; exec "$0" doctor' "$doctor"
	says 1 fail limits 'ulimit -v' \
	    sh -c 'ulimit -v 500000; exec "$0" doctor' "$doctor"
}

new_case descriptors_are_open 'a closed one is said'
descriptors_are_open_body() {
	make_host
	"$doctor" doctor > table 2>&- || atf_fail "exit $?"
	grep -q '^warn  *descriptors  closed: standard error;' table ||
	    atf_fail "$(tr '\n' ' ' < table)"
	"$doctor" doctor >&- 2> /dev/null && atf_fail "the table is lost"
	:
}

new_case signing_is_tried 'ssh-keygen, agent and keys'
signing_is_tried_body() {
	make_host
	says 0 warn ssh-keygen openssh-client \
	    in_mounts "$(hide ssh-keygen)" "$doctor" doctor
	printf '#!/bin/sh\necho unknown option -- Y >&2; exit 1\n' \
	    > tools/ssh-keygen
	chmod +x tools/ssh-keygen
	says 0 warn ssh-keygen 'OpenSSH 8.1 or newer'
	rm tools/ssh-keygen
	says 0 warn agent 'no agent replies' \
	    env SSH_AUTH_SOCK=/nowhere "$doctor" doctor
	rm home/.ssh/*
	says 0 warn keys 'neither ~/.ssh nor the agent'
	ssh-keygen -q -t rsa -b 1024 -N '' -f home/.ssh/id_rsa
	says 0 warn keys 'ssh-keygen -t ed25519'
	ssh-keygen -q -t ecdsa -b 256 -N '' -f home/.ssh/curve
	says 0 ok keys '/home/.ssh/curve.pub; 0 in the agent'
}

new_case agent_has_keys 'those that are accepted are counted'
agent_has_keys_head() {
	atf_set descr 'those that are accepted are counted'
	atf_set require.progs 'ssh-agent ssh-add'
}
agent_has_keys_body() {
	make_host
	ssh-agent -a "$PWD/a" > agent.env
	. ./agent.env > /dev/null
	trap 'kill $SSH_AGENT_PID' EXIT
	says 0 ok agent 'has no keys'
	ssh-add -q home/.ssh/id_ed25519
	rm home/.ssh/*
	says 0 ok agent 'has 1 key$'
	says 0 ok keys ' 1 in the agent'
}

atf_init_test_cases() {
	for c in whole_host_is_well json_is_one_object image_and_runtimes \
	    qemu_and_its_machines kvm_is_tried vsock_or_what_stands_in \
	    mkfs_is_missing state_can_be_kept disk_has_room memory_has_room \
	    sockets_have_short_paths limits_of_the_shell descriptors_are_open \
	    signing_is_tried agent_has_keys; do
		atf_add_test_case $c
	done
}
