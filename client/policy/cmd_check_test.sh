casemate=$CASEMATE_BUILD/bin/casemate

new_case() {
	atf_test_case "$1"
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 60; }"
}

# A site without any finding: dana runs what sam wrote.
make_site() {
	mkdir -p site/policy
	for name in dana sam; do
		ssh-keygen -q -t ed25519 -N '' -C '' -f $name
		echo "$name $(cut -d' ' -f1,2 < $name.pub)"
	done > site/allowed_signers
	cat > site/settings.yaml <<-'END'
	version: 1
	name: lab
	END
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
	permit (
	  principal in Role::"submitter",
	  action == Action::"run",
	  resource
	)
	when { context.author in Role::"author" };
	END
}

rule() {
	cat >> site/policy/more.cedar
}

# finds STATUS TEXT: the exit status, and a line that matches.
finds() {
	atf_check -s exit:"$1" -o ignore -e save:found \
	    "$casemate" policy check site
	grep -q -e "$2" found || {
		cat found
		atf_fail "no message: $2"
	}
}

new_case a_sound_site_gets_no_finding 'and neither does the starter site'
a_sound_site_gets_no_finding_body() {
	make_site
	atf_check -o inline:'site: 1 rule, 0 errors, 0 warnings\n' \
	    "$casemate" policy check site
	atf_check -o ignore "$casemate" policy check --strict site
	atf_check -o match:' 0 errors, 0 warnings' \
	    "$casemate" policy check "$CASEMATE_SRC/rootfs/site-example"
}

new_case syntax_errors_have_their_place 'with the line and a mark'
syntax_errors_have_their_place_body() {
	make_site
	printf 'permit(principal,\n  action resource);\n' | rule
	finds 1 'site/policy/more.cedar:2:10: '
	grep -q '  |   action resource);' found || atf_fail "no line"
	grep -q '  |          ^$' found || atf_fail "no mark"
}

new_case all_files_are_looked_at 'not only the first bad one'
all_files_are_looked_at_body() {
	make_site
	echo 'permit' > site/policy/a.cedar
	echo 'forbid' > site/policy/b.cedar
	mkdir site/policies
	echo '{"staticPolicies": {"x": {}}}' > site/policies/c.cedar.json
	finds 1 'policy/a.cedar:2:1: '
	grep -q 'policy/b.cedar:2:1: ' found || atf_fail "b.cedar"
	grep -q 'policies/c.cedar.json:1:' found || atf_fail "c.cedar.json"
}

new_case entities_are_checked 'with their place'
entities_are_checked_body() {
	make_site
	printf -- '- uid: Sheep::"dolly"\n' >> site/entities.yaml
	finds 1 'site/entities.yaml:7:'
}

new_case settings_are_checked 'with the line and a mark'
settings_are_checked_body() {
	make_site
	printf 'shares:\n  jobs: 9\n' >> site/settings.yaml
	finds 1 "site/settings.yaml:4:9: .jobs' takes a whole number from 1 to 8"
	grep -q '^  |   jobs: 9$' found || atf_fail "no line"
	grep -q '^  |         ^$' found || atf_fail "no mark"
}

new_case signers_are_checked 'with the line and a mark'
signers_are_checked_body() {
	make_site
	printf 'eve ssh-ed25519 AAAA\n' > site/allowed_signers
	finds 1 'site/allowed_signers:1:17: the key is malformed'
	grep -q '^  | eve ssh-ed25519 AAAA$' found || atf_fail "no line"
	grep -q '^  |                 ^$' found || atf_fail "no mark"
}

new_case unknown_actions_and_capabilities_are_errors 'as are attributes'
unknown_actions_and_capabilities_are_errors_body() {
	make_site
	rule <<-'END'
	permit(principal in Role::"submitter", action == Action::"fly",
	  resource);
	permit(principal in Role::"submitter", action == Action::"use",
	  resource == Capability::"fly");
	permit(principal in Role::"submitter", action == Action::"run",
	  resource) when { context.weather == "fine" };
	END
	finds 1 'more.cedar:1:.*fly'
	grep -q 'more.cedar:[34]:.*fly' found || atf_fail "capability"
	grep -q 'more.cedar:6:.*weather' found || atf_fail "attribute"
}

new_case wildcards_are_errors_unless_settings_name_them 'rules and roles'
wildcards_are_errors_unless_settings_name_them_body() {
	make_site
	echo '@id("all") permit(principal, action == Action::"status",
	  resource);' | rule
	finds 1 'more.cedar:1:.*anybody'
	echo 'wildcards: [all]' >> site/settings.yaml
	atf_check -o match:' 0 errors, 0 warnings' \
	    "$casemate" policy check site
	echo 'permit(principal in Role::"*", action == Action::"run",
	  resource);' | rule
	finds 1 'Role::.\*'
}

