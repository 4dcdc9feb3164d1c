casemate=$CASEMATE_BUILD/bin/casemate
starter=$CASEMATE_SRC/rootfs/site-example

new_case() {
	atf_test_case "$1"
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 60; }"
}

# A site where dana runs what sam wrote, and may ask for this and that.
make_site() {
	mkdir -p site/policy site/tests
	echo '# nobody yet' > site/allowed_signers
	printf 'version: 1\nname: lab\n' > site/settings.yaml
	cat > site/entities.yaml <<-'END'
	- uid: Role::"author"
	- uid: Role::"submitter"
	- uid: User::"dana"
	  parents: [Role::"submitter"]
	- uid: User::"sam"
	  parents: [Role::"author"]
	END
	cat > site/policy/run.cedar <<-'END'
	@id("run")
	permit (principal in Role::"submitter", action == Action::"run",
	  resource)
	when { context.author in Role::"author" };
	END
}

# More rules; in a file of their own, so that the line is known.
rule() {
	cat >> site/policy/more.cedar
}

# The site's one file of cases.
cases() {
	cat > site/tests/all.yaml
}

# A command of dana's and what is expected.
command_case() {
	printf -- '- case: the one\n  command: %s\n' "$1"
	shift
	printf '  %s\n' "$@"
}

holds() {
	atf_check -o inline:"site/tests/all.yaml: $1 of $1 hold
$1 hold, 0 do not\n" "$casemate" policy test site
}

# fails TEXT: the exit status is 1, and a line holds the text.
fails() {
	atf_check -s exit:1 -o save:printed -e save:said \
	    "$casemate" policy test site
	grep -qF -e "$1" said || {
		cat said
		atf_fail "no message: $1"
	}
}

# refused PLACE TEXT MARKED: a file that is not read, with place and mark.
refused() {
	fails "casemate: site/tests/all.yaml:$1: $2"
	atf_check -o match:'1 file not read' cat printed
	[ "$3" = no ] || grep -q '^  |  *^$' said || atf_fail "no mark"
}

