# The commands of README.md and casemate(1), as they are written there.

. "$CASEMATE_SRC/qemu-tests/lib.sh"

# home NAME: a home of one's own; the appliance is called NAME.
home() {
	unset XDG_STATE_HOME
	HOME=$PWD
	export HOME
	vm_state=$HOME/.local/state/casemate/$1
	console=$vm_state/console.log
}

# clone: `build' and `rootfs' as in a clone, and the commands in PATH.
clone() {
	ln -s "$CASEMATE_BUILD" build
	mkdir rootfs
	cp -r "$CASEMATE_SRC/rootfs/site-example" rootfs/
	chmod -R u+w rootfs
	PATH=$CASEMATE_BUILD/bin:$PATH
	export PATH
}

# run_commands: those in the file `commands', which may not ask for a passphrase.
run_commands() {
	sed -i "s/ *# .*//; s/^ssh-keygen /&-q -N '' /" commands
	atf_check -o save:out -e save:err sh -e ./commands
}

atf_test_case commands_of_the_readme_work cleanup
commands_of_the_readme_work_head() {
	atf_set descr 'every command of "Use it"'
	atf_set timeout 240
}
commands_of_the_readme_work_body() {
	home box
	clone
	awk '/^## Use it/ { on = 1 } on && /^```/ { n++; next }
	on && n == 1' "$CASEMATE_SRC/README.md" > commands
	[ "$(grep -c casemate commands)" -ge 8 ] || atf_fail "README was not read"
	run_commands
	atf_check -o ignore grep -x 42 out
	atf_check -o ignore grep '^jobs  *0 of 8 slots running, 1 done' out
	[ "$(grep -c 'receipt verified' err)" -ge 1 ] || atf_fail "no receipt"
}
commands_of_the_readme_work_cleanup() {
	home box
	vm_cleanup box
}

atf_test_case commands_of_the_man_page_work cleanup
commands_of_the_man_page_work_head() {
	atf_set descr 'every command of the example in casemate(1)'
	atf_set timeout 240
}
commands_of_the_man_page_work_body() {
	home default
	clone
	elf_job job hello
	sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$CASEMATE_SRC/docs/casemate.1" |
	    sed '1,/^\.Bd/d; /^\.Ed/d; s/\\e$/\\/' > commands
	grep -q '^casemate down' commands || atf_fail "the page was not read"
	run_commands
	atf_check -o ignore grep hello out
	atf_check -o ignore grep 'receipt verified' err
}
commands_of_the_man_page_work_cleanup() {
	home default
	vm_cleanup default
}

atf_test_case example_with_two_keys_works cleanup
example_with_two_keys_works_head() {
	atf_set descr 'the second example of casemate(1)'
	atf_set timeout 240
}
example_with_two_keys_works_body() {
	default_site
	for k in author submitter; do
		new_key $k
	done
	signer alice author >> site/allowed_signers
	signer carol submitter >> site/allowed_signers
	atf_check -o ignore -e ignore "$do" vm_up
	cp "$vm_state/appliance.vkey" site-a.vkey
	PATH=$CASEMATE_BUILD/bin:$PATH
	elf_job job hello
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$CASEMATE_SRC/docs/casemate.1" |
	    sed '1,/^\.Ed/d' | sed '1,/^\.Bd/d; /^\.Ed/,$d; s/\\e$/\\/
	    s,/run/vm/v.sock,'"$vm_state"/vsock.sock, > commands
	grep -q 'key submitter' commands || atf_fail "the page was not read"
	run_commands
	atf_check -o ignore grep hello out
	atf_check_equal alice "$(field job.receipt author)"
	atf_check_equal carol "$(field job.receipt submitter)"
}
example_with_two_keys_works_cleanup() {
	vm_cleanup
}

atf_init_test_cases() {
	atf_add_test_case commands_of_the_readme_work
	atf_add_test_case commands_of_the_man_page_work
	atf_add_test_case example_with_two_keys_works
}
