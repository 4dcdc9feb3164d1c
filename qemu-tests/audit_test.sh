# The auditor's hour: ten mixed jobs, four boots, two sites, and then all of an
# auditor's questions are answered from an export, with public tools alone.

. "$CASEMATE_SRC/qemu-tests/lib.sh"

# job_as KEY FOLDER STATUS [OPTION...]: runs it; its receipt is FOLDER.receipt.
job_as() {
	who=$1 folder=$2 status=$3
	shift 3
	atf_check -s exit:$status -o ignore -e match:'receipt verified' \
	    "$casemate" run "$folder" --key "$who" --on vm \
	    --receipt "$folder.receipt" "$@"
}

# site_of NAME KEY RULES: ./site, in which the signer dana has that key.
site_of() {
	rm -rf site
	mkdir -p site/policy
	{
		signer alice alice
		signer auditor auditor
		signer dana "$2"
	} > site/allowed_signers
	printf 'version: 1\nname: test\n' > site/settings.yaml
	cat > site/entities.yaml <<-'END'
		- uid: Role::"tester"
		- {uid: User::"alice", parents: [Role::"tester"]}
		- {uid: User::"dana", parents: [Role::"tester"]}
	END
	cat > "site/policy/$1.cedar"
}

first_site() {
	site_of first dana-1 <<-'END'
		@id("testers-run")
		permit (principal in Role::"tester", action in [Action::"submit",
		    Action::"read"], resource);

		@id("no-nightly-jobs")
		forbid (principal, action == Action::"run", resource)
		when { context.class == "nightly" };

		@id("auditors-read-all")
		permit (principal == User::"auditor", action in [Action::"read"],
		    resource);
	END
}

# Other rules, and another key that is called dana.
second_site() {
	site_of second dana-2 <<-'END'
		@id("developer-runs")
		permit (principal == User::"dana", action in [Action::"submit"],
		    resource);

		@id("auditors-read")
		permit (principal == User::"auditor", action in [Action::"read"],
		    resource);

		@id("auditors-forget")
		permit (principal == User::"auditor", action == Action::"forget",
		    resource)
		when { [Field::"argv", Field::"submitter", Field::"author",
		    Field::"submitter_key", Field::"author_key",
		    Field::"message"].contains(resource) };
	END
}

boot() {
	atf_check -o ignore -e ignore "$do" vm_up --disk-size 64M --cpus 2 \
	    --runtime python="$CASEMATE_BUILD/python.erofs" "$@"
	wait_for 30 grep -q 'casemate: ready' "$console" ||
	    atf_fail "the console is not there"
}

jobs_to_run() {
	elf_job good hello
	elf_job fails exit 3
	elf_job dies signal 15
	elf_job hungry eatmem
	printf 'limits:\n  memory_mib: 32\n' >> hungry/manifest.yaml
	# audit.sh escapes what a terminal would obey.
	elf_job nightly hello --password=hunter2 '\e[2J\nstop of it: fine'
	printf 'class: nightly\n' >> nightly/manifest.yaml
	elf_job strange true
	printf 'runtime: rust\n' >> strange/manifest.yaml
	elf_job endless forever
	py_job script 'print(6 * 7)'
	elf_job later hello
}

cancel_a_job() {
	"$casemate" run endless --key alice --on vm > out 2>&1 &
	client=$!
	wait_for 60 grep -q '^here' out || atf_fail "no job: $(cat out)"
	kill -9 $client
	idle() {
		"$casemate" jobs --key alice --on vm | grep -q cancelled
	}
	wait_for 60 idle || atf_fail "the job goes on"
}

first_boot() {
	job_as alice good 0 --session 'ticket OPS-4711'
	job_as dana-1 fails 3
	job_as alice dies 143
	job_as dana-1 hungry 137
	job_as dana-1 nightly 125
	job_as alice strange 125
	atf_check -s exit:125 -o match:'manifest.yaml:8:1' \
	    "$CASEMATE_SRC/qemu-tests/submit.py" "$vm_state/vsock.sock" \
	    alice unknown-field refused.receipt
	cancel_a_job
	job_as alice script 0
	console_type 'kill gate'
	wait_for 30 grep -q 'gate is ready again' "$console" ||
	    atf_fail "the gate did not come back"
	atf_check -o ignore "$casemate" status --key alice --on vm
	atf_check -e ignore "$do" vm_down
}

