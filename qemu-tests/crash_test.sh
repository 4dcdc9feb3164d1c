. "$CASEMATE_SRC/qemu-tests/lib.sh"

comes_back() {
	atf_check -o ignore -e ignore "$do" vm_up
	elf_job hello hello
	atf_check -o ignore -e ignore "$do" run_job hello
	wait_for 30 grep -q 'casemate: ready' "$console" ||
	    atf_fail "the console is not there"
	console_type "kill $1"
	wait_for 30 grep -q "$1 was killed by signal 9" "$console" ||
	    atf_fail "$1 was not killed"
	wait_for 30 grep -q "$1 is ready again" "$console" ||
	    atf_fail "$1 did not come back"
	atf_check -o match:hello -e match:'receipt verified' \
	    "$do" run_job hello
	atf_check -o match:'"service":"'"$1"'","cause":"signal","status":9' \
	    -o match:"console's kill command.*\"then\":\"restart\"" \
	    "$casemate" ledger --key alice --on vm
	atf_check -o ignore -e ignore "$do" vm_down
}

for service in gate runner keyd ledgerd; do
	atf_test_case "killed_${service}_comes_back" cleanup
	eval "killed_${service}_comes_back_head() {
		atf_set descr 'kill -9 while idle: the next job runs'
		atf_set timeout 240
	}
	killed_${service}_comes_back_body() {
		comes_back $service
	}
	killed_${service}_comes_back_cleanup() {
		vm_cleanup
	}"
done

# Bytes that a terminal can take for the end of input, a stop of the output, a
# signal or a deletion, and bytes from a line at a wrong speed.
atf_test_case console_hears_after_any_byte cleanup
console_hears_after_any_byte_head() {
	atf_set descr 'no byte stops the console or the log'
	atf_set timeout 240
}
console_hears_after_any_byte_body() {
	atf_check -o ignore -e ignore "$do" vm_up --ephemeral
	wait_for 30 grep -q 'casemate: ready' "$console" ||
	    atf_fail "the console is not there"
	before=0
	for bytes in 04 0404 13 7374617404 1a 1c 03 0f 16 00 80ff1b5b41; do
		case $bytes in
		80*) end=0d ;;
		*) end=15 ;;
		esac
		console_type "kill gate" "$bytes$end" ||
		    atf_fail "deaf after 0x$bytes"
		before=$((before + 1))
		wait_for 30 gate_came_back $before ||
		    atf_fail "the log stops after 0x$bytes"
	done
}
console_hears_after_any_byte_cleanup() {
	vm_cleanup
}

gate_came_back() {
	[ "$(grep -c 'gate is ready again' "$console")" -ge "$1" ]
}

atf_test_case killed_vm_keeps_its_ledger cleanup
killed_vm_keeps_its_ledger_head() {
	atf_set descr 'and the tree only grew; an older copy of its disk is refused'
	atf_set timeout 360
}
killed_vm_keeps_its_ledger_body() {
	atf_check -o ignore -e ignore "$do" vm_up --disk data.img
	elf_job hello hello
	atf_check -o ignore -e ignore "$do" run_job hello
	cp hello.receipt first.receipt
	cp "$vm_state/appliance.vkey" vkey
	size=$(sed -n '/^casemate\/test$/{n;p;}' first.receipt)
	kill -9 "$(cat "$vm_state/qemu.pid")"
	atf_check -o ignore -e ignore "$casemate" down --force vm
	cp data.img old.img
	atf_check -o ignore -e ignore "$do" vm_up --disk data.img
	atf_check cmp vkey "$vm_state/appliance.vkey"
	atf_check -o match:'receipt verified' "$casemate" verify \
	    first.receipt --appliance vkey
	atf_check -o ignore -e ignore "$do" run_job hello
	grown=$(sed -n '/^casemate\/test$/{n;p;}' hello.receipt)
	[ "$grown" -gt "$size" ] || atf_fail "tree of $size became $grown"
	atf_check -o match:"^proved: the first $size of casemate/test's " \
	    "$casemate" ledger consistency first.receipt -o proof \
	    --key alice --on vm
	atf_check -o match:'^no contradiction' "$casemate" compare \
	    first.receipt hello.receipt --appliance vkey
	# Nothing says that it stopped.
	"$casemate" ledger --key alice --on vm > leaves
	atf_check_equal 2 "$(grep -c appliance.started leaves)"
	atf_check -s exit:1 grep 'appliance.stop' leaves
	atf_check -o ignore -e ignore "$do" vm_down
	cp old.img data.img
	old_disk_is_refused
}

