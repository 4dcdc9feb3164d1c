# audit.sh on an export of an old ledger: what it checks before it says anything.
# qemu-tests/audit_test has an export of this version.

audit=$CASEMATE_SRC/docs/audit.sh

# old_export: ./export and ./key, from ledgerd/upgrade_test's disk.
old_export() {
	tar -xzf "$CASEMATE_SRC/ledgerd/testdata/v1.tar.gz" --no-same-owner
	mkdir -p export/kept
	mv receipts export/leaves
	mv export/leaves/*.receipt export/kept
	mv appliance.vkey key
}

atf_test_case old_leaves_are_read
old_leaves_are_read_body() {
	old_export
	atf_check -o save:out -e empty "$audit" key export
	atf_check -o match:'^export: .* last leaf is 9; .* signed leaves 0 to 10$' \
	    -o match:'^job .* hello: leaf 1, ' \
	    -o match:'^  ordered   alice .key unknown' \
	    -o match:'^  ran       unknown' -o match:'end       exited 3' \
	    -o match:'^refused e8a9518c593295cc96f8e4d60cc32b2f' \
	    -o match:'reason    policy: dana may not run hello' \
	    -o match:'^status: leaf 6, by alice' \
	    -o match:'^past: all 10 leaves' \
	    -o match:'^past: the 3 leaves of hello.receipt are' cat out
	atf_check -s exit:0 -o match:'^past' -o not-match:'^job' \
	    "$audit" key export past
}

atf_test_case changed_leaf_is_refused
changed_leaf_is_refused_body() {
	old_export
	cp export/leaves/5.tlog-proof export/leaves/4.tlog-proof
	atf_check -s exit:1 -o ignore -e match:'4.tlog-proof is not of leaf 4' \
	    "$audit" key export
	sed -i '2s/extra ./extra A/' export/leaves/4.tlog-proof
	atf_check -s exit:1 -o ignore -e match:'audit.sh: leaf 4: ' \
	    "$audit" key export
}

atf_test_case missing_leaf_is_named
missing_leaf_is_named_body() {
	old_export
	rm export/leaves/3.tlog-proof export/leaves/4.tlog-proof
	atf_check -s exit:1 -o match:'^MISSING: leaves 3 to 4' \
	    -o match:'^past: not known' -o match:'^job .*leaf 8' \
	    "$audit" key export
	# Its end may be in what is missing.
	rm export/leaves/9.tlog-proof export/leaves/2.tlog-proof
	mv export/leaves/1.tlog-proof export/leaves/0.tlog-proof .
	atf_check -s exit:1 -o match:'^MISSING: leaves 0 to 4' \
	    -o match:'  end       not known, since leaves are missing' \
	    "$audit" key export jobs
	mv 1.tlog-proof export/leaves
	atf_check -s exit:1 -o match:'^MISSING: leaf 0,' \
	    "$audit" key export jobs
}

# Of leaves that do not name their boot, more is not known.
atf_test_case end_that_is_not_exported_is_not_made_up
end_that_is_not_exported_is_not_made_up_body() {
	old_export
	rm export/leaves/9.tlog-proof
	atf_check -o match:'  end       not recorded$' \
	    -o not-match:'cut off' -o match:'  rules     unknown' \
	    "$audit" key export jobs
}

atf_test_case another_past_is_seen
another_past_is_seen_body() {
	old_export
	rm export/leaves/[89].tlog-proof
	atf_check -s exit:1 -o ignore -e match:'THE LEDGER WENT BACK.* of 10' \
	    "$audit" key export past
	rm export/kept/hello2.receipt
	atf_check -o ignore "$audit" key export past
	# A receipt that another root was signed for cannot be made here: the
	# script is made to read another leaf in its place.
	sed 's/^\(.*>> "$t\/hashes"\)$/[ "$1" = 1 ] || \1/' "$audit" > other.sh
	cmp -s "$audit" other.sh && atf_fail "audit.sh is not as expected"
	cp "$CASEMATE_SRC/docs/verify-receipt.sh" \
	    "$CASEMATE_SRC/docs/leaf.schema.json" .
	atf_check -s exit:1 -o ignore -e match:'THE LEDGER WAS FORKED' \
	    sh ./other.sh key export past
}

atf_test_case wrong_use_is_told
wrong_use_is_told_body() {
	old_export
	atf_check -s exit:100 -e match:'^usage' "$audit" key
	atf_check -s exit:100 -e match:'^questions: boots' \
	    "$audit" key export why
	atf_check -s exit:1 -e match:'nokey cannot be read' \
	    "$audit" nokey export
	atf_check -s exit:1 -e match:'has no folder leaves' \
	    "$audit" key export/leaves
	mkdir -p empty/leaves
	atf_check -s exit:1 -e match:'has no receipts' "$audit" key empty
}

atf_init_test_cases() {
	atf_add_test_case old_leaves_are_read
	atf_add_test_case changed_leaf_is_refused
	atf_add_test_case missing_leaf_is_named
	atf_add_test_case end_that_is_not_exported_is_not_made_up
	atf_add_test_case another_past_is_seen
	atf_add_test_case wrong_use_is_told
}