new_case the_starter_sites_cases_hold 'all of them, and each file is counted'
the_starter_sites_cases_hold_body() {
	atf_check -o match:'/tests/read.yaml: 16 of 16 hold' \
	    -o match:'/tests/submit.yaml: 20 of 20 hold' \
	    -o match:'^36 hold, 0 do not' "$casemate" policy test "$starter"
	sed -n 's/^@id("\(.*\)")$/\1/p' "$starter"/policy/*.cedar > rules
	atf_check -o inline:'15\n' grep -c . rules
	while read -r rule; do
		grep -q "rule: $rule\$" "$starter"/tests/*.yaml ||
		    atf_fail "no case is decided by $rule"
	done < rules
}

new_case files_given_are_tested_alone 'wherever they are'
files_given_are_tested_alone_body() {
	make_site
	echo 'not yaml: [' | cases
	command_case '{submitter: dana, author: sam, manifest: {name: x}}' \
	    'expect: allow' > mine.yaml
	atf_check -o inline:'mine.yaml: 1 of 1 hold\nmine.yaml: 1 of 1 hold
2 hold, 0 do not\n' "$casemate" policy test site mine.yaml mine.yaml
	atf_check -s exit:1 -o match:'1 hold, 0 do not; 1 file not read' \
	    -e match:'none.yaml: No such file' \
	    "$casemate" policy test site none.yaml mine.yaml
}

new_case everything_that_is_asked_for_must_be_allowed 'run, use, exceed, lease'
everything_that_is_asked_for_must_be_allowed_body() {
	make_site
	all='{submitter: dana, author: sam, manifest: {name: x,
	    capabilities: [shared-memory], limits: {memory_mib: 300},
	    secrets: [db]}}'
	for thing in 'use shared-memory' 'exceed memory_mib' 'lease db'; do
		command_case "$all" 'expect: deny' "thing: $thing" \
		    'rule: none' | cases
		holds 1
		rule <<-END
		permit (principal in Role::"submitter",
		  action == Action::"${thing% *}", resource);
		END
	done
	command_case "$all" 'expect: allow' | cases
	holds 1
}

new_case allow_means_all_of_it 'whichever thing is named'
allow_means_all_of_it_body() {
	make_site
	command_case '{submitter: dana, author: sam, manifest: {name: x,
	    secrets: [db]}}' 'expect: allow' 'thing: run x' 'rule: run' | cases
	fails 'the one: expected `run x'\'' to be allowed by rule run, but `lease db'\'' is refused: no rule permits it'
	rule <<-'END'
	@id("db") permit (principal in Role::"submitter",
	  action == Action::"lease", resource == Secret::"db");
	END
	holds 1
	sed -i 's/run x/lease db/; s/rule: run/rule: db/' site/tests/all.yaml
	holds 1
}

new_case thing_and_rule_narrow_what_is_expected 'and without them any will do'
thing_and_rule_narrow_what_is_expected_body() {
	make_site
	ask='{submitter: dana, author: sam, manifest: {name: x, secrets: [db]}}'
	command_case "$ask" 'expect: deny' | cases
	holds 1
	command_case "$ask" 'expect: deny' 'thing: run x' | cases
	fails 'expected `run x'\'' to be refused, but `lease db'\'' is refused'
	command_case "$ask" 'expect: deny' 'rule: run' | cases
	fails 'expected something to be refused by rule run, but'
	echo '@id("no") forbid (principal, action == Action::"lease", resource);' |
	    rule
	command_case "$ask" 'expect: deny' 'rule: no' | cases
	holds 1
	command_case "$ask" 'expect: deny' 'rule: none' | cases
	fails ', no rule permitting it, but `lease db'\'' is refused by rule no (policy/more.cedar:1)'
}

new_case a_case_that_does_not_hold_is_reported 'with line, decision, rule and place'
a_case_that_does_not_hold_is_reported_body() {
	make_site
	cases <<-'END'
	- case: dana runs
	  command: {submitter: dana, author: sam, manifest: {name: x}}
	  expect: deny
	- case: dana runs her own
	  command: {submitter: dana, manifest: {name: x}}
	  expect: allow
	- case: this one holds
	  command: {submitter: dana, author: sam, manifest: {name: x}}
	  expect: allow
	END
	atf_check -s exit:1 -o inline:'site/tests/all.yaml: 1 of 3 hold
1 hold, 2 do not\n' -e inline:'casemate: site/tests/all.yaml:1: dana runs: expected `run x'\'' to be refused, but `run x'\'' is allowed by rule run (policy/run.cedar:1)
casemate: site/tests/all.yaml:4: dana runs her own: expected `run x'\'' to be allowed, but `run x'\'' is refused: no rule permits it
casemate: why: casemate policy explain site FILE --case TEXT\n' \
	    "$casemate" policy test site
}

new_case several_rules_are_counted 'and each of them holds'
several_rules_are_counted_body() {
	make_site
	echo '@id("too") permit (principal == User::"dana",
	  action == Action::"run", resource);' | rule
	for rule in run too; do
		command_case '{submitter: dana, author: sam,
		    manifest: {name: x}}' 'expect: allow' "rule: $rule" | cases
		holds 1
	done
	sed -i 's/allow$/deny/' site/tests/all.yaml
	fails 'is allowed by rule too (policy/more.cedar:1) and 1 more'
}

new_case unknown_names_are_reported 'things and rules that a case names'
unknown_names_are_reported_body() {
	make_site
	command_case '{submitter: dana, author: sam, manifest: {name: x,
	    secrets: [db]}}' 'expect: deny' 'thing: lease bd' | cases
	fails '; it asks for no `lease bd'\'' but for `run x'\'', `lease db'\'''
	command_case '{submitter: dana, author: sam, manifest: {name: x}}' \
	    'expect: allow' 'rule: runs' | cases
	fails 'is allowed by rule run (policy/run.cedar:1); no rule is called runs'
	command_case '{submitter: dana, author: sam, manifest: {name: x}}' \
	    'expect: allow' 'rule: none' | cases
	refused 4:9 'nothing is allowed without a rule; name one, or leave it out'
}

new_case a_rule_that_fails_is_named 'and a forbid that fails refuses'
a_rule_that_fails_is_named_body() {
	make_site
	cat > overflow <<-'END'
	(principal in Role::"submitter", action == Action::"lease", resource)
	when { context.limits.memory_mib * 9223372036854775807 > 0 };
	END
	(printf '@id("bad") permit'; cat overflow) | rule
	ask='{submitter: dana, author: sam, manifest: {name: x, secrets: [db]}}'
	command_case "$ask" 'expect: allow' | cases
	fails 'is refused: no rule permits it; rule bad (policy/more.cedar:1) failed: '
	command_case "$ask" 'expect: deny' 'rule: none' | cases
	holds 1
	sed -i 's/permit/forbid/' site/policy/more.cedar
	echo 'permit (principal in Role::"submitter", action ==
	  Action::"lease", resource);' >> site/policy/run.cedar
	command_case "$ask" 'expect: deny' 'rule: bad' | cases
	holds 1
	command_case "$ask" 'expect: deny' 'rule: none' | cases
	fails 'is refused: the forbidding rule bad (policy/more.cedar:1) failed: '
	atf_check -o match:'still refused: the forbid bad failed to evaluate' \
	    "$casemate" policy explain site site/tests/all.yaml
}

# The rule x permits dana's lease of db when the condition holds.
lease_when() {
	cat > site/policy/more.cedar <<-END
	@id("x") permit (principal == User::"dana", action == Action::"lease",
	  resource == Secret::"db")
	when { $1 };
	END
}

new_case what_a_command_says_reaches_the_rules 'all of its fields'
what_a_command_says_reaches_the_rules_body() {
	make_site
	command_case '{submitter: dana, author: sam, now: 2027-03-04T05:06:07Z,
	    boot: ephemeral, manifest: {name: x, class: big, profile: fast,
	    runtime: python, limits: {cpu_millis: 10, memory_mib: 2,
	    processes: 3, wall_seconds: 4, output_kib: 5, tmp_mib: 6,
	    open_files: 16},
	    secrets: [db]}}' 'expect: allow' 'thing: lease db' 'rule: x' | cases
	for part in 'context.now == datetime("2027-03-04T05:06:07Z")' \
	    'context.boot == "ephemeral"' 'context.author == User::"sam"' \
	    'context.submitter == principal' 'context.manifest.name == "x"' \
	    'context.class == "big"' 'context.profile == "fast"' \
	    'context has runtime && context.runtime.name == "python"' \
	    'context.limits.cpu_millis == 10' 'context.limits.memory_mib == 2' \
	    'context.limits.processes == 3' 'context.limits.wall_seconds == 4' \
	    'context.limits.output_kib == 5' 'context.limits.tmp_mib == 6' \
	    'context.limits.open_files == 16'; do
		lease_when "$part"
		holds 1
		lease_when "!($part)"
		fails 'is refused: no rule permits it'
	done
}

new_case what_a_command_leaves_out_is_as_documented 'time, boot, author, labels'
what_a_command_leaves_out_is_as_documented_body() {
	make_site
	sed -i 's/Role::"submitter"\]/Role::"submitter", Role::"author"]/' \
	    site/entities.yaml
	command_case '{submitter: dana, manifest: {name: x, secrets: [db]}}' \
	    'expect: allow' 'thing: lease db' 'rule: x' | cases
	for part in 'context.now == datetime("2026-01-01T12:00:00Z")' \
	    'context.boot == "kept"' 'context.author == principal' \
	    'context.class == "standard"' 'context.profile == "standard"' \
	    '!(context has runtime)' 'context.limits.memory_mib == 256'; do
		lease_when "$part"
		holds 1
		lease_when "!($part)"
		fails 'is refused: no rule permits it'
	done
}

new_case readings_are_decided 'status, jobs, ledger, and whose output'
readings_are_decided_body() {
	make_site
	rule <<-'END'
	permit (principal == User::"sam", action in Action::"read", resource)
	when { context.boot == "kept" };
	@id("own") permit (principal == User::"dana",
	  action == Action::"output", resource)
	when { resource.submitter == principal };
	END
	for action in status jobs ledger; do
		printf -- '- case: x\n  read: {principal: sam, action: %s}\n' \
		    $action
		printf '  expect: allow\n  thing: %s\n' $action
		printf -- '- case: x\n  read: {principal: sam, action: %s,' \
		    $action
		printf ' boot: ephemeral}\n  expect: deny\n  rule: none\n'
		printf -- '- case: x\n  read: {principal: dana, action: %s}\n' \
		    $action
		printf '  expect: deny\n'
	done | cases
	holds 9
	cases <<-'END'
	- case: her own
	  read: {principal: dana, action: output, job: {submitter: dana,
	    author: sam}}
	  expect: allow
	  rule: own
	- case: what she wrote
	  read: {principal: dana, action: output, job: {submitter: sam,
	    author: dana}}
	  expect: deny
	END
	holds 2
	sed -i 's/allow/deny/' site/tests/all.yaml
	fails 'expected `read output'\'' to be refused by rule own, but'
}

new_case fields_are_decided 'who sees and who erases which'
fields_are_decided_body() {
	make_site
	rule <<-'END'
	@id("keys") permit (principal == User::"sam", action == Action::"see",
	  resource == Field::"author_key");
	@id("erase") permit (principal == User::"dana",
	  action == Action::"forget", resource)
	when { resource != Field::"evidence" };
	END
	cases <<-'END'
	- case: a key
	  read: {principal: sam, action: see, field: author_key}
	  expect: allow
	  thing: see author_key
	  rule: keys
	- case: no name
	  read: {principal: sam, action: see, field: author}
	  expect: deny
	  rule: none
	- case: to erase a name
	  read: {principal: dana, action: forget, field: author}
	  expect: allow
	  rule: erase
	- case: no evidence
	  read: {principal: dana, action: forget, field: evidence}
	  expect: deny
	END
	holds 4
	sed -i 's/see, field: author_key/see/' site/tests/all.yaml
	fails 'which field? write field: NAME'
	sed -i 's/action: see}/action: ledger, field: author}/' \
	    site/tests/all.yaml
	fails '`field'\'' goes with the actions see and forget alone'
	sed -i 's/ledger, field: author}/see, field: name}/' \
	    site/tests/all.yaml
	fails 'no leaf withholds a field of this name'
}

new_case the_appliance_is_called_as_the_settings_say 'so rules can name it'
the_appliance_is_called_as_the_settings_say_body() {
	make_site
	echo 'permit (principal == User::"sam", action == Action::"status",
	  resource == Appliance::"lab");' | rule
	printf -- '- case: x\n  read: {principal: sam, action: status}\n' |
	    cases
	echo '  expect: allow' >> site/tests/all.yaml
	holds 1
	sed -i 's/lab/bal/' site/settings.yaml
	fails '`read status'\'' is refused'
}

new_case requests_are_in_cedars_own_words 'for anything else'
requests_are_in_cedars_own_words_body() {
	make_site
	echo '@id("s") permit (principal == User::"sam", action ==
	  Action::"status", resource) when { context.boot == "kept" };' | rule
	cases <<-'END'
	- case: x
	  request:
	    principal: User::"sam"
	    action: Action::"status"
	    resource: Appliance::"any"
	    context: {now: 2026-01-01, boot: kept}
	  expect: allow
	  thing: status any
	  rule: s
	END
	holds 1
	cp site/tests/all.yaml good.yaml
	while read -r change place text; do
		sed "$change" good.yaml | cases
		refused "$place" "$text"
	done <<-'END'
	s/User::"sam"/sam/ 3:16 expected `::'
	s/"status"$/"fly"/ 4:13 the schema has no
	s/Appliance/Plane/ 3:16 resource: unknown entity type `Plane'
	s/kept/1/ 6:38 expected a string, not a number
	s/boot:/boat:/ 6:32 the schema has no attribute `boat'
	s/2026-01-01/noon/ 6:20 datetime
	/action:/d 3:5 no field `action'
	END
}

new_case errors_in_cases_have_their_place 'with the line and a mark'
errors_in_cases_have_their_place_body() {
	make_site
	cat > good.yaml <<-'END'
	- case: x
	  command: {submitter: dana, author: sam, manifest: {name: x,
	    capabilities: [exec-memory], limits: {memory_mib: 300},
	    secrets: [db]}, now: 2026-01-01, boot: kept}
	  expect: deny
	- case: y
	  read: {principal: dana, action: status}
	  expect: deny
	END
	cases < good.yaml
	holds 2
	while read -r change place text; do
		sed "$change" good.yaml | cases
		refused "$place" "$text"
	done <<-'END'
	1s/case/csae/ 1:3 unknown field `csae'
	1s/x/[]/ 1:9 `case' takes a string, not a list
	5s/deny/maybe/ 5:11 expected allow or deny
	5s/deny/true/ 5:11 expected allow or deny
	5s/deny// 5:10 `expect' takes a string, not null
	5d 1:3 no field `expect'
	7d 6:3 a case has one of command, read and request
	s/^..read/\x20\x20request:\x20{}\n&/ 6:3 a case has one of
	s/submitter:.dana/submitter:\x20User::"dana"/ 2:24 not a principal's name; write it as in allowed_signers
	s/submitter:.dana/submitter:\x20""/ 2:24 not a principal's name
	s/submitter:.dana,// 2:12 no field `submitter'
	s/author:.sam/author:\x20sam*/ 2:38 not a principal's name
	s/name:.x/name:\x20X/ 2:60 `name' takes a name; use a to z, 0 to 9 and -
	s/name:.x/nmae:\x20x/ 2:54 unknown field `nmae'; did you mean `name'? the fields here are name, class
	s/exec-memory/exec/ 3:20 unknown capability `exec'; did you mean `exec-memory'?
	s/exec-memory/&,\x20&/ 3:33 duplicate capability; keep one of them
	s/.exec-memory./x/ 3:19 `capabilities' takes a list, not a text; write
	s/memory_mib/memory/ 3:43 unknown field `memory'; did you mean `memory_mib'? the fields here are cpu_millis
	s/300/0/ 3:55 `memory_mib' takes a whole number from 1 to 1048576
	s/300/"300"/ 3:55 `memory_mib' takes a whole number
	s/\[db\]/[DB]/ 4:15 `secrets' takes a name
	s/\[db\]/[[1]]/ 4:15 `secrets' takes text, not a list; write one value
	s/db/a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q/ 4:47 `secrets' has more than 16 entries
	s/db/db,\x20db/ 4:19 duplicate secret; keep one of them
	s/2026-01-01/noon/ 4:26 expected a time like 2026-01-31T12:00:00Z
	s/2026-01-01/1969-01-01/ 4:26 expected a time like
	s/kept/warm/ 4:44 expected kept or ephemeral
	s/status/fly/ 7:35 expected status, jobs, ledger, consistency, output, see or forget
	s/status/output/ 7:9 whose output? write job: {submitter: NAME, author: NAME}
	s/status/&,\x20job:\x20{}/ 7:43 `job' goes with the action output alone
	s/status/output,\x20job:\x20{submitter:\x20sam}/ 7:48 no field `author'
	s/principal:.dana/principal:\x20"a\x20b"/ 7:21 not a principal's name
	s/^..read/\tread/ 7:1 a tab; indent with spaces alone
	END
}

# The appliance reads a manifest with the same code as `policy explain'.
new_case a_limit_that_an_appliance_refuses_is_refused 'in the same words'
a_limit_that_an_appliance_refuses_is_refused_body() {
	make_site
	while read -r limit; do
		command_case "{submitter: dana, manifest: {name: x,
		    limits: {$limit}}}" 'expect: deny' | cases
		fails 'takes a whole number from'
		sed -n 's/.*yaml:[0-9]*:[0-9]*: //p' said > of_case
		printf 'version: 1\nname: x\nargv: [a]\nlimits: {%s}\n' \
		    "$limit" > m.yaml
		atf_check -s exit:1 -e save:said "$casemate" policy explain \
		    site m.yaml --submitter dana
		sed -n 's/.*yaml:[0-9]*:[0-9]*: //p' said > of_manifest
		atf_check cmp of_case of_manifest
	done <<-'END'
	cpu_millis: 9
	cpu_millis: 256001
	memory_mib: 0
	memory_mib: 1048577
	processes: 32769
	wall_seconds: 604801
	output_kib: 1048577
	tmp_mib: 1048577
	open_files: 15
	open_files: 65537
	tmp_mib: 010
	tmp_mib: "64"
	tmp_mib: 99999999999999999999
	END
}

