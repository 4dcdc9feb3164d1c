# The rules, end to end: for each action and each thing that a job can request,
# one case allowed and one refused, with the message and the leaf.
. "$CASEMATE_SRC/qemu-tests/lib.sh"

case_with_vm() {
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 300; }"
	eval "$1_cleanup() { vm_cleanup; }"
}

rules() {
	cat <<-'EOF'
	@id("may-runs")
	permit (principal in Role::"may", action == Action::"run", resource);

	@id("may-more")
	permit (
	    principal == User::"may",
	    action in [Action::"use", Action::"exceed", Action::"lease"],
	    resource
	);

	@id("no-keys-of-others")
	forbid (
	    principal,
	    action == Action::"lease",
	    resource == Secret::"theirs"
	);

	@id("may-reads")
	permit (
	    principal == User::"may",
	    action in [Action::"status", Action::"jobs", Action::"ledger"],
	    resource
	);

	@id("may-sees")
	permit (principal == User::"may", action == Action::"see", resource)
	when { resource != Field::"author" && resource != Field::"evidence" };

	@id("may-forgets")
	permit (
	    principal == User::"may",
	    action == Action::"forget",
	    resource == Field::"session"
	);

	@id("own-output")
	permit (principal in Role::"may", action == Action::"output", resource)
	when { resource.submitter == principal };
	EOF
}

# may: runs, with everything else allowed.  less: runs, with nothing else.
# not: nothing is allowed.
policy_site() {
	mkdir -p site/policy
	for who in may less not; do
		new_key $who
		signer $who $who >> site/allowed_signers
	done
	printf 'version: 1\nname: test\n' > site/settings.yaml
	cat > site/entities.yaml <<-'EOF'
		- uid: Role::"may"
		- {uid: User::"may", parents: [Role::"may"]}
		- {uid: User::"less", parents: [Role::"may"]}
	EOF
	rules > site/policy/rules.cedar
	atf_check -o ignore -e ignore "$do" vm_up
}

# job NAME [LINE...]: a job with these lines more in its manifest.
job() {
	name=$1
	shift
	elf_job "$name" hello
	for line in "$@"; do
		printf '%b\n' "$line" >> "$name/manifest.yaml"
	done
}

# runs WHO FOLDER [OPTION...]
runs() {
	who=$1 folder=$2
	shift 2
	atf_check -o match:'Good day|hello' -e match:'receipt verified' \
	    "$casemate" run "$folder" --key "$who" --on vm \
	    --receipt "$folder.$who.receipt" "$@"
	set -- "$who" "$folder"
	atf_check_equal exited "$(field "$2.$1.receipt" outcome)"
}

# decided WHO FOLDER RULES: the leaf has the rules and the key that signed.
decided() {
	atf_check_equal "$3" "$(field "$2.$1.receipt" rules)"
	key=$(ssh-keygen -lf "$1.pub" | cut -d' ' -f2)
	atf_check_equal "$key" "$(field "$2.$1.receipt" submitter_key)"
	atf_check_equal "$1" "$(field "$2.$1.receipt" submitter)"
}

# refused WHO FOLDER REASON TEXT: in the message and in the leaf.
refused() {
	atf_check -s exit:125 -e match:"refused \($3\): .*$4" \
	    -e match:'receipt verified' \
	    "$casemate" run "$2" --key "$1" --on vm --receipt "$2.$1.receipt"
	atf_check -o match:'"casemate.job.refused"' "$do" leaf "$2.$1.receipt"
	atf_check_equal "$3" "$(field "$2.$1.receipt" reason)"
	atf_check -o match:"$4" "$do" field "$2.$1.receipt" message
	atf_check -o match:'receipt verified' "$do" verified "$2.$1.receipt"
}

# explained WHO FOLDER WORD TEXT...: the whole decision, on the appliance.
explained() {
	who=$1 folder=$2 word=$3
	shift 3
	code=125
	[ "$word" != allowed ] || code=0
	atf_check -s exit:$code -o save:explained -e ignore \
	    "$casemate" run --dry-run -v "$folder" --key "$who" --on vm
	atf_check -o match:"^$word\$" tail -n 1 explained
	for text in "$@"; do
		atf_check -o match:"$text" cat explained
	done
}