# Ledger and keyd's files are both older, so that the appliance starts.
old_disk_is_refused() {
	cp hello.receipt newest.receipt
	atf_check -o ignore -e ignore "$do" vm_up --disk data.img
	atf_check -s exit:125 -o empty \
	    -e match:"THE LEDGER WENT BACK: it had .* nothing was sent to it" \
	    "$do" run_job hello
	# Another user has not seen it before; then it is as long again.
	for i in 1 2; do
		atf_check -o ignore -e ignore env XDG_STATE_HOME="$PWD/other" \
		    "$casemate" run hello --key alice --receipt other.receipt \
		    --on "unix:$vm_state/vsock.sock" --appliance vkey
	done
	atf_check -s exit:125 -o empty -e match:'THE LEDGER FORKED' \
	    "$do" run_job hello
	atf_check -s exit:1 -e match:'TWO PASTS: newest.receipt and other' \
	    "$casemate" compare newest.receipt other.receipt --appliance vkey
}
killed_vm_keeps_its_ledger_cleanup() {
	vm_cleanup
}

# lose_page DISK TEXT: zeroes each 4 KiB page of the ledger that has the text.
lose_page() {
	atf_check -o ignore -e ignore \
	    debugfs -R 'dump /ledger/data.mdb data.mdb' "$1"
	atf_check -o match:'^[1-9]' /usr/bin/python3 - "$2" <<-'PY'
	import sys
	data = bytearray(open("data.mdb", "rb").read())
	# A page in use again may have old bytes below `upper', where none lie.
	pages = [at for at in range(0, len(data), 4096)
	    if sys.argv[1].encode() in data[at +
	    int.from_bytes(data[at + 14:at + 16], "little"):at + 4096]]
	for at in pages:
	    data[at:at + 4096] = bytes(4096)
	open("data.mdb", "wb").write(data)
	print(len(pages))
	PY
	printf '%s\n' 'cd ledger' 'rm data.mdb' 'write data.mdb data.mdb' \
	    'sif data.mdb uid 904' 'sif data.mdb gid 904' \
	    'sif data.mdb mode 0100600' > commands
	atf_check -o ignore -e ignore debugfs -w -f commands "$1"
}

atf_test_case damaged_page_is_named cleanup
damaged_page_is_named_head() {
	atf_set descr 'leaves before and after a lost page are read and proven'
	atf_set timeout 240
}
damaged_page_is_named_body() {
	atf_check -o ignore -e ignore "$do" vm_up --disk data.img
	elf_job hello hello
	for i in $(seq 12); do
		atf_check -o ignore -e ignore "$do" run_job hello
	done
	atf_check -o match:'^[0-9]* leaves, .* all are as they were recorded$' \
	    "$casemate" ledger fsck --key alice --on vm
	atf_check -o ignore -e ignore "$do" vm_down
	lose_page data.img '"id":"9"'
	atf_check -o ignore -e ignore "$do" vm_up --disk data.img
	atf_check -s exit:1 -o save:rest -e save:err "$casemate" ledger \
	    --key alice --on vm --receipts receipts
	atf_check -o match:'cannot be read: page .* is damaged' cat err
	atf_check -s exit:1 -o match:'^leaf [0-9]* cannot be read: page .* is damaged' \
	    -o match:'^[0-9]* leaves, .* were checked: [0-9]* finding' -e ignore \
	    "$casemate" ledger fsck --key alice --on vm
	lost=$(sed -n 's/.*leaves \([0-9]* to [0-9]*\) cannot.*/\1/p' err)
	set -- ${lost% to *} ${lost#* to }
	[ "$1" -le 9 ] && [ 9 -le "$2" ] || atf_fail "leaves $1 to $2 are lost"
	for i in 0 $(($1 - 1)) $(($2 + 1)) $(($2 + 5)); do
		atf_check -o match:'receipt verified' "$casemate" verify \
		    "receipts/$i.tlog-proof" \
		    --appliance "$vm_state/appliance.vkey"
		atf_check -o ignore grep "\"id\":\"$i\"" rest
	done
	for i in $(seq "$1" "$2"); do
		[ ! -e "receipts/$i.tlog-proof" ] || atf_fail "leaf $i is there"
	done
	atf_check -o match:hello -e match:'receipt verified' \
	    "$do" run_job hello
	atf_check -s exit:1 grep 'ledgerd was killed\|ledgerd ended' "$console"
	atf_check -o ignore grep 'ledgerd: leaf .* cannot be read' "$console"
	"$casemate" ledger --key alice --on vm > rest 2> err
	atf_check -o match:'"part":"ledger",.*"message":"leaf .* cannot be' \
	    grep appliance.degraded rest
}
damaged_page_is_named_cleanup() {
	vm_cleanup
}

atf_init_test_cases() {
	for s in gate runner keyd ledgerd; do
		atf_add_test_case "killed_${s}_comes_back"
	done
	atf_add_test_case console_hears_after_any_byte
	atf_add_test_case damaged_page_is_named
	atf_add_test_case killed_vm_keeps_its_ledger
}