new_case whole_files_that_are_wrong_are_reported 'and the others are tested'
whole_files_that_are_wrong_are_reported_body() {
	make_site
	command_case '{submitter: dana, author: sam, manifest: {name: x}}' \
	    'expect: allow' > site/tests/good.yaml
	printf '\357\273\277- case: x\n' | cases
	refused 1:1 'a byte order mark; save the file as UTF-8 without it'
	atf_check -o match:'^1 hold, 0 do not; 1 file not read' cat printed
	: | cases
	refused 1:1 'the text is empty' no
	echo 'case: x' | cases
	refused 1:1 'expected a list of cases, not an object'
	head -c 262145 /dev/zero | tr '\0' '#' | cases
	fails 'site/tests/all.yaml: has more than 262144 bytes'
	rm site/tests/all.yaml
	mkdir site/tests/all.yaml
	fails 'site/tests/all.yaml: is a folder; a regular file is needed'
	rmdir site/tests/all.yaml
	touch site/tests/notes.txt
	fails 'site/tests: the file notes.txt does not belong here'
}

new_case lines_may_end_as_elsewhere 'in carriage return and newline'
lines_may_end_as_elsewhere_body() {
	make_site
	command_case '{submitter: dana, author: sam, manifest: {name: x}}' \
	    'expect: allow' 'rule: run' | sed 's/$/\r/' | cases
	holds 1
}