# The job of the other dana, and one more; then the power fails.
second_boot() {
	job_as dana-2 later 0
	"$casemate" run endless --key dana-2 --on vm > out 2>&1 &
	wait_for 20 grep -q '^here' out || atf_fail "no job: $(cat out)"
	atf_check -o ignore -e ignore "$casemate" down --force vm
}

# The blocks of the auditor's page, where it stands, in the folder ./office.
auditors_page() {
	mkdir -p office/kept bin
	cp auditor auditor.pub "$vm_state/appliance.vkey" office
	cp good.receipt later.receipt office/kept
	ln -sf "$CASEMATE_SRC/docs" office/docs
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$casemate" > bin/casemate
	chmod +x bin/casemate
	PATH=$PWD/bin:$PATH
	awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' \
	    "$CASEMATE_SRC/docs/audit.md" | sed 's/--on box/--on vm/' \
	    > office/page
	[ "$(grep -c audit.sh office/page)" -ge 3 ] ||
	    atf_fail "the page was not read"
	(cd office && sh -eux ./page) > page.out 2> page.err ||
	    atf_fail "the page: $(tail -n 5 page.err | tr '\n' ' ')"
}

# says FILE PATTERN...: the answers in the file have all of them.
says() {
	file=$1
	shift
	for pattern in "$@"; do
		grep -Eq -e "$pattern" "$file" || {
			cat "$file"
			atf_fail "$file: no $pattern"
		}
	done
}

# count FILE NUMBER PATTERN
count() {
	found=$(grep -c -e "$3" "$1")
	[ "$found" = "$2" ] || atf_fail "$1: $found times $3, not $2"
}

# As a pattern.
fingerprint() {
	ssh-keygen -lf "$1.pub" | cut -d' ' -f2 | sed 's/+/[+]/g'
}

# about RECEIPT PATTERN...: the answers ($answers) of its job.
about() {
	job=$(field "$1" job)
	awk -v job="$job" '/^[a-z]/ { on = index($0, job) } on' \
	    "$answers" > "about.$1"
	file=about.$1
	shift
	says "$file" "$@"
}

questions_are_answered() {
	answers=office/answers
	image_sha256=$(sha256sum < "$image" | cut -d' ' -f1)
	python_sha256=$(sha256sum < "$CASEMATE_BUILD/python.erofs" |
	    cut -d' ' -f1)
	count $answers 3 '^boot '
	count $answers 2 '^site '
	says $answers "SHA-256 $image_sha256" 'kernel .*console=' \
	    'machine   2 CPUs, [0-9]{9} bytes' "measured  python $python_sha256" \
	    'rules     policy/first.cedar' 'rules     policy/second.cedar' \
	    "signer .* $(fingerprint dana-1)" "signer .* $(fingerprint dana-2)"

	atf_check -s exit:1 grep "$(printf '\033')" $answers
	count $answers 8 '^job '
	count $answers 1 'end       not recorded: it was cut off'
	about good.receipt 'ordered   alice .*, session ticket OPS-4711' \
	    "Good .casemate-command. .* for alice .*$(fingerprint alice)" \
	    "Good .casemate-manifest. .* $(fingerprint alice)" \
	    'ran       hello, manifest' 'limits    .*tmp_bytes=67108864' \
	    'rules     testers-run \(policy/first.cedar:1\)' \
	    'end       exited 0' 'runtime   none'
	about fails.receipt 'end       exited 3'
	about dies.receipt 'end       signalled 15'
	about hungry.receipt 'end       out-of-memory' 'memory_bytes=33554432' \
	    'reached memory_mib'
	about script.receipt 'ran       /usr/bin/python3 main.py' \
	    "runtime   python $python_sha256"
	says $answers 'end       cancelled'

	about nightly.receipt 'reason    policy: ' \
	    'wanted    hello --password=hunter2 .u001b.2J.u000astop of it: fine,' \
	    'rules     no-nightly-jobs \(policy/first.cedar:' \
	    'Good .casemate-command. .* for dana'
	about strange.receipt 'reason    runtime: ' 'runtime rust'
	about refused.receipt 'reason    manifest: manifest.yaml:8:1' \
	    'Good .casemate-command. .* for alice'

	says $answers 'service gate: .* signal 9' '^stop of .* CUT OFF' \
	    'ordered by [a-z ]*button.*in good order' 'it was up when' \
	    'status: leaf .* by alice' 'moved by [0-9]{1,3} ms' \
	    'commands were -?[0-9]{1,2} to [^ ]* s old' \
	    'all [0-9]* leaves are proven' 'leaves of good.receipt' \
	    'leaves of later.receipt'
}