new_case wildcards_of_nothing_are_found 'in the settings'
wildcards_of_nothing_are_found_body() {
	make_site
	echo 'wildcards: [run, author, gone]' >> site/settings.yaml
	finds 0 'site/settings.yaml: .wildcards. names gone, but no rule or role'
	atf_check -o inline:'1\n' grep -c warning found
}

new_case texts_that_nothing_can_be_are_found 'boot modes, names, digests'
texts_that_nothing_can_be_are_found_body() {
	make_site
	digest=$(printf %064d 0)
	while read -r warnings field word; do
		cat > site/policy/more.cedar <<-END
		permit (principal in Role::"submitter",
		  action == Action::"lease", resource)
		when { context has runtime && context.limits.processes < 9 &&
		  ("$word" == context.$field || context.$field != "$word") };
		END
		atf_check -o match:" 0 errors, $warnings warnings" -e save:said \
		    "$casemate" policy check site
		[ "$warnings" = 0 ] && continue
		grep -q "more.cedar:4:4: .${field#*.}. can never be this: it is" \
		    said || atf_fail "$word on the left"
	done <<-END
	0 boot kept
	2 boot Kept
	0 class c
	2 class Numeric
	0 profile p
	2 profile a b
	0 manifest.name m
	2 manifest.name build_it
	0 runtime.name r
	2 runtime.name
	0 manifest.sha256 $digest
	2 manifest.sha256 ${digest}0
	0 runtime.sha256 $digest
	2 runtime.sha256 ABCDEF${digest#??????}
	END
}

new_case names_that_nothing_can_have_are_found 'of jobs and of secrets'
names_that_nothing_can_have_are_found_body() {
	make_site
	rule <<-'END'
	permit (principal in Role::"submitter", action == Action::"lease",
	  resource == Secret::"db-1");
	END
	atf_check -o match:' 0 errors, 0 warnings' \
	    "$casemate" policy check site
	sed -i 's/db-1/DB/' site/policy/more.cedar
	finds 0 'more.cedar:2:3: nothing can be called Secret::"DB": a name has'
	echo 'forbid (principal, action, resource == Manifest::"a_b");' | rule
	finds 0 'more.cedar:3:28: nothing can be called Manifest::"a_b"'
}

new_case unknown_ids_in_links_are_found 'where the validator does not look'
unknown_ids_in_links_are_found_body() {
	make_site
	mkdir site/policies
	cat > site/policies/web.cedar.json <<-'END'
	{"templates": {"use": {"effect": "permit",
	  "principal": {"op": "==", "slot": "?principal"},
	  "action": {"op": "==", "entity": {"type": "Action", "id": "use"}},
	  "resource": {"op": "==", "slot": "?resource"}, "conditions": []}},
	 "templateLinks": [{"templateId": "use", "newId": "jit", "values": {
	  "?principal": {"type": "User", "id": "dana"},
	  "?resource": {"type": "Capability", "id": "exec-memory"}}}]}
	END
	atf_check -o inline:'site: 2 rules, 0 errors, 0 warnings\n' \
	    "$casemate" policy check site
	sed -i 's/exec-memory/exec/' site/policies/web.cedar.json
	finds 0 'web.cedar.json:5:20: there is no Capability::"exec"; '
}

new_case rules_that_never_apply_are_found 'with the condition'
rules_that_never_apply_are_found_body() {
	make_site
	rule <<-'END'
	permit(principal in Role::"submitter", action == Action::"exceed",
	  resource == Limit::"memory_mib")
	when { context.limits.memory_mib > 512 &&
	  context.limits.memory_mib < 256 };
	END
	finds 0 'more.cedar:4:29: this rule can never apply: .*memory_mib > 512'
}

new_case rules_in_the_shadow_of_others_are_found 'with the other rule'
rules_in_the_shadow_of_others_are_found_body() {
	make_site
	rule <<-'END'
	@id("run-ci")
	permit(principal in Role::"submitter", action == Action::"run",
	  resource)
	when { context.author in Role::"author" &&
	  context.manifest.name like "ci-*" };
	END
	finds 0 'more.cedar:1:1: this rule changes nothing: .*run (policy/run.c'
}

new_case rules_that_are_there_twice_are_found 'with the other rule'
rules_that_are_there_twice_are_found_body() {
	make_site
	sed 's/run/again/' site/policy/run.cedar | sed '5,$s/again/run/' | rule
	sed -i 's/Action::"again"/Action::"run"/' site/policy/more.cedar
	finds 0 'is the same as'
}

new_case permits_that_are_forbidden_are_found 'and what forbids them'
permits_that_are_forbidden_are_found_body() {
	make_site
	echo '@id("stop") forbid(principal, action == Action::"run", resource);' |
	    rule
	finds 0 'run.cedar:1:1: .*never permits anything: .*stop (policy/more'
}

new_case contradictions_are_found 'of two rules for the same'
contradictions_are_found_body() {
	make_site
	sed 's/permit/forbid/; s/"run")$/"not")/' site/policy/run.cedar | rule
	finds 0 'run.cedar:1:1: this rule permits exactly what .*forbids'
}

new_case conditions_that_say_nothing_are_found 'always true'
conditions_that_say_nothing_are_found_body() {
	make_site
	echo 'forbid(principal in Role::"submitter", action == Action::"lease",
	  resource) when { true };' | rule
	finds 0 'more.cedar:2:21: .true. is always true'
}