new_case without_cases_nothing_is_proven 'and the exit status is 1'
without_cases_nothing_is_proven_body() {
	make_site
	fails 'site/tests: has no cases; see docs/POLICY.md'
	echo '[]' | cases
	fails 'site/tests: has no cases; see docs/POLICY.md'
	rm -r site/tests
	fails 'site/tests: has no cases; see docs/POLICY.md'
}

new_case a_site_that_is_wrong_decides_nothing 'neither in test nor explain'
a_site_that_is_wrong_decides_nothing_body() {
	make_site
	command_case '{submitter: dana, manifest: {name: x}}' 'expect: deny' |
	    cases
	echo 'permit (principal, action, resource);' | rule
	for command in 'test site' 'explain site site/tests/all.yaml'; do
		atf_check -s exit:1 -o empty \
		    -e match:'site/policy/more.cedar:1:1: .* permits anybody' \
		    "$casemate" policy $command
	done
	atf_check -s exit:1 -e match:'none: cannot open the site.s folder' \
	    "$casemate" policy test none
}

new_case text_from_outside_is_escaped 'for a terminal'
text_from_outside_is_escaped_body() {
	make_site
	printf -- '- case: "a\\e[31m"\n  read: {principal: x, action: jobs}\n' |
	    cases
	echo '  expect: allow' >> site/tests/all.yaml
	fails 'a\x1b[31m: expected `read jobs'
}

