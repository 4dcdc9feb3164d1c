# What mcc and mclang make, whatever they are told.

setup()
{
	. "$CASEMATE_BUILD/paths"
	mcc=$deps/bin/mcc
	check="$CASEMATE_SRC/deps/check-static"
	cat > prog.c <<-EOT
	#include <stdio.h>
	int main(void) { puts("it runs"); return 0; }
	EOT
}

atf_test_case relro_is_applied_at_run_time
relro_is_applied_at_run_time_body()
{
	atf_check -o inline:"r--p\n" "$CASEMATE_BUILD/bin/relro_probe"
}

atf_test_case write_to_relro_kills
write_to_relro_kills_body()
{
	atf_check -s signal:sigsegv -o inline:"r--p\n" \
	    "$CASEMATE_BUILD/bin/relro_probe" write
}

atf_test_case every_link_is_a_static_pie
every_link_is_a_static_pie_body()
{
	setup
	for flags in "" -static -pie -static-pie -no-pie "-O2 -flto" \
	    -pthread; do
		atf_check -e ignore "$mcc" $flags -o prog prog.c
		atf_check "$check" prog
		atf_check -o inline:"it runs\n" ./prog
	done
}

atf_test_case clang_makes_the_same_kind
clang_makes_the_same_kind_body()
{
	setup
	atf_check "$deps/bin/mclang" -O2 -o prog prog.c
	atf_check "$check" prog
	atf_check -o inline:"it runs\n" ./prog
}

# The host has these; the prefix has not.
atf_test_case host_libraries_and_headers_are_not_found
host_libraries_and_headers_are_not_found_body()
{
	setup
	LIBRARY_PATH=/usr/lib/x86_64-linux-gnu CPATH=/usr/include
	export LIBRARY_PATH CPATH
	for cc in mcc mclang; do
		atf_check -s not-exit:0 -e match:atf-c \
		    "$deps/bin/$cc" -o prog prog.c -latf-c
		echo '#include <atf-c.h>' > inc.c
		atf_check -s not-exit:0 -e match:"atf-c.h" \
		    "$deps/bin/$cc" -c inc.c
	done
}

atf_test_case objects_and_partial_links_work
objects_and_partial_links_work_body()
{
	setup
	atf_check "$mcc" -c prog.c
	atf_check "$mcc" -r -o part.o prog.o
	atf_check "$mcc" -o prog part.o
	atf_check -o inline:"it runs\n" ./prog
}

# One call of every library, linked together.
atf_test_case libraries_link_and_run
libraries_link_and_run_body()
{
	setup
	cat > libs.c <<-EOT
	#include <bearssl.h>
	#include <linux/landlock.h>
	#include <lmdb.h>
	#include <seccomp.h>
	#include <skalibs/uint32.h>
	#include <sodium.h>
	#include <stdio.h>
	#include <yaml.h>

	int
	main(void)
	{
		br_sha256_context sha;
		char buf[UINT32_FMT];
		scmp_filter_ctx filter;
		yaml_parser_t yaml;
		MDB_env *env;

		br_sha256_init(&sha);
		buf[uint32_fmt(buf, 42)] = 0;
		filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
		printf("%s %s %d %d %d %d %d\n", mdb_version(0, 0, 0), buf,
		    sodium_init(), filter != NULL, yaml_parser_initialize(&yaml),
		    mdb_env_create(&env),
		    seccomp_syscall_resolve_name("cachestat"));
		return 0;
	}
	EOT
	atf_check "$mcc" -o prog libs.c -lbearssl -llmdb -lsodium -lseccomp \
	    -lskarnet -lyaml
	atf_check "$check" prog
	atf_check -o match:"^LMDB 0.9.31: .* 42 0 1 1 0 451$" ./prog
}

atf_test_case prefix_can_be_moved
prefix_can_be_moved_body()
{
	setup
	cp -r "$deps" elsewhere
	atf_check elsewhere/bin/mcc -o prog prog.c
	atf_check -o inline:"it runs\n" ./prog
	atf_check -s exit:1 grep -rlF "$deps" elsewhere
}

atf_init_test_cases()
{
	atf_add_test_case relro_is_applied_at_run_time
	atf_add_test_case write_to_relro_kills
	atf_add_test_case every_link_is_a_static_pie
	atf_add_test_case clang_makes_the_same_kind
	atf_add_test_case host_libraries_and_headers_are_not_found
	atf_add_test_case objects_and_partial_links_work
	atf_add_test_case libraries_link_and_run
	atf_add_test_case prefix_can_be_moved
}