new_case wide_permits_are_found 'when nothing narrows them'
wide_permits_are_found_body() {
	make_site
	echo '@id("wide") permit(principal is User, action, resource);' | rule
	finds 1 'more.cedar:1:1: the rule wide permits anybody'
	grep -q 'more.cedar:1:1: the rule wide permits every action' found ||
	    atf_fail "every action"
	echo 'wildcards: [wide]' >> site/settings.yaml
	atf_check -o match:' 0 errors, 0 warnings' \
	    "$casemate" policy check site
}

new_case roles_that_no_user_has_are_found 'in rules and in entities.yaml'
roles_that_no_user_has_are_found_body() {
	make_site
	echo '- uid: Role::"pilot"' >> site/entities.yaml
	echo 'permit(principal in Role::"pilot", action == Action::"lease",
	  resource);' | rule
	finds 0 'more.cedar:1:8: no user has Role::"pilot"; give it to one'
	grep -q 'site/entities.yaml:7:.*no user has Role::"pilot"' found ||
	    atf_fail "entities.yaml"
	sed -i 's/pilot/pilto/' site/policy/more.cedar
	finds 0 'more.cedar:1:8: Role::"pilto" is not in entities.yaml.*did you mean Role::"pilot"? '
	grep -q 'entities.yaml:7:.*no rule names Role::"pilot"' found ||
	    atf_fail "no rule"
}

new_case unknown_parents_are_found 'with the entity'
unknown_parents_are_found_body() {
	make_site
	sed -i 's/\[Role::"author"\]/[Role::"author", Role::"x"]/' \
	    site/entities.yaml
	finds 0 'entities.yaml:5:.*Role::"x", a parent of User::"sam"'
}

new_case users_without_key_or_description_are_found 'and unknown ones in rules'
users_without_key_or_description_are_found_body() {
	make_site
	echo '- uid: User::"zoe"
  parents: [Role::"author"]' >> site/entities.yaml
	finds 0 'entities.yaml:7:.*User::"zoe" has no key in allowed_signers'
	sed -i 's/zoe/sam2/; s/User::"sam"/User::"zoe"/' site/entities.yaml
	finds 0 'allowed_signers:2:1: User::"sam" may sign, but entities.yaml'
	echo 'permit(principal == User::"max", action == Action::"lease",
	  resource);' | rule
	finds 0 'more.cedar:1:8: User::"max" is neither in allowed_signers nor'
}

new_case a_user_with_two_keys_is_reported_once 'not for each'
a_user_with_two_keys_is_reported_once_body() {
	make_site
	ssh-keygen -q -t ed25519 -N '' -C '' -f zoe
	ssh-keygen -q -t ed25519 -N '' -C '' -f zoe2
	for key in zoe zoe2; do
		echo "zoe $(cut -d' ' -f1,2 < $key.pub)"
	done >> site/allowed_signers
	finds 0 'allowed_signers:3:1: User::"zoe" may sign'
	atf_check_equal "$(grep -c 'zoe" may sign' found)" 1
}

new_case templates_without_a_link_are_found 'and nothing else of them'
templates_without_a_link_are_found_body() {
	make_site
	echo 'permit(principal == ?principal, action == Action::"run",
	  resource) when { context.author == User::"nobody" };' | rule
	finds 0 'more.cedar:1:1: this template has no effect'
	atf_check_equal "$(grep -c 'warning' found)" 1
}

new_case a_draft_without_keys_is_checked 'but not for who may sign'
a_draft_without_keys_is_checked_body() {
	make_site
	echo '# nobody yet' > site/allowed_signers
	atf_check -o match:' 0 errors, 0 warnings' \
	    "$casemate" policy check site
}