new_case explain_shows_cases 'all, or those with a word in their name'
explain_shows_cases_body() {
	make_site
	cases <<-'END'
	- case: dana runs
	  command: {submitter: dana, author: sam, manifest: {name: x}}
	  expect: allow
	- case: dana leases
	  command: {submitter: dana, author: sam, manifest: {name: x,
	    secrets: [db]}}
	  expect: deny
	- case: sam reads
	  read: {principal: sam, action: jobs}
	  expect: deny
	END
	cat > runs <<-'END'
	case: dana runs
	dana: run x
	allowed
	  rule "run" (policy/run.cedar:1) permits it:
	    yes    principal in Role::"submitter"
	    yes    action == Action::"run"
	    yes    context.author in Role::"author"
	               context.author is User::"sam"
	END
	atf_check -o file:runs "$casemate" policy explain site \
	    site/tests/all.yaml --case runs
	atf_check -o save:all "$casemate" policy explain site \
	    site/tests/all.yaml
	sed -n '1,8p' all > first
	atf_check cmp runs first
	atf_check -o match:'^case: dana leases$' -o match:'^dana: lease db$' \
	    -o match:'^case: sam reads$' -o match:'^sam: read jobs$' \
	    -o match:'^denied: no rule permits it$' cat all
	atf_check -o inline:'2\n' grep -c '^$' all
	atf_check -s exit:1 -e inline:"casemate: site/tests/all.yaml: no case \
has \`fly' in its name\n" "$casemate" policy explain site \
	    site/tests/all.yaml --case fly
	echo '[]' | cases
	atf_check -s exit:1 -e match:'all.yaml: has no cases' \
	    "$casemate" policy explain site site/tests/all.yaml
}

