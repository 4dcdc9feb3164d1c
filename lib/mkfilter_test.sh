# mkfilter: what it refuses, and what the filters that it makes do.

src=${CASEMATE_SRC:-$(pwd)}
mkfilter=${CASEMATE_BUILD:-$src/build}/bin/mkfilter

# refused LIST LINE TEXT: the list (a printf format) is refused with this line
# number and a message that holds the text.  No pipe into it: a failure in a
# subshell would be lost.
refused() {
	printf "$1" > bad.seccomp
	atf_check -s exit:1 -o empty -e match:"^bad.seccomp:$2: .*$3" \
	    "$mkfilter" bad bad.seccomp
}

# Make ./load, which prints the outcome of calls under test.seccomp's filter.
make_load() {
	atf_check -o save:test.seccomp.h "$mkfilter" test test.seccomp
	atf_check cc -D_GNU_SOURCE -I. -o load \
	    "$src/lib/testdata/mkfilter_load.c"
}

# The list is opened as descriptor 0, 1 or 2 when that is closed.
atf_test_case lost_output_is_no_success
lost_output_is_no_success_body() {
	printf 'default kill\nallow write # it reports\n' > a.seccomp
	atf_check -o save:want "$mkfilter" a a.seccomp
	for closed in "" "<&-" "2>&-" "<&- 2>&-"; do
		atf_check -o file:want sh -c "'$mkfilter' a a.seccomp $closed"
	done
	for closed in ">&-" "<&- >&-" ">&- 2>&-" "<&- >&- 2>&-" "> /dev/full"
	do
		atf_check -s exit:1 -o empty -e ignore \
		    sh -c "'$mkfilter' a a.seccomp $closed"
	done
}

atf_test_case filter_kills_what_is_not_listed
filter_kills_what_is_not_listed_body() {
	cat > test.seccomp <<-'END'
		# a comment
		default kill

		allow write		# the load program reports
		allow exit_group	# and ends
		allow getpid		# listed
		errno ENOSYS getppid	# listed as missing
	END
	make_load
	cat > want <<-'END'
		getpid 1
		getppid Function not implemented
		getuid signal 31
	END
	atf_check -o file:want ./load getpid getppid getuid
}

atf_test_case filter_fails_what_is_not_listed
filter_fails_what_is_not_listed_body() {
	cat > test.seccomp <<-'END'
		default errno EPERM
		allow write		# the load program reports
		allow exit_group	# and ends
		allow getpid		# listed
	END
	make_load
	cat > want <<-'END'
		getpid 1
		getuid Operation not permitted
	END
	atf_check -o file:want ./load getpid getuid
}

atf_test_case filter_looks_at_arguments
filter_looks_at_arguments_body() {
	cat > test.seccomp <<-'END'
		default errno EPERM
		allow write		# the load program reports
		allow exit_group	# and ends
		allow socket a0 == AF_UNIX a1 == SOCK_STREAM	# local
		allow umask a0 &0x700|0x38 == 0			# masked
	END
	make_load
	cat > want <<-'END'
		socket-unix 1
		socket-vsock Operation not permitted
		umask-masked 1
		umask-other Operation not permitted
	END
	atf_check -o file:want \
	    ./load socket-unix socket-vsock umask-masked umask-other
}

atf_test_case filter_takes_alternatives_on_several_lines
filter_takes_alternatives_on_several_lines_body() {
	cat > test.seccomp <<-'END'
		default errno EPERM
		allow write		# the load program reports
		allow exit_group	# and ends
		allow socket a0 == AF_UNIX	# local
		allow socket a0 == AF_VSOCK a1 == SOCK_DGRAM	# another
	END
	make_load
	cat > want <<-'END'
		socket-unix 1
		socket-vsock Operation not permitted
	END
	atf_check -o file:want ./load socket-unix socket-vsock
}

atf_test_case filter_has_two_actions_for_one_call
filter_has_two_actions_for_one_call_body() {
	cat > test.seccomp <<-'END'
		default kill
		allow write		# the load program reports
		allow exit_group	# and ends
		allow socket a0 == AF_UNIX		# local
		errno EAFNOSUPPORT socket a0 != AF_UNIX	# says why
	END
	make_load
	cat > want <<-'END'
		socket-unix 1
		socket-vsock Address family not supported by protocol
	END
	atf_check -o file:want ./load socket-unix socket-vsock
}

atf_test_case filter_on_top_denies_what_it_lists
filter_on_top_denies_what_it_lists_body() {
	cat > test.seccomp <<-'END'
		default allow
		errno EPERM mremap a1 == 0	# nothing
		errno EPERM mremap a1 > 0xfffffffffffff000	# past the end
	END
	make_load
	cat > want <<-'END'
		getpid 1
		mremap-none Operation not permitted
		mremap-page Invalid argument
		mremap-4g Invalid argument
		mremap-last Invalid argument
		mremap-past Operation not permitted
		x32 signal 31
	END
	atf_check -o file:want ./load getpid mremap-none mremap-page \
	    mremap-4g mremap-last mremap-past x32
	refused 'default allow\nallow read # x\n' 2 'what the default does'
}

