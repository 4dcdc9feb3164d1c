atf_test_case man_pages_are_clean
man_pages_are_clean_head() {
	atf_set descr 'mandoc finds nothing to warn about'
	atf_set require.progs mandoc
}
man_pages_are_clean_body() {
	for page in casemate.1 casemate-manifest.5 init.8 keyd.8 ledgerd.8 \
	    runner.8; do
		[ -f "$CASEMATE_SRC/docs/$page" ] ||
		    atf_fail "docs/$page is missing"
		atf_check mandoc -T lint -W warning "$CASEMATE_SRC/docs/$page"
	done
}

atf_test_case exit_codes_are_in_every_program_page
exit_codes_are_in_every_program_page_body() {
	for page in casemate.1 init.8 keyd.8 ledgerd.8 runner.8; do
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

atf_test_case every_pipe_message_is_documented
every_pipe_message_is_documented_body() {
	sed -n 's/^MSG(\([A-Z_]*\),.*/\1/p' "$CASEMATE_SRC/lib/msg.def" |
	while read -r name; do
		grep -q "$name" "$CASEMATE_SRC/docs/protocols.md" ||
		    echo "$name"
	done > missing
	atf_check cat missing
}

atf_test_case every_option_is_documented
every_option_is_documented_body() {
	sed -n '/subcommands\[\] = {/,/^};/p' "$CASEMATE_SRC/client/casemate.c" |
	grep -o -e '--[a-z][a-z-]*' | sort -u > options
	[ "$(wc -l < options)" -gt 20 ] || atf_fail "casemate.c was not read"
	while read -r option; do
		grep -q "Fl $(echo "$option" | cut -c 2-)" \
		    "$CASEMATE_SRC/docs/casemate.1" || echo "$option"
	done < options > missing
	atf_check cat missing
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

atf_init_test_cases() {
	atf_add_test_case man_pages_are_clean
	atf_add_test_case exit_codes_are_in_every_program_page
	atf_add_test_case links_lead_somewhere
	atf_add_test_case every_pipe_message_is_documented
	atf_add_test_case every_option_is_documented
	atf_add_test_case recipe_names_what_it_cannot_read
}
