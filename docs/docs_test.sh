casemate=$CASEMATE_BUILD/bin/casemate

atf_test_case man_pages_are_clean
man_pages_are_clean_head() {
	atf_set descr 'mandoc finds nothing to warn about'
	atf_set require.progs mandoc
}
man_pages_are_clean_body() {
	for page in casemate.1 casemate-manifest.5 casemate-vsock.8 init.8 \
	    keyd.8 ledgerd.8 runner.8; do
		[ -f "$CASEMATE_SRC/docs/$page" ] ||
		    atf_fail "docs/$page is missing"
		atf_check mandoc -T lint -W warning "$CASEMATE_SRC/docs/$page"
	done
}

atf_test_case exit_codes_are_in_every_program_page
exit_codes_are_in_every_program_page_body() {
	for page in casemate.1 casemate-vsock.8 init.8 keyd.8 ledgerd.8 runner.8; do
		grep -q '^\.Sh EXIT STATUS' "$CASEMATE_SRC/docs/$page" ||
		    atf_fail "docs/$page says nothing of its exit status"
	done
}

atf_test_case links_lead_somewhere
links_lead_somewhere_head() {
	atf_set descr 'every file that a page names in a link is there'
}
links_lead_somewhere_body() {
	cd "$CASEMATE_SRC"
	for page in README.md docs/*.md; do
		sed -n 's/.*](\([^):#]*\)[)#].*/\1/p' "$page" |
		while read -r link; do
			[ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
		done
	done > "$OLDPWD/broken"
	cd "$OLDPWD"
	atf_check cat broken
}

atf_test_case glossary_names_files_that_exist
glossary_names_files_that_exist_body() {
	sed -n '/^## Words/,/^## /p' "$CASEMATE_SRC/docs/overview.md" |
	awk -F'|' '/^\|.*`.*\|$/ { print $4 }' | grep -o '`[^`]*`' |
	tr -d '`' > files
	[ "$(wc -l < files)" -gt 30 ] || atf_fail "overview.md was not read"
	while read -r file; do
		[ -e "$CASEMATE_SRC/$file" ] || echo "$file"
	done < files > missing
	atf_check cat missing
}

atf_test_case no_two_types_share_a_tag
no_two_types_share_a_tag_head() {
	atf_set descr 'as CONTRIBUTING.md says'
}
no_two_types_share_a_tag_body() {
	find "$CASEMATE_SRC" -path "$CASEMATE_BUILD" -prune -o \
	    -name '*.[ch]' -print | sort | xargs awk '
	/^[a-z ]*(struct|union|enum) [a-z_0-9]+ \{/ {
		tag = $0
		sub(/ \{.*/, "", tag)
		sub(/.* /, "", tag)
		print tag, FILENAME
	}' > tags
	[ "$(wc -l < tags)" -gt 400 ] || atf_fail "the sources were not read"
	sort tags | awk '$1 == tag { print tag ": " file " and " $2 }
	{ tag = $1; file = $2 }' > twice
	atf_check cat twice
}

atf_test_case programs_of_the_host_fill_their_descriptors
programs_of_the_host_fill_their_descriptors_head() {
	atf_set descr 'main() first calls stdfds_fill(), but in guests'
}
programs_of_the_host_fill_their_descriptors_body() {
	find "$CASEMATE_SRC" -path "$CASEMATE_BUILD" -prune -o \
	    -name sub.mk -exec sed -n \
	    's/^\(CLIENT_PROGS\|TOOLS\) += \([a-z].*\)/\2/p' {} + |
	tr ' ' '\n' > programs
	[ "$(wc -l < programs)" -ge 7 ] || atf_fail "sub.mk was not read"
	while read -r program; do
		case $program in
		client/vsock/test/vsock-guest | deps/tests/relro_probe)
			continue ;;
		esac
		awk '/^main\(/ { main = 1 }
		main && /^\t[a-z_]+\(/ { ok = /stdfds_fill\(\);$/; exit }
		END { exit !ok }' "$CASEMATE_SRC/$program.c" || echo "$program"
	done < programs > without
	atf_check cat without
}

atf_test_case every_message_is_documented
every_message_is_documented_head() {
	atf_set descr 'on pipes, unless it only brings a frame, and every frame'
}
every_message_is_documented_body() {
	sed 's/^\(MSG\|CLIENT\)(/@&/' "$CASEMATE_SRC/lib/msg/msg.def" \
	    "$CASEMATE_SRC/lib/msg/client.def" | tr '\n@' ' \n' |
	grep -v ' U32(conn) FRAME(' |
	sed -n 's/^\(MSG\|CLIENT\)(\([A-Z_]*\),.*/\2/p' > names
	[ "$(wc -l < names)" -gt 30 ] || atf_fail "the tables were not read"
	while read -r name; do
		grep -qw "$name" "$CASEMATE_SRC/docs/protocols.md" ||
		    echo "$name"
	done < names > missing
	atf_check cat missing
}

atf_test_case pages_of_leaves_are_as_their_table
pages_of_leaves_are_as_their_table_head() {
	atf_set descr 'make leaves writes them'
}
pages_of_leaves_are_as_their_table_body() {
	mkevents=$CASEMATE_BUILD/bin/mkevents
	docs=$CASEMATE_SRC/docs
	atf_check -o save:page "$docs/leaves" "$mkevents" page
	atf_check -o save:schema "$docs/leaves" "$mkevents" schema
	[ "$(grep -c '^## `casemate' page)" -ge 7 ] || atf_fail "$(cat page)"
	cmp page "$docs/leaves.md" && cmp schema "$docs/leaf.schema.json" ||
	    atf_fail "lib/msg/event.def has changed: make leaves"
}

atf_test_case lost_output_of_mkevents_is_no_success
lost_output_of_mkevents_is_no_success_body() {
	atf_check -s exit:1 -e ignore \
	    sh -c "'$CASEMATE_BUILD/bin/mkevents' > /dev/full"
	atf_check -s exit:1 -o ignore -e ignore \
	    sh -c "'$CASEMATE_BUILD/bin/mkevents' >&-"
}

# message_rows: "SECTION NAME" for each row of a message in protocols.md.
message_rows() {
	awk -F'|' '/^#/ { section = NR }
	/^\| [A-Z_]+ \|/ { gsub(/ /, "", $2); print section, $2 }' \
	    "$CASEMATE_SRC/docs/protocols.md"
}

atf_test_case every_documented_message_is_there_once
every_documented_message_is_there_once_body() {
	message_rows > rows
	[ "$(wc -l < rows)" -gt 30 ] || atf_fail "protocols.md was not read"
	atf_check sh -c 'sort rows | uniq -d'
	sed -n 's/^\(MSG\|CLIENT\)(\([A-Z_]*\),.*/\2/p' \
	    "$CASEMATE_SRC/lib/msg/msg.def" "$CASEMATE_SRC/lib/msg/client.def" |
	sort -u > known
	cut -d' ' -f2 rows | sort -u > named
	atf_check comm -13 known named
}

# table DEFINE FILE: the rows of a table in C, as this macro writes them.
table() {
	printf '#define %s\n#include "%s"\n' "$1" "$2" |
	gcc -E -P -I"$CASEMATE_SRC" -x c - | sed -n 's/^@//p' | tr -d '"'
}

limits() {
	table 'LIMIT(id, name, member, unit, least, most, usual, what) \
	    @name|usual|least|most|what' lib/limit.def |
	while IFS='|' read -r name usual least most what; do
		echo "$name $((usual)) $((least)) $((most)) $what"
	done
}

atf_test_case every_limit_is_documented
every_limit_is_documented_head() {
	atf_set descr 'with the default, range and text of limit.def'
	atf_set require.progs gcc
}
every_limit_is_documented_body() {
	limits > limits
	[ "$(wc -l < limits)" -ge 6 ] || atf_fail "limit.def was not read"
	sed -n 's/^\.It Li \(.*\) Ta \(.*\) Ta \(.*\) to \(.*\) Ta \(.*\)/\1 \2 \3 \4 \5/p' \
	    "$CASEMATE_SRC/docs/casemate-manifest.5" | sed 's/Pa //' > page
	atf_check diff limits page
	while read -r name rest; do
		variable=CASEMATE_$(echo "$name" | tr '[:lower:]' '[:upper:]')
		grep -q "$variable" "$CASEMATE_SRC/docs/casemate-manifest.5" ||
		    echo "$variable"
		grep -q "^| \`$name\` |" "$CASEMATE_SRC/docs/sandbox.md" ||
		    echo "$name: sandbox.md"
		grep -q "^| \`exceed\` |.*\"$name\"" \
		    "$CASEMATE_SRC/docs/POLICY.md" || echo "$name: POLICY.md"
	done < limits > missing
	atf_check cat missing
}

atf_test_case every_capability_is_documented
every_capability_is_documented_head() {
	atf_set descr 'for authors, and what the sandbox does'
	atf_set require.progs gcc
}
every_capability_is_documented_body() {
	table 'CAPABILITY(name, word) \
	    @word' lib/capability.def > words
	[ "$(wc -l < words)" -ge 2 ] || atf_fail "capability.def was not read"
	while read -r word; do
		grep -qx "\.It Li $word" \
		    "$CASEMATE_SRC/docs/casemate-manifest.5" || echo "$word"
		grep -q "^| \`$word\` |" "$CASEMATE_SRC/docs/sandbox.md" ||
		    echo "$word: sandbox.md"
	done < words > missing
	atf_check cat missing
}

# command_options COMMAND: the options in its usage, and the letters as -k/--key.
# Those of its subcommands are theirs.
command_options() {
	"$casemate" $1 --help | awk -v own="casemate $1 [^a-z]" '
	/^(usage:|  *) casemate / { other = $0 !~ own && $0 !~ (own "*$") }
	!other' | grep -o -e '--[a-z][a-z-]*' | sort -u
	"$casemate" $1 --help |
	    sed -n 's,^  -\([a-z]\)\, --\([a-z-]*\).*,-\1/--\2,p'
}

# page_options COMMAND: the options in its synopsis on the page.
page_options() {
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' \
	    "$CASEMATE_SRC/docs/casemate.1" |
	awk -v want="$1" '/^\.Nm/ {
		sub(/^\.Nm casemate /, "")
		n = split($0, name, / \| /)
		take = 0
		for (i = 1; i <= n; i++)
			take = take || name[i] == want
		next
	}
	take' | grep -o 'Fl -[a-z][a-z-]*' | sed 's/Fl /-/' | sort -u
}

atf_test_case every_command_is_documented
every_command_is_documented_head() {
	atf_set descr 'in the synopsis and in the text, and so is every option'
}
every_command_is_documented_body() {
	for c in $("$casemate" help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
		"$casemate" "$c" --help |
		    sed -n 's/^\(usage:\|  *\) casemate \(policy [a-z]*\|ledger [a-z][a-z]*\|'"$c"'\).*/\2/p'
	done | sort -u > commands
	[ "$(wc -l < commands)" -ge 15 ] || atf_fail "the usage was not read"
	while read -r c; do
		for part in Nm Ss; do
			grep "^\.$part casemate " \
			    "$CASEMATE_SRC/docs/casemate.1" |
			grep -qw -e "$c" || echo "$c: no .$part casemate $c"
		done
		command_options "$c" > options
		grep -v / options > names || :
		page_options "$c" | diff names - | sed "s/^[<>]/& $c/" || :
		sed -n 's,^-\(.\)/-\(.*\),Fl \1 \, Fl \2,p' options |
		while read -r words; do
			grep -q -e "$words" "$CASEMATE_SRC/docs/casemate.1" ||
			    echo "$c: $words"
		done
	done < commands > wrong
	atf_check cat wrong
}

atf_test_case every_option_of_the_vsock_device_is_documented
every_option_of_the_vsock_device_is_documented_body() {
	"$CASEMATE_BUILD/bin/casemate-vsock" 2>&1 |
	    grep -o -e ' (*\[*--[a-z-]*' -e '| --[a-z-]*' |
	    sed 's/.*--/-/' | sort -u > options
	[ "$(wc -l < options)" -ge 9 ] || atf_fail "the usage was not read"
	grep -o 'Fl -[a-z-]*' "$CASEMATE_SRC/docs/casemate-vsock.8" |
	    sed 's/Fl //' | sort -u > documented
	atf_check diff options documented
}

atf_test_case recipe_names_what_it_cannot_read
recipe_names_what_it_cannot_read_body() {
	recipe=$CASEMATE_SRC/docs/verify-receipt.sh
	touch file
	atf_check -s exit:100 -e match:'usage:' sh "$recipe" file
	atf_check -s exit:1 -e match:'nothing cannot be read' \
	    sh "$recipe" nothing file
	atf_check -s exit:1 -e match:'nothing cannot be read' \
	    sh "$recipe" file nothing
	atf_check -s exit:1 -e match:'file is empty' sh "$recipe" file file
}

# The fenced blocks of POLICY.md, by their order and language: 01.sh, 02.yaml,
# in a folder of their own, which is entered.
take_blocks() {
	mkdir page
	cd page
	awk '/^```/ && !inside {
		language = substr($0, 4)
		file = sprintf("%02d.%s", ++n, language == "" ? "none" : language)
		inside = 1
		next
	}
	/^```/ { inside = 0; close(file); next }
	inside { print > file }' "$CASEMATE_SRC/docs/POLICY.md"
}

# The starter site, afresh.
starter() {
	rm -rf site
	cp -r "$CASEMATE_SRC/rootfs/site-example" site
	chmod -R u+w site
}

no_errors() {
	atf_check -o match:', 0 errors, ' -e ignore \
	    "$casemate" policy check site
}

# the_one PATTERN FILE...: the one file with such a line, and no other.
the_one() {
	pattern=$1
	shift
	found=$(grep -le "$pattern" "$@")
	[ "$(echo "$found" | wc -w)" = 1 ] ||
	    atf_fail "one block should have $pattern: $found"
	echo "$found"
}

atf_test_case policy_examples_say_what_they_are
policy_examples_say_what_they_are_head() {
	atf_set descr 'each in a language that is tested below'
}
policy_examples_say_what_they_are_body() {
	take_blocks
	[ "$(ls | wc -l)" -ge 16 ] || atf_fail "POLICY.md was not read"
	for block in *; do
		case $block in
		*.cedar|*.cedarschema|*.yaml|*.json|*.sh|*.console|*.text) ;;
		*) atf_fail "$block: what is it?" ;;
		esac
	done
}

atf_test_case policy_rules_load
policy_rules_load_head() {
	atf_set descr 'beside the people of the page, and are formatted'
}
policy_rules_load_body() {
	take_blocks
	atf_check "$casemate" policy fmt --check *.cedar
	for block in *.cedar; do
		starter
		rm site/policy/*
		cp "$block" site/policy/a.cedar
		cp ./*.cedarschema site/policy/people.cedarschema
		echo 'wildcards: [everybody-sees-status]' >> site/settings.yaml
		no_errors
	done
}

atf_test_case policy_wildcards_must_be_named
policy_wildcards_must_be_named_body() {
	take_blocks
	starter
	cp "$(the_one everybody-sees *.cedar)" site/policy/40-status.cedar
	atf_check -s exit:1 -e match:'everybody-sees-status permits anybody' \
	    "$casemate" policy check site
	cp "$(the_one '^wildcards:' *.yaml)" site/settings.yaml
	atf_check -o match:' 0 errors, 0 warnings' \
	    "$casemate" policy check site
}

atf_test_case policy_people_load
policy_people_load_body() {
	take_blocks
	starter
	cp "$(the_one 'Persona::"developer"' *.yaml)" site/entities.yaml
	no_errors
	cp "$(the_one cleared_until: *.yaml)" site/entities.yaml
	atf_check -s exit:1 -e match:'no attribute .team. here' \
	    "$casemate" policy check site
	cp ./*.cedarschema site/policy/people.cedarschema
	cp "$(the_one red-memory *.cedar)" site/policy/40-own.cedar
	no_errors
	sed -i 's/Role::"submitter"\]/Role::"submitter", Role::"author"]/' \
	    site/entities.yaml
	cat > cases.yaml <<-'END'
	- case: the red team has memory
	  command: {submitter: dana, manifest: {name: x,
	    limits: {memory_mib: 4096}}}
	  expect: allow
	  thing: exceed memory_mib
	  rule: red-memory
	- case: cleared, but its author
	  command: {submitter: dana, now: 2027-03-30T23:59:59Z,
	    manifest: {name: x, secrets: [db]}}
	  expect: deny
	  rule: four-eyes-for-secrets
	- case: no longer cleared
	  command: {submitter: dana, author: sam, now: 2027-03-31T00:00:00Z,
	    manifest: {name: x, secrets: [db]}}
	  expect: deny
	END
	atf_check -o ignore "$casemate" policy test site cases.yaml
}

atf_test_case policy_recipes_do_what_they_say
policy_recipes_do_what_they_say_body() {
	take_blocks
	starter
	cp "$(the_one in-hours *.cedar)" site/policy/40-recipes.cedar
	cat >> site/entities.yaml <<-'END'
	- uid: Persona::"contractor"
	  parents: [Role::"submitter", Role::"author"]
	- uid: User::"cleo"
	  parents: [Persona::"contractor"]
	END
	for when in '07:00:00Z allow' '17:59:59Z allow' '06:59:59Z deny' \
	    '18:00:00Z deny'; do
		printf -- '- case: at %s\n  command: {submitter: dana, now: ' \
		    "$when"
		printf '2026-01-01T%s, manifest: {name: x}}\n' "${when% *}"
		printf '  expect: %s\n' "${when#* }"
	done > cases.yaml
	cat >> cases.yaml <<-'END'
	- case: nothing is kept
	  command: {submitter: dana, boot: ephemeral, manifest: {name: x}}
	  expect: deny
	  rule: in-hours
	- case: another image than the approved one
	  command: {submitter: dana, manifest: {name: x, runtime: python}}
	  expect: deny
	  rule: approved-python
	- case: while the contract lasts
	  command: {submitter: cleo, now: 2027-03-31T12:00:00Z,
	    manifest: {name: x}}
	  expect: allow
	- case: when it has ended
	  command: {submitter: cleo, now: 2027-04-01T12:00:00Z,
	    manifest: {name: x}}
	  expect: deny
	  rule: contract
	END
	atf_check -o match:'^8 hold, 0 do not' \
	    "$casemate" policy test site cases.yaml
	printf 'version: 1\nname: backup\nargv: [a]\n' > m.yaml
	set -- --submitter olga --now 2026-01-01T12:00:00Z
	atf_check -s exit:1 -o match:denied \
	    "$casemate" policy explain site m.yaml "$@"
	sum=$(sha256sum m.yaml | cut -c 1-64)
	sed -i "s/\"7f2f[0-9a-f]*\"/\"$sum\"/" site/policy/40-recipes.cedar
	atf_check -o match:the-backup \
	    "$casemate" policy explain site m.yaml "$@"
}

atf_test_case policy_cases_hold
policy_cases_hold_head() {
	atf_set descr 'on the starter site, as the page says'
}
policy_cases_hold_body() {
	take_blocks
	starter
	block=$(the_one '^- case:' *.yaml)
	atf_check -o match:"$block: 6 of 6 hold" \
	    "$casemate" policy test site "$block"
}

atf_test_case policy_output_is_what_is_printed
policy_output_is_what_is_printed_head() {
	atf_set descr 'to the end, or to the line that is three dots'
}
policy_output_is_what_is_printed_body() {
	take_blocks
	starter
	for block in *.console; do
		sed -n '1s/^\$ //p' "$block" > command
		grep -q '^casemate policy' command || atf_fail "$block: command"
		PATH=$CASEMATE_BUILD/bin:$PATH sh ./command > printed ||
		    atf_fail "$block: the command fails"
		sed -n '2,${/^\.\.\.$/q;p;}' "$block" > expected
		[ -s expected ] || atf_fail "$block: no output"
		if grep -q '^\.\.\.$' "$block"; then
			lines=$(wc -l < expected)
			[ "$(wc -l < printed)" -gt "$lines" ] ||
			    atf_fail "$block: nothing is left out"
			sed -i "$lines"q printed
		fi
		atf_check diff -u expected printed
	done
}

atf_test_case policy_commands_work
policy_commands_work_head() {
	atf_set descr 'those that need no appliance'
}
policy_commands_work_body() {
	take_blocks
	mkdir -p rootfs job
	cp -r "$CASEMATE_SRC/rootfs/site-example" rootfs/
	printf 'version: 1\nname: x\nargv: [a]\n' > job/manifest.yaml
	cat *.sh | grep -v ' --on ' > all
	[ "$(wc -l < all)" -ge 4 ] || atf_fail "POLICY.md was not read"
	atf_check -o ignore env "PATH=$CASEMATE_BUILD/bin:$PATH" sh -e ./all
	cat *.sh | grep ' --on ' | grep -o -e ' --[a-z-]*' | sort -u |
	while read -r option; do
		grep -qe "Fl $(echo "$option" | cut -c 2-)" \
		    "$CASEMATE_SRC/docs/casemate.1" || echo "$option"
	done > unknown
	atf_check cat unknown
}

atf_test_case policy_components_load
policy_components_load_body() {
	take_blocks
	starter
	mkdir site/policies
	cp ./*.json site/policies/jit.cedar.json
	no_errors
	cat > cases.yaml <<-'END'
	- case: by the component's rule
	  command: {submitter: dana, manifest: {name: x,
	    capabilities: [exec-memory]}}
	  expect: allow
	  thing: use exec-memory
	  rule: jit/jit-for-submitters
	END
	atf_check -o ignore "$casemate" policy test site cases.yaml
	atf_check -o match:'^@id."jit-for-submitters".' \
	    "$casemate" policy fmt --text site/policies/jit.cedar.json
}

atf_test_case policy_tables_are_complete
policy_tables_are_complete_head() {
	atf_set descr 'every action, type, field and limit of the schema'
}
policy_tables_are_complete_body() {
	schema=$CASEMATE_SRC/lib/rules/casemate.cedarschema
	sed 's,//.*,,; /^entity Capability /,/;/d' "$schema" |
	    grep -oE '[a-z_]+\??:|action [a-z, ]+|entity [A-Z][a-z]+|"[^"]+"' |
	    sed -E 's/^(action|entity) //; s/ (in|applies).*//; s/[?:"]//g' |
	    tr -d ' ' | tr ',' '\n' | sort -u |
	    grep -vxE 'principal|resource|context' > words
	[ "$(wc -l < words)" -ge 25 ] || atf_fail "the schema was not read"
	while read -r word; do
		grep -qw -e "$word" "$CASEMATE_SRC/docs/POLICY.md" ||
		    echo "$word"
	done < words > missing
	atf_check cat missing
}

atf_test_case policy_limits_are_those_of_the_code
policy_limits_are_those_of_the_code_body() {
	limits=$CASEMATE_SRC/cedar/cedar.h
	while read -r name value words; do
		grep -qE "^#define[[:space:]]+$name[[:space:]]+\(?$value([[:space:])]|\$)" "$limits" ||
		    atf_fail "cedar.h: $name is not $value"
		tr '\n' ' ' < "$CASEMATE_SRC/docs/POLICY.md" | tr -s ' ' |
		    grep -qF "$words" || atf_fail "POLICY.md: $words"
	done <<-'END'
	CEDAR_POLICY_MAX 10240 a rule 10 KiB
	CEDAR_SET_MAX 1024.\*.1024 all rules 1 MiB
	CEDAR_POLICIES_MAX 4096 and 4096 of them
	CEDAR_REQUEST_MAX 1024.\*.1024 a request 1 MiB
	CEDAR_ENTITIES_MAX 4.\*.1024.\*.1024 entities 4 MiB
	CEDAR_DEPTH_MAX 64 64 levels of nesting
	END
}

atf_test_case manifest_examples_are_valid
manifest_examples_are_valid_body() {
	ssh-keygen -q -t ed25519 -N '' -f key
	awk '/^\.Sh EXAMPLES/ { on = 1 } /^\.Sh DIAG/ { on = 0 }
	/^\.Ed/ { inside = 0 }
	on && inside { print > file }
	/^\.Bd/ { inside = 1; file = "example" ++n }' \
	    "$CASEMATE_SRC/docs/casemate-manifest.5"
	[ "$(ls example* | wc -l)" -ge 3 ] || atf_fail "the page was not read"
	for example in example*; do
		mkdir -p job/files
		cp $example job/manifest.yaml
		path=$(sed -n 's/^  - path: //p' $example)
		mkdir -p "$(dirname job/files/$path)"
		printf test > job/files/$path	# with the example's SHA-256
		if grep -q 'executable: true' $example; then
			chmod +x job/files/$path
		fi
		atf_check -o ignore -e ignore "$casemate" bundle job -o x.tar \
		    --key key
		rm -r job
	done
}

atf_test_case manifest_diagnostics_are_what_is_printed
manifest_diagnostics_are_what_is_printed_body() {
	head='version: 1\nname: x\n'
	mkdir job
	for bad in 'argv: [a]\nnmae: b' 'argv: a' \
	    'argv: [a]\n\ncapabilities: [shared-memory, shared-memory]'; do
		printf "$head$bad\n" > job/manifest.yaml
		"$casemate" bundle job -o x.tar --key key 2>&1 |
		    sed 's/^casemate: job: //'
	done > printed
	sed -n '/^\.Sh DIAGNOSTICS/,/^\.Ed/p' \
	    "$CASEMATE_SRC/docs/casemate-manifest.5" |
	    sed '1,/^\.Bd/d; /^\.Ed/d' | awk '
	/^  / { sub(/^ +/, " "); line = line $0; next }
	NR > 1 { print line }
	{ line = $0 }
	END { print line }' > page
	atf_check diff page printed
}

atf_test_case every_share_is_documented
every_share_is_documented_head() {
	atf_set descr 'with its range in keyd(8), and its default'
}
every_share_is_documented_body() {
	sed -n 's/^SHARE([A-Z]*,[[:space:]]*"\([a-z_]*\)",[[:space:]]*\([0-9]*\), \([0-9]*\), \([0-9]*\),.*/\1 \2 \3 \4/p' \
	    "$CASEMATE_SRC/lib/share.def" > shares
	[ "$(wc -l < shares)" = "$(grep -c '^SHARE(' \
	    "$CASEMATE_SRC/lib/share.def")" ] ||
	    atf_fail "share.def was not read"
	while read -r name least most usual; do
		sed -n "/^\.It Li $name\$/,/^\.\(It\|El\)/p" \
		    "$CASEMATE_SRC/docs/keyd.8" | sed 1d | tr '\n' ' ' |
		grep -q "; $least to $most, by default $usual\." ||
		    echo "keyd.8: $name is $least to $most, $usual"
		grep -q "| \`$name\`, $usual |" \
		    "$CASEMATE_SRC/docs/threat-model.md" ||
		    echo "threat-model.md: $name is $usual"
	done < shares > wrong
	atf_check cat wrong
}

atf_init_test_cases() {
	atf_add_test_case manifest_examples_are_valid
	atf_add_test_case manifest_diagnostics_are_what_is_printed
	atf_add_test_case every_share_is_documented
	atf_add_test_case man_pages_are_clean
	atf_add_test_case exit_codes_are_in_every_program_page
	atf_add_test_case links_lead_somewhere
	atf_add_test_case glossary_names_files_that_exist
	atf_add_test_case no_two_types_share_a_tag
	atf_add_test_case programs_of_the_host_fill_their_descriptors
	atf_add_test_case every_message_is_documented
	atf_add_test_case every_documented_message_is_there_once
	atf_add_test_case pages_of_leaves_are_as_their_table
	atf_add_test_case lost_output_of_mkevents_is_no_success
	atf_add_test_case every_limit_is_documented
	atf_add_test_case every_capability_is_documented
	atf_add_test_case every_command_is_documented
	atf_add_test_case every_option_of_the_vsock_device_is_documented
	atf_add_test_case recipe_names_what_it_cannot_read
	atf_add_test_case policy_examples_say_what_they_are
	atf_add_test_case policy_rules_load
	atf_add_test_case policy_wildcards_must_be_named
	atf_add_test_case policy_people_load
	atf_add_test_case policy_recipes_do_what_they_say
	atf_add_test_case policy_cases_hold
	atf_add_test_case policy_output_is_what_is_printed
	atf_add_test_case policy_commands_work
	atf_add_test_case policy_components_load
	atf_add_test_case policy_tables_are_complete
	atf_add_test_case policy_limits_are_those_of_the_code
}
