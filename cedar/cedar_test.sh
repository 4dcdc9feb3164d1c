# libcedar.a and cedar.h as others get them.

include=$CASEMATE_BUILD/cedar/include
library=$CASEMATE_BUILD/cedar/libcedar.a

# The installed files and the example, away from the tree.
install() {
	cp "$include/cedar.h" "$library" "$CASEMATE_SRC/cedar/example.c" .
}

atf_test_case example_builds_outside_the_tree
example_builds_outside_the_tree_body()
{
	install
	atf_check gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -I. \
	    -o example example.c -L. -lcedar -lyaml
	atf_check -o inline:'allowed by rules:policy0\n' ./example
}

atf_test_case header_is_cplusplus_too
header_is_cplusplus_too_body()
{
	install
	echo '#include <cedar.h>
	int main() { return cedar_policies_new() == 0; }' > try.cc
	atf_check clang++ -Wall -Wextra -Wpedantic -Werror -I. -fsyntax-only \
	    try.cc
}

atf_test_case header_includes_only_the_standard
header_includes_only_the_standard_body()
{
	atf_check -o inline:'#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
' grep '#include' "$include/cedar.h"
}

atf_test_case archive_has_only_the_names_of_the_header
archive_has_only_the_names_of_the_header_body()
{
	nm -g --defined-only "$library" | sed -n 's/.* [A-Z] //p' |
	    sort > defined
	grep -o '\bcedar_[a-z_]*(' "$include/cedar.h" | tr -d '(' |
	    sort -u > mentioned
	[ -s defined ] || atf_fail "no names"
	atf_check comm -23 defined mentioned
	# The comments name some functions with a star.
	comm -13 defined mentioned | grep -v '_$' > missing
	atf_check cat missing
}

atf_test_case archive_needs_only_libc_and_libyaml
archive_needs_only_libc_and_libyaml_body()
{
	install
	echo 'int main(void) { return 0; }' > main.c
	atf_check gcc -o all main.c -Wl,--whole-archive libcedar.a \
	    -Wl,--no-whole-archive -lyaml
	atf_check -s exit:1 grep -qi casemate libcedar.a
}

atf_test_case readme_shows_the_example
readme_shows_the_example_body()
{
	sed -n '/^```c$/,/^```$/p' "$CASEMATE_SRC/cedar/README.md" |
	    sed '1d;$d' > shown
	atf_check cmp shown "$CASEMATE_SRC/cedar/example.c"
}

atf_init_test_cases()
{
	atf_add_test_case example_builds_outside_the_tree
	atf_add_test_case header_is_cplusplus_too
	atf_add_test_case header_includes_only_the_standard
	atf_add_test_case archive_has_only_the_names_of_the_header
	atf_add_test_case archive_needs_only_libc_and_libyaml
	atf_add_test_case readme_shows_the_example
}