atf_test_case included_list_yields_to_lines_before_it
included_list_yields_to_lines_before_it_body() {
	cat > other.seccomp <<-'END'
		default kill
		allow getpid		# only there
		errno EPERM getppid	# not taken over
		allow socket a0 == AF_UNIX	# wider below
		allow umask a0 &0x700 == 0	# condition kept
		allow umask a0 == 0x7ff		# both of them
	END
	cat > test.seccomp <<-'END'
		default errno ENOSYS
		allow write		# the load program reports
		allow exit_group	# and ends
		allow socket		# of every kind
		include other.seccomp	# children narrow themselves to it
	END
	make_load
	cat > want <<-'END'
		getpid 1
		getppid Function not implemented
		umask-masked 1
		umask-other Function not implemented
	END
	atf_check -o file:want ./load getpid getppid umask-masked umask-other
	atf_check -o not-match:implemented ./load socket-vsock
	refused 'default kill\ninclude a/b # x\n' 2 'one file'
	refused 'default kill\ninclude # x\n' 2 'one file'
	refused 'default kill\ninclude other.seccomp\n' 2 'no reason'
	atf_check -s exit:1 -e match:'^none.seccomp:0: No such' -x \
	    "printf 'default kill\ninclude none.seccomp # x\n' > x.seccomp
	    $mkfilter x x.seccomp"
}

atf_test_case filter_kills_other_call_tables
filter_kills_other_call_tables_body() {
	cat > test.seccomp <<-'END'
		default errno EPERM
		allow write		# the load program reports
		allow exit_group	# and ends
		allow getpid		# in the 64-bit table alone
		allow writev		# 20, which is getpid for i386
	END
	make_load
	atf_check -o inline:'x32 signal 31\n' ./load x32
	# A machine without the 32-bit door answers with another signal.
	atf_check -o match:'^i386 signal (31|11)$' ./load i386
}

atf_test_case list_needs_a_default
list_needs_a_default_body() {
	refused 'allow read # x\n' 1 'no default yet'
	refused '# only a comment\n' 1 'empty'
	refused 'default kill\ndefault kill\n' 2 'second default'
	refused 'default trap\n' 1 '"default" is followed by'
	refused 'default errno\n' 1 'needs the name of an error'
	refused 'default errno EWHAT\n' 1 'no number and no name'
	refused 'default kill now\n' 1 'more than a default'
}

atf_test_case list_needs_a_reason_on_every_line
list_needs_a_reason_on_every_line_body() {
	refused 'default kill\nallow read\n' 2 'no reason'
	refused 'default kill\nallow read # \t\n' 2 'no reason'
	refused 'default kill\nerrno EPERM read #\n' 2 'no reason'
}

atf_test_case list_names_calls_of_this_machine
list_names_calls_of_this_machine_body() {
	refused 'default kill\nallow reed # x\n' 2 '"reed" is no system call'
	refused 'default kill\nallow socketcall # x\n' 2 \
	    '"socketcall" is no system call'
	refused 'default kill\nallow # x\n' 2 'call is missing'
	refused 'default kill\npermit read # x\n' 2 '"permit" is no rule'
}

atf_test_case list_has_no_duplicates_or_contradictions
list_has_no_duplicates_or_contradictions_body() {
	refused 'default kill\nallow read # x\n\nallow read # y\n' 4 \
	    'read is on line 2 already'
	refused 'default kill\nallow read # x\nallow read a0 == 1 # y\n' 3 \
	    'read is on line 2 already'
	refused 'default kill\nallow read a0 == 1 #x\nallow read a0 == 1 # y\n' 3 \
	    'read is on line 2 already'
	refused 'default errno EPERM\nerrno EPERM read # y\n' 2 \
	    'what the default does'
}

atf_test_case list_has_whole_conditions
list_has_whole_conditions_body() {
	bad() {
		refused "default kill\nallow read $1 # x\n" 2 "$2"
	}

	bad 'a6 == 1' '"a6" is no argument'
	bad 'fd == 1' '"fd" is no argument'
	bad 'a0' 'a0 has no comparison'
	bad 'a0 ==' 'compared with nothing'
	bad 'a0 = 1' '"=" is no comparison'
	bad 'a0 &1 != 1' 'followed by "=="'
	bad 'a0 == AF_WHAT' '"AF_WHAT" is no number'
	bad 'a0 == -1' '"-1" is no number'
	bad 'a0 == 12x' '"12x" is no number'
	bad 'a0 == 1 a0 == 2' 'two conditions'
}

atf_test_case list_is_whole_lines
list_is_whole_lines_body() {
	refused 'default kill\nallow read # x' 2 'has no end'
	atf_check -s exit:1 -e match:'^none.seccomp:0: No such file' \
	    "$mkfilter" none none.seccomp
	atf_check -s exit:100 -e match:usage "$mkfilter" one
}

atf_init_test_cases() {
	atf_add_test_case lost_output_is_no_success
	atf_add_test_case filter_kills_what_is_not_listed
	atf_add_test_case filter_fails_what_is_not_listed
	atf_add_test_case filter_looks_at_arguments
	atf_add_test_case filter_takes_alternatives_on_several_lines
	atf_add_test_case filter_has_two_actions_for_one_call
	atf_add_test_case filter_on_top_denies_what_it_lists
	atf_add_test_case included_list_yields_to_lines_before_it
	atf_add_test_case filter_kills_other_call_tables
	atf_add_test_case list_needs_a_default
	atf_add_test_case list_needs_a_reason_on_every_line
	atf_add_test_case list_names_calls_of_this_machine
	atf_add_test_case list_has_no_duplicates_or_contradictions
	atf_add_test_case list_has_whole_conditions
	atf_add_test_case list_is_whole_lines
}