new_case another_appliances_name_is_found 'by the settings'
another_appliances_name_is_found_body() {
	make_site
	echo 'permit(principal in Role::"author", action == Action::"status",
	  resource == Appliance::"lba");' | rule
	finds 0 'more.cedar:2:4: Appliance::"lba" is another appliance: .*lab'
	sed -i 's/lba/lab/' site/policy/more.cedar
	atf_check -o match:' 0 errors, 0 warnings' \
	    "$casemate" policy check site
}

new_case a_site_without_rules_is_found 'since it refuses everything'
a_site_without_rules_is_found_body() {
	make_site
	rm -r site/policy
	finds 0 'site/policy: there are no rules'
}

new_case strict_makes_errors_of_warnings 'and the exit status 1'
strict_makes_errors_of_warnings_body() {
	make_site
	echo '- uid: Role::"pilot"' >> site/entities.yaml
	atf_check -o inline:'site: 1 rule, 0 errors, 1 warning\n' \
	    -e match:'(warning)' "$casemate" policy check site
	atf_check -s exit:1 -o inline:'site: 1 rule, 1 error, 0 warnings\n' \
	    -e match:'pilot' "$casemate" policy check --strict site
}

new_case findings_in_json_have_their_place 'file, line and column'
findings_in_json_have_their_place_body() {
	make_site
	mkdir site/policies
	echo '@id("again")permit(principal in Role::"pilot", action ==
	  Action::"run", resource) when { 1 > 2 };' > x.cedar
	atf_check -o save:site/policies/web.cedar.json \
	    "$casemate" policy fmt --json x.cedar
	finds 0 'site/policies/web.cedar.json:[0-9]*:[0-9]*: this rule can'
}

new_case many_findings_of_a_kind_are_counted 'ten are said, others as before'
many_findings_of_a_kind_are_counted_body() {
	make_site
	n=0
	while [ $((n += 1)) -le 3000 ]; do
		printf -- '- uid: User::"u%s"\n  parents: [Role::"author"]\n' $n
	done >> site/entities.yaml
	echo '- uid: Role::"idle"' >> site/entities.yaml
	atf_check -o inline:'site: 1 rule, 0 errors, 3001 warnings\n' \
	    -e save:err "$casemate" policy check site
	atf_check_equal 10 "$(grep -c 'has no key in allowed_signers' err)"
	grep -q 'Role::"idle".*remove it' err || atf_fail "$(cat err)"
	grep -q '^casemate: 2990 more findings like these; .*--all site' err ||
	    atf_fail "$(tail -1 err)"
	atf_check -o ignore -e save:err "$casemate" policy check --all site
	atf_check_equal 3000 "$(grep -c 'has no key in allowed_signers' err)"
	atf_check -s exit:1 -o match:' 3001 errors, 0 warnings' -e save:err \
	    "$casemate" policy check --strict site
	atf_check_equal 10 "$(grep -c 'has no key in allowed_signers' err)"
}

atf_init_test_cases() {
	atf_add_test_case a_sound_site_gets_no_finding
	atf_add_test_case syntax_errors_have_their_place
	atf_add_test_case all_files_are_looked_at
	atf_add_test_case entities_are_checked
	atf_add_test_case settings_are_checked
	atf_add_test_case signers_are_checked
	atf_add_test_case unknown_actions_and_capabilities_are_errors
	atf_add_test_case wildcards_are_errors_unless_settings_name_them
	atf_add_test_case wildcards_of_nothing_are_found
	atf_add_test_case texts_that_nothing_can_be_are_found
	atf_add_test_case names_that_nothing_can_have_are_found
	atf_add_test_case unknown_ids_in_links_are_found
	atf_add_test_case rules_that_never_apply_are_found
	atf_add_test_case rules_in_the_shadow_of_others_are_found
	atf_add_test_case rules_that_are_there_twice_are_found
	atf_add_test_case permits_that_are_forbidden_are_found
	atf_add_test_case contradictions_are_found
	atf_add_test_case conditions_that_say_nothing_are_found
	atf_add_test_case wide_permits_are_found
	atf_add_test_case roles_that_no_user_has_are_found
	atf_add_test_case unknown_parents_are_found
	atf_add_test_case users_without_key_or_description_are_found
	atf_add_test_case a_user_with_two_keys_is_reported_once
	atf_add_test_case templates_without_a_link_are_found
	atf_add_test_case a_draft_without_keys_is_checked
	atf_add_test_case another_appliances_name_is_found
	atf_add_test_case a_site_without_rules_is_found
	atf_add_test_case strict_makes_errors_of_warnings
	atf_add_test_case many_findings_of_a_kind_are_counted
	atf_add_test_case findings_in_json_have_their_place
}
