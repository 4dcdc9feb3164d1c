# deps/check-static against programs that the image must not hold.

setup()
{
	check="$CASEMATE_SRC/deps/check-static"
	good="$CASEMATE_BUILD/bin/relro_probe"
	. "$CASEMATE_BUILD/paths"
	mcc=$deps/bin/mcc
	echo 'int main(void) { return 0; }' > prog.c
}

# check FINDING...: ./prog is refused, with its name and these findings.
refused()
{
	set -- $(printf ' -e match:prog:.*%s' "$@")
	atf_check -s exit:1 "$@" "$check" "$good" prog
}

atf_test_case static_pie_passes
static_pie_passes_body()
{
	setup
	atf_check "$check" "$good"
	atf_check "$mcc" -s -o prog prog.c
	atf_check "$check" "$good" prog
}

atf_test_case dynamic_program_is_refused
dynamic_program_is_refused_body()
{
	setup
	atf_check gcc -o prog prog.c
	refused interpreter:./lib64/ld-linux libc.so.6 glibc NOW
}

atf_test_case program_for_musl_s_loader_is_refused
program_for_musl_s_loader_is_refused_body()
{
	setup
	atf_check "$mcc" -Wl,-dynamic-linker,/lib/ld-musl-x86_64.so.1 \
	    -Wl,--no-as-needed -Wl,-Bdynamic -o prog prog.c
	refused interpreter:./lib/ld-musl
}

atf_test_case glibc_is_found_in_a_static_pie
glibc_is_found_in_a_static_pie_body()
{
	setup
	atf_check gcc -static-pie -Wl,-z,now -o prog prog.c
	refused "glibc.*note" "glibc.*texts"
	atf_check objcopy --remove-section=.note.ABI-tag prog
	refused "glibc.*texts"
}

atf_test_case fixed_address_is_refused
fixed_address_is_refused_body()
{
	setup
	atf_check gcc -static -o prog prog.c
	refused not.a.static-PIE
}

atf_test_case executable_stack_is_refused
executable_stack_is_refused_body()
{
	setup
	atf_check -e ignore "$mcc" -Wl,-z,execstack -o prog prog.c
	refused executable.stack
}

atf_test_case writable_code_is_refused
writable_code_is_refused_body()
{
	setup
	atf_check -e ignore "$mcc" -Wl,-N -o prog prog.c
	refused writable.and.executable
}

atf_test_case text_relocations_are_refused
text_relocations_are_refused_body()
{
	setup
	cat > text.s <<-EOT
		.text
		.globl here
	here:	.quad here
		.section .note.GNU-stack,"",@progbits
	EOT
	atf_check -e ignore "$mcc" -Wl,-z,notext -o prog prog.c text.s
	refused text.relocations
}

atf_test_case missing_relro_is_refused
missing_relro_is_refused_body()
{
	setup
	atf_check "$mcc" -Wl,-z,norelro -o prog prog.c
	refused no.RELRO
}

atf_test_case lazy_binding_is_refused
lazy_binding_is_refused_body()
{
	setup
	atf_check "$mcc" -Wl,-z,lazy -o prog prog.c
	refused no.NOW
}

atf_test_case what_is_no_program_is_refused
what_is_no_program_is_refused_body()
{
	setup
	echo hello > prog
	refused not.an.ELF
	rm prog
	refused not.an.ELF
	atf_check -s exit:100 -e match:usage "$check"
}

atf_test_case every_bad_program_is_named
every_bad_program_is_named_body()
{
	setup
	atf_check gcc -o one prog.c
	atf_check gcc -o two prog.c
	atf_check -s exit:1 -e match:": one: " -e match:": two: " \
	    -e not-match:relro_probe "$check" one "$good" two
}

atf_init_test_cases()
{
	atf_add_test_case static_pie_passes
	atf_add_test_case dynamic_program_is_refused
	atf_add_test_case program_for_musl_s_loader_is_refused
	atf_add_test_case glibc_is_found_in_a_static_pie
	atf_add_test_case fixed_address_is_refused
	atf_add_test_case executable_stack_is_refused
	atf_add_test_case writable_code_is_refused
	atf_add_test_case text_relocations_are_refused
	atf_add_test_case missing_relro_is_refused
	atf_add_test_case lazy_binding_is_refused
	atf_add_test_case what_is_no_program_is_refused
	atf_add_test_case every_bad_program_is_named
}
