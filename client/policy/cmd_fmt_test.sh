casemate=$CASEMATE_BUILD/bin/casemate

rough='@id("one")permit(principal,action,resource)when{1<2};'

smooth='@id("one")
permit (principal, action, resource)
when { 1 < 2 };
'

make_files() {
	printf '%s' "$rough" > rough.cedar
	printf '%s' "$smooth" > smooth.cedar
	printf 'permit(principal,\n  action resource);' > bad.cedar
}

new_case() {
	atf_test_case "$1"
	eval "$1_head() { atf_set descr '$2'; atf_set timeout 60; }"
}

new_case prints_the_canonical_text 'of files, or of standard input'
prints_the_canonical_text_body() {
	make_files
	cp smooth.cedar expected
	atf_check -o file:expected "$casemate" policy fmt rough.cedar
	atf_check -o file:expected "$casemate" policy fmt < rough.cedar
	atf_check -o file:expected "$casemate" policy fmt - < smooth.cedar
	cat smooth.cedar smooth.cedar > both
	atf_check -o file:both "$casemate" policy fmt rough.cedar smooth.cedar
	atf_check -o inline:"$rough" cat rough.cedar
}

new_case check_names_what_is_not_canonical 'and changes nothing'
check_names_what_is_not_canonical_body() {
	make_files
	atf_check "$casemate" policy fmt --check smooth.cedar
	atf_check -s exit:1 -o inline:'rough.cedar\n' \
	    "$casemate" policy fmt --check rough.cedar smooth.cedar
	atf_check -o inline:"$rough" cat rough.cedar
}

new_case write_changes_files_in_place 'and keeps who may read them'
write_changes_files_in_place_body() {
	make_files
	chmod 640 rough.cedar
	touch -d 2001-01-01 smooth.cedar
	atf_check "$casemate" policy fmt -w rough.cedar smooth.cedar
	atf_check cmp rough.cedar smooth.cedar
	atf_check -o inline:'640\n' stat -c %a rough.cedar
	atf_check -o match:2001-01-01 stat -c %y smooth.cedar
	printf '%s' "$rough" > rough.cedar
	ln -s rough.cedar link.cedar
	atf_check "$casemate" policy fmt -w link.cedar
	atf_check -o inline:'rough.cedar\n' readlink link.cedar
	atf_check cmp rough.cedar smooth.cedar
	rm link.cedar
	ls -A > ../left 2>&1	# atf-check has a folder of its own here
	atf_check -o inline:'bad.cedar\nrough.cedar\nsmooth.cedar\n' \
	    cat ../left
}

new_case a_bad_file_is_left_alone 'and reported with its place; the others are formatted'
a_bad_file_is_left_alone_body() {
	make_files
	cp bad.cedar before
	atf_check -s exit:1 -e match:'bad.cedar:2:10: ' -e match:'  \| ' \
	    -e match:'\^' "$casemate" policy fmt -w bad.cedar rough.cedar
	atf_check cmp bad.cedar before
	atf_check cmp rough.cedar smooth.cedar
	atf_check -s exit:1 -e match:'nothing.cedar: No such file' \
	    "$casemate" policy fmt nothing.cedar
	atf_check -s exit:1 -o empty -e match:'standard input:2:10: ' \
	    "$casemate" policy fmt < bad.cedar
}

new_case json_is_a_policy_set 'by the names of its policies'
json_is_a_policy_set_body() {
	cat > x.cedar <<-'END'
	@id("one") permit(principal, action, resource);
	forbid(principal, action, resource);
	permit(principal == ?principal, action, resource);
	END
	atf_check -o save:x.json "$casemate" policy fmt --json x.cedar
	atf_check -o inline:'["one","policy1"]\n["policy2"]\n"forbid"\n' \
	    python3 -c 'if True:
		import json
		s = json.load(open("x.json"))
		show = lambda x: print(json.dumps(x, separators=(",", ":")))
		show(list(s["staticPolicies"]))
		show(list(s["templates"]))
		show(s["staticPolicies"]["policy1"]["effect"])'
}

new_case text_and_json_lead_to_each_other 'and names stay names'
text_and_json_lead_to_each_other_body() {
	dir=$CASEMATE_SRC/cedar/testdata/format
	atf_check -o save:a.json "$casemate" policy fmt --json \
	    "$dir/layout.cedar"
	atf_check -o save:a.cedar "$casemate" policy fmt --text a.json
	atf_check -o save:b.json "$casemate" policy fmt --json a.cedar
	atf_check -o save:b.cedar "$casemate" policy fmt --text b.json
	atf_check cmp a.cedar b.cedar
	atf_check "$casemate" policy fmt --check a.cedar
	printf '{"staticPolicies":{"x y":{"effect":"permit","principal":%s' \
	    '{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},' \
	    > c.json
	printf '"conditions":[]}}}' >> c.json
	atf_check -o inline:'@id("x y")\npermit (principal, action, resource);\n' \
	    "$casemate" policy fmt --text c.json
}

new_case a_link_becomes_a_policy 'with what its slots stand for'
a_link_becomes_a_policy_body() {
	cat > x.json <<-'END'
	{"templates": {"t": {"effect": "permit",
	  "principal": {"op": "==", "slot": "?principal"},
	  "action": {"op": "All"}, "resource": {"op": "All"},
	  "conditions": []}},
	 "templateLinks": [{"templateId": "t", "newId": "l",
	  "values": {"?principal": {"type": "User", "id": "a"}}}]}
	END
	cat > expected <<-'END'
	@id("t")
	permit (
	  principal == ?principal,
	  action,
	  resource
	);

	@id("l")
	permit (
	  principal == User::"a",
	  action,
	  resource
	);
	END
	atf_check -o file:expected "$casemate" policy fmt --text x.json
}

new_case the_starter_site_is_canonical 'as an example should be'
the_starter_site_is_canonical_body() {
	atf_check "$casemate" policy fmt --check \
	    "$CASEMATE_SRC"/rootfs/site-example/policy/*.cedar
}

new_case usage_errors_are_100 'and show the usage'
usage_errors_are_100_body() {
	make_files
	atf_check -s exit:100 -e match:'exclude each other' \
	    -e match:'usage: casemate policy fmt' \
	    "$casemate" policy fmt --check --json rough.cedar
	atf_check -s exit:100 -e match:'one file at a time' \
	    "$casemate" policy fmt --json rough.cedar smooth.cedar
	atf_check -s exit:100 -e match:'cannot write to standard input' \
	    "$casemate" policy fmt -w
	atf_check -s exit:100 -e match:'usage: casemate policy' \
	    "$casemate" policy
	atf_check -s exit:100 -e match:'policy x: no such command' \
	    "$casemate" policy x
	atf_check -o match:'usage: casemate policy fmt' \
	    "$casemate" policy fmt --help
	atf_check -s exit:1 -e match:'--text writes it as text' \
	    "$casemate" policy fmt x.json
}

atf_init_test_cases() {
	atf_add_test_case prints_the_canonical_text
	atf_add_test_case check_names_what_is_not_canonical
	atf_add_test_case write_changes_files_in_place
	atf_add_test_case a_bad_file_is_left_alone
	atf_add_test_case json_is_a_policy_set
	atf_add_test_case text_and_json_lead_to_each_other
	atf_add_test_case a_link_becomes_a_policy
	atf_add_test_case the_starter_site_is_canonical
	atf_add_test_case usage_errors_are_100
}