make_manifest() {
	printf 'version: 1\nname: x\nargv: [a]\nsecrets: [db]\n' > m.yaml
}

new_case explain_shows_a_manifest 'and its exit status is the decision'
explain_shows_a_manifest_body() {
	make_site
	make_manifest
	explain="$casemate policy explain site m.yaml"
	atf_check -s exit:1 -o match:'^dana: run x$' -o match:'^dana: lease db' \
	    -o match:'^allowed$' -o match:'^denied: no rule permits it$' \
	    $explain --submitter dana --author sam
	atf_check -s exit:1 -o match:'context.author is User::"dana"' \
	    $explain --submitter dana
	lease_when 'context.boot == "kept" && context.now <
	    datetime("2026-05-06T07:08:09Z")'
	set -- --submitter dana --author sam --now
	atf_check -o not-match:denied $explain "$@" 2026-05-06T07:08:08Z
	atf_check -o not-match:denied $explain "$@" 2026-05-06 --boot kept
	atf_check -s exit:1 -o match:'no .*context.now <' \
	    $explain "$@" 2026-05-06T07:08:09Z
	atf_check -s exit:1 -o match:'context.boot is "ephemeral"' \
	    $explain "$@" 2026-05-06 --boot ephemeral
}

new_case the_manifests_digest_is_explained 'as of sha256sum(1)'
the_manifests_digest_is_explained_body() {
	make_site
	make_manifest
	lease_when "context.manifest.sha256 == \"$(sha256sum m.yaml |
	    cut -c1-64)\""
	atf_check -o match:'rule "x"' "$casemate" policy explain site m.yaml \
	    --submitter dana --author sam
	echo >> m.yaml
	atf_check -s exit:1 -o match:'no .*context.manifest.sha256' \
	    "$casemate" policy explain site m.yaml --submitter dana \
	    --author sam
}

