# Leaves of every kind before others' readers of SD-JWT (RFC 9901) and of JSON
# Schema: they get what was put in, and refuse what is not as it was written.

src=${CASEMATE_SRC:-$(pwd)}
build=${CASEMATE_BUILD:-$src/build}

leaves() {
	"$build/tests/ledgerd/referee/leaf_driver" "$@" > leaves
}

# judged [OPTION...]: the readers on ./leaves.
judged() {
	node "$src/ledgerd/referee/judge.mjs" --modules "$build/leaf-referee" \
	    "$@" < leaves
}

# refused TEXT: the judge finds a fault, and says so with this text.
refused() {
	! judged > out 2>&1 || atf_fail "all was well: $(tr '\n' ' ' < out)"
	grep -q "$1" out || atf_fail "$(tr '\n' ' ' < out)"
}

atf_test_case other_readers_get_what_was_put_in
other_readers_get_what_was_put_in_body() {
	leaves 1 40
	judged > out 2>&1 || atf_fail "$(tr '\n' ' ' < out)"
	atf_check -o match:"^[1-9].* leaves, [1-9].* 0 faults" cat out
}

atf_test_case wrong_value_is_seen
wrong_value_is_seen_body() {
	leaves 2 1
	sed -i '2s/"values":{"job":{"text":"/&41/' leaves
	refused '^line 2: unpacked'
}

# Of another leaf, in place of its own.
atf_test_case moved_disclosure_is_seen
moved_disclosure_is_seen_body() {
	leaves 3 1
	sed -n 's/.*"disclosures":\[\("[^"]*"\).*/\1/p' leaves > first
	[ "$(wc -l < first)" -ge 2 ] || atf_fail "no disclosures"
	sed -i "2s/\"disclosures\":\[\"[^\"]*\"/\"disclosures\":[$(tail -n 1 \
	    first)/" leaves
	refused 'the disclosure of submitter gives'
}

atf_test_case leaf_that_is_not_of_the_schema_is_seen
leaf_that_is_not_of_the_schema_is_seen_body() {
	leaves 4 1
	text=$(sed -n '1s/.*"leaf":"\([^"]*\)".*/\1/p' leaves | base64 -d |
	    sed 's/"specversion":"1.0"/"specversion":"1.1"/' | base64 -w 0)
	sed -i "1s#\"leaf\":\"[^\"]*\"#\"leaf\":\"$text\"#" leaves
	refused '^line 1: the schema'
}

atf_init_test_cases() {
	atf_add_test_case other_readers_get_what_was_put_in
	atf_add_test_case wrong_value_is_seen
	atf_add_test_case moved_disclosure_is_seen
	atf_add_test_case leaf_that_is_not_of_the_schema_is_seen
}
