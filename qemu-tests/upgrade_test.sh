# The data disk of an older version: what was recorded and signed then holds.
# ledgerd/upgrade_test.c says how that disk was made.

. "$CASEMATE_SRC/qemu-tests/lib.sh"

# old_disk: old.img, and ./receipts and ./appliance.vkey of that time.
old_disk() {
	tar -xzf "$CASEMATE_SRC/ledgerd/testdata/v1.tar.gz" --no-same-owner
	truncate -s 16M old.img
	mkfs.ext4 -q -m 0 old.img
	{
		for file in keyd/head keyd/key keyd/name keyd/nonces \
		    ledger/data.mdb; do
			user=903
			[ "${file%/*}" = keyd ] || user=904
			printf 'mkdir %s\nsif %s uid %s\nsif %s mode 040700\n' \
			    ${file%/*} ${file%/*} $user ${file%/*}
			printf 'write %s %s\nsif %s uid %s\n' $file $file \
			    $file $user
			printf 'sif %s mode 0100600\n' $file
		done
	} > commands
	atf_check -o ignore -e ignore debugfs -w -f commands old.img
}

# each_old_receipt COMMAND: it succeeds with each of them.
each_old_receipt() {
	for receipt in receipts/*; do
		"$@" "$receipt" || atf_fail "$receipt: $*"
	done
}

verifies() {
	"$casemate" verify "$1" --appliance appliance.vkey > /dev/null &&
	    "$CASEMATE_SRC/docs/verify-receipt.sh" "$1" appliance.vkey \
	    > /dev/null
}

# same_leaf RECEIPT: leaves/N.tlog-proof, made now, has the same leaf.
same_leaf() {
	index=$(sed -n 's/^index //p' "$1")
	leaf "$1" > before
	leaf "leaves/$index.tlog-proof" > now
	cmp before now
}

atf_test_case old_disk_goes_on cleanup
old_disk_goes_on_head() {
	atf_set descr 'old leaves are proven in the new tree'
	atf_set timeout 240
}
old_disk_goes_on_body() {
	old_disk
	each_old_receipt verifies
	atf_check -o ignore -e ignore "$do" vm_up --disk old.img
	atf_check cmp "$vm_state/appliance.vkey" appliance.vkey
	elf_job hello hello
	atf_check -o match:hello -e match:'receipt verified' \
	    "$do" run_job hello
	atf_check -o save:all -e ignore "$casemate" ledger --key alice \
	    --on vm --receipts leaves
	atf_check -o match:'"upgraded_from":"casemate-ledger@v1"' \
	    sed -n 12p all
	[ "$(grep -c '"upgraded_from":"casemate' all)" = 1 ] ||
	    atf_fail "it was upgraded twice"
	each_old_receipt same_leaf
	for receipt in receipts/hello.receipt receipts/0.tlog-proof; do
		atf_check -o ignore -e ignore "$casemate" ledger consistency \
		    "$receipt" --key alice --on vm
	done
	for receipt in leaves/*.tlog-proof; do
		verifies "$receipt" || atf_fail "$receipt"
	done
	atf_check -o ignore -e ignore "$do" vm_down
}
old_disk_goes_on_cleanup() {
	vm_cleanup
}

atf_init_test_cases() {
	atf_add_test_case old_disk_goes_on
}