new_case cases_and_manifests_are_told_apart 'with what to do'
cases_and_manifests_are_told_apart_body() {
	make_site
	make_manifest
	command_case '{submitter: dana, manifest: {name: x}}' 'expect: deny' |
	    cases
	atf_check -s exit:1 -e match:'m.yaml:1:1: expected a list of cases' \
	    -e match:'if m.yaml is a manifest, add --submitter NAME' \
	    "$casemate" policy explain site m.yaml
	atf_check -s exit:1 -e match:'all.yaml:1:1: ' \
	    -e match:'all.yaml has cases, leave out --submitter' \
	    "$casemate" policy explain site site/tests/all.yaml \
	    --submitter dana
	atf_check -s exit:1 -e match:'nothing: No such file' \
	    "$casemate" policy explain site nothing
	echo 'argv: 5' >> m.yaml
	atf_check -s exit:1 -e match:'m.yaml:5:1: .*argv' \
	    "$casemate" policy explain site m.yaml --submitter dana
}

# usage TEXT ARGUMENT...: exit status 100, the text, and the usage.
usage() {
	text=$1
	shift
	atf_check -s exit:100 -e match:"$text" \
	    -e match:'usage: casemate policy' "$casemate" policy "$@"
}

new_case usage_errors_are_100 'and show the usage'
usage_errors_are_100_body() {
	make_site
	make_manifest
	usage 'an argument is missing' test
	usage '--x: no such option' test site --x
	usage 'an argument is missing' explain
	usage 'an argument is missing' explain site
	usage 'one argument too many' explain site m.yaml m.yaml
	usage '--author, --now and --boot go with --submitter' \
	    explain site m.yaml --author sam
	usage '--case is for a file of cases, --submitter for a manifest' \
	    explain site m.yaml --submitter dana --case x
	usage '--boot warm: must be kept or ephemeral' \
	    explain site m.yaml --submitter dana --boot warm
	usage '--now noon: not a time; write it like 2026-01-31T12:00:00Z' \
	    explain site m.yaml --submitter dana --now noon
	usage '--submitter a b: not a principal' \
	    explain site m.yaml --submitter 'a b'
	usage '--submitter: its value is empty' explain site m.yaml --submitter=
	usage '--author User::"a": not a principal' \
	    explain site m.yaml --submitter dana --author 'User::"a"'
	atf_check -o match:'usage: casemate policy explain DIR CASES' \
	    "$casemate" policy explain --help
	atf_check -o match:'usage: casemate policy test DIR' \
	    "$casemate" policy test --help
}

