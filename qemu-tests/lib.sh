# What every end-to-end test uses; sourced by atf-sh programs and by the demo
# and the benchmarks.  The appliance under test is called `vm'; its state is in
# the test's own folder.  CASEMATE_BUILD is the build folder.

casemate=$CASEMATE_BUILD/bin/casemate
do=$CASEMATE_SRC/qemu-tests/do
image=$CASEMATE_BUILD/casemate.bzImage
programs=$CASEMATE_BUILD/bin
XDG_STATE_HOME=$PWD/state
export XDG_STATE_HOME
vm_state=$XDG_STATE_HOME/casemate/vm
console=$vm_state/console.log

# new_key NAME [TYPE]: NAME and NAME.pub.
new_key() {
	ssh-keygen -q -t "${2:-ed25519}" -N '' -C '' -f "$1"
}

# signer PRINCIPAL KEY [OPTIONS]: one line of allowed_signers.
signer() {
	printf '%s %s%s\n' "$1" "${3:+$3 }" "$(cut -d' ' -f1,2 < "$2.pub")"
}

# default_site: key `alice', who may write jobs, submit them with whatever they
# ask for, and read everything; so may carol.
default_site() {
	[ -f alice ] || new_key alice
	mkdir -p site/policy
	signer alice alice > site/allowed_signers
	printf 'version: 1\nname: test\n' > site/settings.yaml
	cat > site/entities.yaml <<-'EOF'
		- uid: Role::"tester"
		- {uid: User::"alice", parents: [Role::"tester"]}
		- {uid: User::"carol", parents: [Role::"tester"]}
	EOF
	cat > site/policy/test.cedar <<-'EOF'
		@id("testers-do-all")
		permit (
		    principal in Role::"tester",
		    action in [Action::"submit", Action::"read"],
		    resource
		);
	EOF
}

# vm_up [casemate up options]: boots, waits until the gate replies.
vm_up() {
	[ -d site ] || default_site
	case " $* " in
	*' --memory '*) ;;
	*) set -- --memory 192 "$@" ;;
	esac
	"$casemate" up --name vm --image "$image" --site site "$@"
}

# qemu_with [QEMU_CPU=KIND] [QEMU_IOPS=N] [QEMU_RTC=TIME]: from here on QEMU has
# this processor, disk and clock; see bin/qemu-system-x86_64.
qemu_with() {
	unset QEMU_CPU QEMU_IOPS QEMU_RTC
	[ $# -eq 0 ] || export "$@"
	PATH=$CASEMATE_SRC/qemu-tests/bin:${PATH#"$CASEMATE_SRC/qemu-tests/bin:"}
}

# stop_after MS [casemate up options]: boots, and stops it MS milliseconds after
# the start of QEMU, ready or not.  Fails, and says why, unless that was in good
# order.  The variable `stopped' is "ready" or "starting".
stop_after() {
	after=$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))
	shift
	vm_up "$@" > up.out 2> up.err &
	up=$!
	while [ ! -s "$vm_state/qemu.pid" ] && kill -0 $up; do
		sleep 0.01
	done
	sleep "$after"
	down=0 stopped=starting
	vm_down > down.out 2>&1 || down=$?
	if wait $up; then
		stopped=ready
	elif ! grep -q 'interrupted' up.err; then
		down="$down, up failed"
	fi
	[ "$down" = 0 ] && [ ! -e "$vm_state/state" ] &&
	    grep -q 'stopped in good order\|is not up' down.out && return 0
	echo "stopped after $after s: exit status $down" >&2
	cat up.err down.out >&2
	return 1
}

vm_down() {
	"$casemate" down vm
}

# vm_cleanup [NAME]: for atf cleanup: ends whatever of the appliance is still
# there, and keeps the console, since kyua removes the test's folder.
vm_cleanup() {
	[ ! -d "$vm_state" ] || "$casemate" down --force "${1:-vm}" || :
	[ ! -f "$console" ] || {
		mkdir -p "$CASEMATE_BUILD/check/console"
		cp "$console" \
		    "$CASEMATE_BUILD/check/console/${0##*/}.$(atf_get ident)"
	}
}

# console_type TEXT [HEX]: one line on the operator's serial console, bytes
# before it.  Stays until the line and its end are echoed: QEMU drops what a
# peer that has gone left unread.
console_type() {
	/usr/bin/python3 - "$vm_state/console.sock" "$1" "${2:-}" <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	s.settimeout(30)
	line = sys.argv[2].encode()
	s.sendall(bytes.fromhex(sys.argv[3]) + line + b"\r")
	seen = b""
	while line + b"\r\n" not in seen:
	    seen += s.recv(4096)
	PY
}

# elf_job FOLDER PROGRAM [ARG...]: a job that runs one static program.
elf_job() {
	folder=$1 program=$2
	shift 2
	mkdir -p "$folder/files"
	cp "$programs/job-$program" "$folder/files/$program"
	{
		printf 'version: 1\nname: %s\nargv:\n' "$program"
		for arg in "$program" "$@"; do
			printf '  - "%s"\n' "$arg"
		done
	} > "$folder/manifest.yaml"
}

# py_job FOLDER TEXT: a job of the python runtime, with this script.
py_job() {
	mkdir -p "$1/files"
	printf '%s\n' "$2" > "$1/files/main.py"
	printf 'version: 1\nname: script\nruntime: python\nargv: %s\n' \
	    '[/usr/bin/python3, main.py]' > "$1/manifest.yaml"
}

# run_job FOLDER [casemate run options]: as alice, receipt in FOLDER.receipt.
run_job() {
	folder=$1
	shift
	"$casemate" run "$folder" --key alice --on vm \
		--receipt "$folder.receipt" "$@"
}

# leaf RECEIPT: the leaf's JSON, by standard tools alone.
leaf() {
	sed -n 's/^extra //p' "$1" | base64 -d
}

# field RECEIPT NAME: one field of the leaf's data, or one that it withholds and
# RECEIPT.disclosures discloses.  A list has commas.
field() {
	leaf "$1" | /usr/bin/python3 -c '
import base64, hashlib, json, os, sys
data = json.load(sys.stdin)["data"]
file, name = sys.argv[1:]
for line in open(file) if os.path.exists(file) else []:
    line = line.rstrip("\n")
    digest = hashlib.sha256(line.encode()).digest()
    digest = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    salt, key, value = json.loads(base64.urlsafe_b64decode(line + "=="))
    if digest in data["_sd"]:
        data[key] = value
value = data[name]
print(",".join(value) if isinstance(value, list) else value)
' "$1.disclosures" "$2"
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	limit=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$limit" ] || return 1
		sleep 0.05
	done
}

# verified RECEIPT: it verifies with nothing but the appliance's key.
verified() {
	"$casemate" verify "$1" --appliance "$vm_state/appliance.vkey"
}