# Two keys are called dana; each job names its own.
danas_are_told_apart() {
	about fails.receipt "ordered   dana $(fingerprint dana-1)" \
	    "Good .* for dana .*$(fingerprint dana-1)"
	about later.receipt "ordered   dana $(fingerprint dana-2)" \
	    "Good .* for dana .*$(fingerprint dana-2)" \
	    'rules     developer-runs \(policy/second.cedar:1\)'
	atf_check -s exit:1 grep "$(fingerprint dana-2)" about.fails.receipt
	atf_check -s exit:1 grep "$(fingerprint dana-1)" about.later.receipt
}

# An export that ends while a job runs.
running_job_is_not_cut_off() {
	mkdir -p until/leaves
	last=$(($(sed -n 's/^index //p' good.receipt) - 1))
	for n in $(seq 0 $last); do
		cp "office/export/leaves/$n".* until/leaves
	done
	"$CASEMATE_SRC/docs/audit.sh" office/appliance.vkey until jobs \
	    > answers || atf_fail "$(tr '\n' ' ' < answers)"
	says answers 'end       not recorded: it ran when this was exported'
}

# The page exports without names, to office/redacted.
redacted_export_proves_the_same() {
	answers=office/redacted.answers
	for file in office/redacted/leaves/*; do
		leaf "$file" || atf_fail "$file is no receipt"
		echo
	done > redacted
	count redacted "$(wc -l < office/redacted.json)" '^{"specversion"'
	atf_check -s exit:1 grep -E 'alice|dana|OPS-4711|hunter2|SHA256:' \
	    redacted office/redacted.json $answers
	about good.receipt 'ordered   \[withheld\] \[withheld\]' \
	    'ran       \[withheld\], manifest' 'end       exited 0' \
	    'rules     testers-run'
	about hungry.receipt 'memory_bytes=33554432'
	says $answers '^past: all [1-9]'
}

# The page has one field of one leaf disclosed, and then forgotten.
forgotten_is_nowhere() {
	atf_check -e ignore "$do" vm_down
	atf_check -s exit:1 grep -aq hunter2 "$vm_state/data.img"
	boot
	leaf=$(sed -n 's/^index //p' nightly.receipt)
	atf_check -s not-exit:0 -o not-match:hunter2 -e match:forgotten \
	    "$casemate" ledger disclose "$leaf" argv --key auditor --on vm
	mkdir -p after
	atf_check -o save:after.json -e ignore "$casemate" ledger --key auditor \
	    --on vm --receipts after/leaves
	atf_check -s exit:1 -o ignore grep -Fe alice \
	    -e "$(ssh-keygen -lf alice.pub | cut -d' ' -f2)" after.json
	"$CASEMATE_SRC/docs/audit.sh" office/appliance.vkey after refused \
	    reads > answers || atf_fail "$(tr '\n' ' ' < answers)"
	answers=answers
	about nightly.receipt 'wanted    \[withheld\]' 'reason    policy'
	says answers "^forget: leaf .* by auditor .*field argv of leaf $leaf" \
	    'ledger: leaf .* by auditor .* rules auditors-read' \
	    'disclose: leaf .* by auditor'
}

# Go's x/mod accepts every receipt, and a reader of SD-JWT by others gets all
# that was disclosed, and nothing from other leaves' disclosures.
other_readers_agree() {
	for receipt in office/export/leaves/*.tlog-proof; do
		"$CASEMATE_BUILD/xmod" receipt office/appliance.vkey "$receipt" \
		    > /dev/null || atf_fail "x/mod refuses $receipt"
		beside=${receipt%.tlog-proof}.disclosures
		[ -f "$beside" ] || beside=/dev/null
		jq -cR . "$beside" | jq -cs --arg leaf "$(sed -n \
		    's/^extra //p' "$receipt")" '{leaf: $leaf, disclosures: .}'
	done > lines
	node "$CASEMATE_SRC/ledgerd/referee/judge.mjs" \
	    --modules "$CASEMATE_BUILD/leaf-referee" < lines > judged ||
	    atf_fail "$(tr '\n' ' ' < judged)"
	atf_check -o match:'leaves, [1-9][0-9]* disclosures.* 0 faults' \
	    cat judged
	# As ours does: the disclosures of one leaf beside another's receipt.
	atf_check -s exit:1 -o ignore -e match:'disclosure' "$casemate" \
	    verify good.receipt --appliance office/appliance.vkey \
	    --disclosures later.receipt.disclosures
}

# note FILE [LINE]: the checkpoint, which is behind the first empty line.
note() {
	sed '1,/^$/d' "$1" > note
	printf 'note %s %s\n' "$(sed -n 2p note)" "$(base64 -w 0 < note)"
}

# The appliance's proof from the first client's checkpoint, before x/mod.
other_readers_see_one_tree() {
	atf_check -o ignore -e ignore "$casemate" ledger consistency \
	    good.receipt -o proof --key auditor --on vm
	note good.receipt > commands
	first=$(sed -n 2p note)
	note proof >> commands
	second=$(sed -n 2p note)
	sed -i "1i key $(tr -d '\n' < office/appliance.vkey | base64 -w 0)" \
	    commands
	echo "tree $first $second $(sed -n '2,/^$/p' proof | tr '\n' ' ')" \
	    >> commands
	atf_check -o inline:'good\ngood\ngood\ngood\n' \
	    sh -c '"$0" log < commands' "$CASEMATE_BUILD/xmod"
	sed -i "\$s/ $second / $((second - 1)) /" commands
	atf_check -o match:'^bad' sh -c '"$0" log < commands' \
	    "$CASEMATE_BUILD/xmod"
}

# broken TEXT COMMAND: a copy of a small export, on which the command was done,
# is refused with the text.
broken() {
	rm -rf broken
	mkdir -p broken/leaves broken/evidence
	for n in $good $later; do
		cp "office/export/leaves/$n".* broken/leaves
		cp -r "office/export/evidence/$n" broken/evidence
	done
	(cd broken && sh -ec "$2")
	"$CASEMATE_SRC/docs/audit.sh" office/appliance.vkey broken clock \
	    > answers 2>&1 && atf_fail "all was well: $2"
	grep -Eq "$1" answers || atf_fail "$2: $(tail -n 1 answers)"
}

# The leaves that accepted two jobs are those before their ends.
changed_exports_are_refused() {
	good=$(($(sed -n 's/^index //p' good.receipt) - 1))
	later=$(($(sed -n 's/^index //p' later.receipt) - 1))
	broken '^MISSING: leaves' 'true'
	broken "disclosures of leaf $good: .*of another leaf" \
	    "cp leaves/$later.disclosures leaves/$good.disclosures"
	broken 'command is not the one' "echo >> evidence/$good/command"
	broken 'manifest.yaml is not the one' \
	    "echo >> evidence/$good/manifest.yaml"
	broken "of leaf $good: command: " \
	    "cp evidence/$later/command.sig evidence/$good/command.sig"
	broken 'this is not the site that was in force' \
	    "echo >> evidence/$good/site/settings.yaml"
	broken 'this is not the site that was in force' "rm -r evidence/$good/site
	    cp -r evidence/$later/site evidence/$good/site"
}

atf_test_case auditors_hour cleanup
auditors_hour_head() {
	atf_set descr 'every question of the page is answered from an export'
	atf_set timeout 600
}
auditors_hour_body() {
	for key in alice auditor dana-1 dana-2; do
		new_key $key
	done
	jobs_to_run
	first_site
	boot
	first_boot
	second_site
	boot
	second_boot
	boot
	atf_check grep -aq hunter2 "$vm_state/data.img"
	auditors_page	# its last order is to forget
	atf_check -s exit:1 grep -aq hunter2 "$vm_state/data.img"
	questions_are_answered
	danas_are_told_apart
	running_job_is_not_cut_off
	redacted_export_proves_the_same
	other_readers_agree
	other_readers_see_one_tree
	changed_exports_are_refused
	forgotten_is_nowhere
}
auditors_hour_cleanup() {
	vm_cleanup
}

atf_init_test_cases() {
	atf_add_test_case auditors_hour
}