atf_init_test_cases() {
	atf_add_test_case the_starter_sites_cases_hold
	atf_add_test_case files_given_are_tested_alone
	atf_add_test_case everything_that_is_asked_for_must_be_allowed
	atf_add_test_case allow_means_all_of_it
	atf_add_test_case thing_and_rule_narrow_what_is_expected
	atf_add_test_case a_case_that_does_not_hold_is_reported
	atf_add_test_case several_rules_are_counted
	atf_add_test_case unknown_names_are_reported
	atf_add_test_case a_rule_that_fails_is_named
	atf_add_test_case what_a_command_says_reaches_the_rules
	atf_add_test_case what_a_command_leaves_out_is_as_documented
	atf_add_test_case readings_are_decided
	atf_add_test_case fields_are_decided
	atf_add_test_case the_appliance_is_called_as_the_settings_say
	atf_add_test_case requests_are_in_cedars_own_words
	atf_add_test_case errors_in_cases_have_their_place
	atf_add_test_case a_limit_that_an_appliance_refuses_is_refused
	atf_add_test_case whole_files_that_are_wrong_are_reported
	atf_add_test_case lines_may_end_as_elsewhere
	atf_add_test_case without_cases_nothing_is_proven
	atf_add_test_case a_site_that_is_wrong_decides_nothing
	atf_add_test_case text_from_outside_is_escaped
	atf_add_test_case explain_shows_cases
	atf_add_test_case explain_shows_a_manifest
	atf_add_test_case the_manifests_digest_is_explained
	atf_add_test_case cases_and_manifests_are_told_apart
	atf_add_test_case usage_errors_are_100
}