case_with_vm run_is_decided 'allowed by a rule, refused by none'
run_is_decided_body() {
	policy_site
	job plain
	runs may plain
	decided may plain may-runs
	refused not plain policy 'not may not run hello: no rule permits it'
	decided not plain ''
	explained may plain allowed '^may: run hello$' 'rule "may-runs"'
	explained not plain refused '^not: run hello$' 'no rule permits it' \
	    'no  *principal in Role::"may"'
}

case_with_vm capabilities_are_decided 'each of them'
capabilities_are_decided_body() {
	policy_site
	words=$(sed -n 's/^CAPABILITY(.*"\(.*\)").*/\1/p' \
	    "$CASEMATE_SRC/lib/capability.def")
	[ "$(echo "$words" | wc -l)" -gt 1 ] || atf_fail "no table"
	for c in $words; do
		job $c "capabilities: [$c]"
		runs may $c
		decided may $c may-runs,may-more
		refused less $c policy "less may not use $c: no rule permits it"
		atf_check_equal $c "$(field $c.less.receipt capabilities)"
		explained may $c allowed "^may: use $c\$" 'rule "may-more"'
		explained less $c refused "^less: use $c\$" \
		    'nearest: rule "may-more"' 'principal == User::"may"'
	done
}

# in_leaf LIMIT N: its name in a leaf, and the number there.
in_leaf() {
	case $1 in
	*_mib) echo ${1%mib}bytes $(($2 * 1048576)) ;;
	*_kib) echo ${1%kib}bytes $(($2 * 1024)) ;;
	*_seconds) echo ${1%seconds}ms $(($2 * 1000)) ;;
	*) echo "$1" "$2" ;;
	esac
}

case_with_vm limits_are_decided 'each of them, above its default'
limits_are_decided_body() {
	policy_site
	for limit in 'cpu_millis 1001' 'memory_mib 257' 'processes 65' \
	    'wall_seconds 61' 'output_kib 1025' 'tmp_mib 65' \
	    'open_files 1025'; do
		set -- $limit
		job $1 limits: "  $1: $2"
		runs may $1
		refused less $1 policy "less may not exceed $1 \($2; "
		explained may $1 allowed "^may: exceed $1 \($2; " \
		    'rule "may-more"'
		explained less $1 refused "^less: exceed $1 \($2; " \
		    'no rule permits it'
		receipt=$1.less.receipt
		set -- $(in_leaf $1 $2)
		atf_check_equal hello "$(field $receipt name)"
		atf_check_equal $2 "$(field $receipt $1)"
	done
}

case_with_vm secrets_are_decided 'by the rules, and then by whether it is held'
secrets_are_decided_body() {
	policy_site
	job ours 'secrets: [ours]'
	job theirs 'secrets: [theirs]'
	refused may theirs policy \
	    'may not lease the manifest.s secrets.0.: the rule no-keys.*forbids it'
	decided may theirs no-keys-of-others
	atf_check_equal theirs "$(field theirs.may.receipt secrets)"
	refused less ours policy \
	    'less may not lease the manifest.s secrets.0.: no rule permits it'
	refused may ours secret 'holds no secret of the name in .*secrets.0'
	explained may ours refused '^may: lease ours$' 'rule "may-more"'
	explained may ours refused 'holds no secret of .*secrets.0' '^refused$'
	explained may theirs refused '^may: lease theirs$' \
	    'rule "no-keys-of-others"'
}

# reads WHO COMMAND [ARG]...: allowed; what it printed is in `read'.
reads() {
	who=$1
	shift
	atf_check -o save:read -e save:read.err \
	    "$casemate" "$@" --key "$who" --on vm
}

# unread WHO REASON TEXT COMMAND [ARG]...: refused, nothing shown.
unread() {
	who=$1 reason=$2 text=$3
	shift 3
	atf_check -s exit:1 -o empty -e match:"refused \($reason\): .*$text" \
	    "$casemate" "$@" --key "$who" --on vm
}

# recorded WHO TYPE TEXT: the last leaf before the one of this query says so.
recorded() {
	atf_check -o save:leaves "$casemate" ledger --key may --on vm
	atf_check -o match:"\"casemate.read.$2\".*\"submitter\":\"$1\".*$3" \
	    tail -n 1 leaves
}

case_with_vm reading_is_decided 'status, jobs, ledger'
reading_is_decided_body() {
	policy_site
	job plain
	runs may plain
	reads may status
	atf_check -o match:'^jobs .* 1 done$' cat read
	recorded may allowed '"verb":"status"'
	reads may jobs
	atf_check -o match:' exited 0 .*may .*hello$' cat read
	recorded may allowed '"verb":"jobs"'
	for verb in status jobs ledger; do
		unread less policy "less may not read $verb of test: no rule" \
		    $verb
		recorded less refused \
		    "\"verb\":\"$verb\".*\"reason\":\"policy\",\"message\":"
	done
	atf_check -o match:'may not read ledger of test: no rule permits it' \
	    tail -n 1 leaves
}

# shown N FIELD TEXT: the leaf as `ledger' prints it to may.
shown() {
	atf_check -o match:"\"$2\":\"$3\"" sed -n "$(($1 + 1))p" read
}

case_with_vm fields_are_decided 'who sees and who erases which'
fields_are_decided_body() {
	policy_site
	job plain
	runs may plain --session 'ticket 7'
	reads may ledger
	leaf=$(grep -n casemate.job.accepted read | cut -d: -f1)
	leaf=$((leaf - 1))
	shown $leaf submitter may
	shown $leaf session 'ticket 7'
	shown $leaf author '\[USER\]'
	unread may policy 'may not see author of leaves: no rule permits it' \
	    ledger disclose $leaf author
	unread may policy 'may not see evidence of leaves: no rule permits it' \
	    ledger evidence $leaf --output here
	unread may policy 'may not forget author of leaves: no rule permits it' \
	    ledger forget $leaf author
	reads may ledger disclose $leaf session
	atf_check -o match:'ticket 7' cat read
	reads may ledger forget $leaf session
	reads may ledger
	shown $leaf submitter may
	shown $leaf session '\[SESSION\]'
	atf_check -o match:'"field":"session"' \
	    grep casemate.disclosure.forgotten read
	atf_check_equal "$(cd site && find . -type f | sed 's,^./,,' |
	    LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)" \
	    "$(sed -n 's/.*"site":"\([0-9a-f]*\)".*/\1/p' read | sort -u)"
}

# same_leaf LEAF LINE: the line is the leaf, with its withheld fields.
same_leaf() {
	/usr/bin/python3 -c '
import json, sys
leaf, line = (json.load(open(name)) for name in sys.argv[1:])
plain, shown = leaf.pop("data"), line.pop("data")
withheld = plain.pop("_sd", [])
assert leaf == line, "members"
assert plain == {k: shown[k] for k in plain}, "data"
assert len(shown) == len(plain) + len(withheld), "withheld"' "$@"
}

case_with_vm ledger_gives_receipts_again 'and says where it ends'
ledger_gives_receipts_again_body() {
	policy_site
	job plain
	runs may plain
	rm plain.may.receipt
	reads may ledger --receipts proofs
	atf_check_equal 4 "$(wc -l < read)"
	for i in 0 1 2 3; do
		atf_check -o match:'receipt verified' \
		    "$do" verified proofs/$i.tlog-proof
		"$do" leaf proofs/$i.tlog-proof > leaf
		sed -n $((i + 1))p read > line
		same_leaf leaf line || atf_fail "leaf $i is printed otherwise"
	done
	atf_check_equal exited "$(field proofs/3.tlog-proof outcome)"
	unread may no-such-leaf 'no leaf 99; the ledger has 5' \
	    ledger --from 99
	# More than fit into one command, and more than one window.
	for i in $(seq 45); do
		"$casemate" status --key less --on vm > out 2>&1 &&
		    atf_fail "less reads the status"
	done
	reads may ledger --from 1 --count 49
	atf_check_equal 49 "$(wc -l < read)"
}

case_with_vm output_is_its_own 'and not that of another'
output_is_its_own_body() {
	policy_site
	job plain
	atf_check -o save:out -e save:err "$casemate" run plain --key may \
	    --on vm --receipt r
	id=$(field r job)
	grep -v '^casemate: ' err > said
	reads may output "$id"
	atf_check cmp out read
	atf_check cmp said read.err
	unread less policy "less may not read output of $id: no rule" \
	    output "$id"
	recorded less refused "\"job\":\"$id\""
	nobodys=00000000000000000000000000000000
	unread may policy "may not read output of $nobodys" output $nobodys
}

atf_init_test_cases() {
	atf_add_test_case run_is_decided
	atf_add_test_case capabilities_are_decided
	atf_add_test_case limits_are_decided
	atf_add_test_case secrets_are_decided
	atf_add_test_case reading_is_decided
	atf_add_test_case fields_are_decided
	atf_add_test_case ledger_gives_receipts_again
	atf_add_test_case output_is_its_own
}
