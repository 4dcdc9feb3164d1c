/*
 * What is refused, and how it is told.  The texts in testdata/policy_text are
 * those that the official parser accepts (accept.txt) and refuses
 * (refuse.txt), one in each line.
 */
#include "cedar/data/policy.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

static struct policies set;
static struct doc_error error;

static int
add(const char *text, size_t len)
{
	return policies_add_text(&set, "f", text, len, POLICY_IDS_NUMBERED,
	    &error);
}

static void
bad_bytes(const char *text, size_t len, const char *expected)
{
	char message[512];

	policies_init(&set);
	ATF_REQUIRE_ERRNO(EBADMSG, add(text, len) == -1);
	doc_error_format(&error, 0, message, sizeof(message));
	ATF_CHECK_STREQ(message, expected);
	ATF_CHECK(set.n == 0 && set.text_len == 0 && set.numbered == 0);
	policies_free(&set);
}

static void
bad(const char *text, const char *expected)
{
	char full[512];

	snprintf(full, sizeof(full), "f:1:%s", expected);
	bad_bytes(text, strlen(text), full);
}

/* The expression is in the second line. */
static void
bad_expr(const char *expr, const char *expected)
{
	char text[1024], full[512];

	snprintf(text, sizeof(text),
	    "permit(principal,action,resource) when {\n%s};", expr);
	snprintf(full, sizeof(full), "f:2:%s", expected);
	bad_bytes(text, strlen(text), full);
}

static FILE *
open_samples(const char *name)
{
	const char *src = getenv("CASEMATE_SRC");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/cedar/testdata/policy_text/%s",
	    src == NULL ? "." : src, name);
	f = fopen(path, "r");
	ATF_REQUIRE_MSG(f != NULL, "%s; set CASEMATE_SRC", path);
	return f;
}

static void
check_samples(const char *name, int expected)
{
	FILE *f = open_samples(name);
	char *line = NULL;
	size_t cap = 0, count = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, f)) > 0) {
		policies_init(&set);
		ATF_CHECK_EQ_MSG(add(line, (size_t)n - 1), expected, "%s%s",
		    line, expected == 0 ? error.text : "is accepted");
		policies_free(&set);
		count++;
	}
	ATF_CHECK(count > 50);
	free(line);
	fclose(f);
}

ATF_TC_WITHOUT_HEAD(accepts_what_the_official_parser_accepts);
ATF_TC_BODY(accepts_what_the_official_parser_accepts, tc)
{
	check_samples("accept.txt", 0);
}

ATF_TC_WITHOUT_HEAD(refuses_what_the_official_parser_refuses);
ATF_TC_BODY(refuses_what_the_official_parser_refuses, tc)
{
	check_samples("refuse.txt", -1);
}

ATF_TC_WITHOUT_HEAD(errors_tell_what_was_expected);
ATF_TC_BODY(errors_tell_what_was_expected, tc)
{
	bad("permit", "7: expected `(' and the scope: (principal, action, "
	    "resource), not the end of the text");
	bad("permit(action", "8: expected `principal', not `action'");
	bad("permit(principal action", "18: expected `==', `in', `is' or `,' "
	    "after `principal', not `action'");
	bad("permit(principal,action is A", "25: expected `==' or `in' after "
	    "`action', not `is'");
	bad("permit(principal,action)", "24: expected `,' and the rest of the "
	    "scope: (principal, action, resource), not `)'");
	bad("permit(principal == User)", "25: expected `::' and the entity's "
	    "id in double quotes, as in User::\"alice\", not `)'");
	bad("permit(principal == User::)", "27: expected the entity's id in "
	    "double quotes, as in User::\"alice\", not `)'");
	bad("permit(principal == \"alice\")", "21: expected an entity, as "
	    "User::\"alice\", or a slot, not the string \"alice\"");
	bad("permit(principal is A::\"x\")", "24: expected the name of a type "
	    "without an id, not the string \"x\"");
	bad("permit(principal in [A::\"x\"])", "21: expected one entity: only "
	    "`action in' may have a list, not `['");
	bad("permit(principal, action == A::\"x\")", "29: expected an entity "
	    "of type Action (in any namespace), not of type `A'");
	bad("permit(principal == ?resource)", "21: expected `?principal', the "
	    "slot for this place, not `?resource'");
	bad("permit(principal,action in [Action::\"a\" Action::\"b\"])",
	    "41: expected `,' or `]', not `Action'");
	bad("@1", "2: expected the annotation's name after @, not `1'");
	bad("@a(b)", "4: expected the annotation's value in double quotes, "
	    "not `b'");
	bad("@a permi(", "4: expected `permit', `forbid' or another "
	    "annotation, not `permi'");
	bad("permit(principal,action,resource) when true", "40: expected `{' "
	    "after `when', not `true'");
	bad("permit(principal,action,resource) when {}", "41: expected an "
	    "expression in the condition, not `}'");
	bad("permit(principal,action == in::Action::\"x\")", "28: expected an "
	    "action, as Action::\"read\", not `in', which is reserved");
}

ATF_TC_WITHOUT_HEAD(errors_in_expressions_tell_what_was_expected);
ATF_TC_BODY(errors_in_expressions_tell_what_was_expected, tc)
{
	bad_expr("1 +", "4: expected an expression, not `}'");
	bad_expr("(1", "3: expected an operator or `)', not `}'");
	bad_expr("[1 2]", "4: expected an operator, `,' or `]', not `2'");
	bad_expr("{a: 1 b", "7: expected an operator, `,' or `}', not `b'");
	bad_expr("{a 1", "4: expected `:' after the record's key, not `1'");
	bad_expr("if 1 else", "6: expected an operator or `then', not "
	    "`else'");
	bad_expr("if 1 then 2", "12: expected an operator or `else', not "
	    "`}'");
	bad_expr("{a: 1, a: (2 + 3)}", "12: key `a' is in this record twice; "
	    "keep one");
	bad_expr("{a: 1, a: 2, b: 3}", "11: key `a' is in this record twice; "
	    "keep one");
	bad_expr("1 has 2", "7: expected an attribute's name, or a string in "
	    "double quotes, after `has', not `2'");
	bad_expr("1 has a.\"b\"", "9: expected an attribute's name, not the "
	    "string \"b\"");
	bad_expr("1 like a", "8: expected a pattern in double quotes after "
	    "`like', not `a'");
	bad_expr("principal.", "11: expected the name of an attribute or "
	    "method after `.', not `}'");
	bad_expr("principal[a]", "11: expected an attribute's name in double "
	    "quotes, not `a'");
	bad_expr("A::b", "1: there is no variable `A::b': expected principal, "
	    "action, resource, context, a function, an entity "
	    "(User::\"alice\") or a string in double quotes");
	bad_expr("?principal", "1: `?principal' is not allowed in a condition: "
	    "slots are for the scope; write principal or resource");
	bad_expr("1.f(2)", "3: there is no method `f': there are "
	    "contains, containsAll, containsAny, isEmpty, getTag, hasTag, "
	    "lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual, "
	    "isIpv4, isIpv6, isLoopback, ...");
	bad_expr("1.container(2)", "3: there is no method `container': did you "
	    "mean `contains'?");
	bad_expr("1.startsWith(2)", "3: there is no method `startsWith': write "
	    "VALUE like \"start*\"");
	bad_expr("f(2)", "1: there is no function `f': there are decimal, ip, "
	    "datetime, duration");
	bad_expr("isIpv4(1)", "1: `isIpv4' is a method: expected it after a "
	    "value, as in x.isIpv4(...)");
	bad_expr("contains(1)", "1: `contains' is a method: expected it after "
	    "a value, as in x.contains(...)");
	bad_expr("1.ip()", "3: `ip' is a function, not a method: expected "
	    "ip(...)");
	bad_expr("[].contains()", "4: `contains' takes one operand, not 0");
	bad_expr("[].isEmpty(1)", "4: `isEmpty' takes no operands, not 1");
	bad_expr("action(1)", "1: `action' is a variable, not a function");
	bad_expr("ip(\"\")(1)", "7: this cannot be called: expected an "
	    "operator; calls are f(...) and x.f(...)");
	bad_expr("1 == 2 == 3", "8: `==' after another comparison: expected "
	    "`&&', `||' or the end; put one of them in parentheses");
	bad_expr("1 has a + 2", "9: `+' after another comparison: expected "
	    "`&&', `||' or the end; put one of them in parentheses");
	bad_expr("!!!!!true", "5: more than 4 `!' in a row: expected an "
	    "operand");
	bad_expr("-!1", "2: expected an operand (write parentheses between ! "
	    "and -), not `!'");
}

ATF_TC_WITHOUT_HEAD(errors_know_other_languages);
ATF_TC_BODY(errors_know_other_languages, tc)
{
	bad("permit(principal = A::\"x\")", "18: expected `==', `in', `is' or "
	    "`,' after `principal', not `='; equality is written ==");
	bad("allow(principal", "1: expected `permit', `forbid' or an "
	    "annotation, not `allow'; the effects are permit and forbid");
	bad("permit(principal,action,resource) where {", "35: expected "
	    "`when', `unless' or `;', not `where'; the conditions are "
	    "when { } and unless { }");
	bad("permit(principal,action,resource)\npermit(principal", "34: "
	    "expected `;' at the end of the policy, before `permit'");
	bad("permit(principal,action,resource) // x\n", "34: expected `;' at "
	    "the end of the policy, before the end of the text");
	bad("# x", "1: `#' is not allowed outside strings and comments; "
	    "comments begin with //");
	bad("permit(principal == A::\xe2\x80\x9cx", "24: expected ASCII "
	    "outside strings and comments; strings are in plain double "
	    "quotes: \"");
	bad("\xef\xbb\xbfpermit", "1: a byte order mark; save the file as "
	    "UTF-8 without it");
	bad_expr("1 = 2", "3: expected an operator, or `}' at the end of the "
	    "condition, not `='; equality is written ==");
	bad_expr("true and false", "6: expected an operator, or `}' at the "
	    "end of the condition, not `and'; `and' is written &&");
	bad_expr("true & false", "6: `&' is not allowed outside strings and "
	    "comments; `and' is written &&");
	bad_expr("'x'", "1: `'' is not allowed outside strings and comments; "
	    "strings are in double quotes: \"like this\"");
	bad_expr("1 / 2", "3: expected an operator, or `}' at the end of the "
	    "condition, not `/'; there is no division, and comments begin "
	    "with //");
	bad_expr("true && if 1 then 2 else 3", "9: `if' after an operator: "
	    "expected it in parentheses, as in a && (if b then c else d)");
}

ATF_TC_WITHOUT_HEAD(texts_are_utf8_and_strings_end);
ATF_TC_BODY(texts_are_utf8_and_strings_end, tc)
{
	bad("// \xff", "4: this byte (0xff) is not UTF-8; "
	    "save the file as UTF-8");
	bad("// \xed\xa0\x80", "4: this byte (0xed) is not UTF-8; "
	    "save the file as UTF-8");
	bad("// \xc3", "4: this byte (0xc3) is not UTF-8; "
	    "save the file as UTF-8");
	bad_bytes("\n\0", 2, "f:2:1: `?' is not allowed outside strings and "
	    "comments");
	bad("@a(\"x", "4: this string has no end: expected a second \" before "
	    "the end of the text");
	bad("@a(\"x\\", "6: expected an escape after the backslash, not the "
	    "line's end; a line break is written \\n");
	bad("@a(\"x\\\n\")", "6: expected an escape after the backslash, not "
	    "the line's end; a line break is written \\n");
}

/* n times a, then b, then n times c. */
static const char *
nested(int n, const char *a, const char *b, const char *c)
{
	static char text[65536];
	char *p = text;

	p += sprintf(p, "permit(principal,action,resource) when {");
	for (int i = 0; i < n; i++)
		p += sprintf(p, "%s", a);
	p += sprintf(p, "%s", b);
	for (int i = 0; i < n; i++)
		p += sprintf(p, "%s", c);
	sprintf(p, "};");
	return text;
}

static void
check_depth(const char *a, const char *b, const char *c, int max)
{
	const char *text = nested(max, a, b, c);

	policies_init(&set);
	ATF_CHECK_EQ_MSG(add(text, strlen(text)), 0, "%s: %s", a, error.text);
	text = nested(max + 1, a, b, c);
	ATF_CHECK_EQ_MSG(add(text, strlen(text)), -1, "%s", a);
	ATF_CHECK_STREQ(error.text, "this is nested more than 64 levels deep");
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(nesting_is_limited_and_chains_are_not);
ATF_TC_BODY(nesting_is_limited_and_chains_are_not, tc)
{
	const char *text;

	check_depth("(", "1", ")", 64);
	check_depth("[", "1", "]", 63);
	check_depth("{a:", "1", "}", 63);
	check_depth("ip(", "1", ")", 63);
	check_depth("!(", "1", ")", 63);
	check_depth("1+(", "1", ")", 63);
	check_depth("if 1 then ", "1", " else 1", 63);
	check_depth("if ", "1", " then 1 else 1", 63);
	check_depth("", "1", ".toTime()", 63);
	policies_init(&set);
	text = nested(2000, "1 + ", "1", "");
	ATF_CHECK_EQ(add(text, strlen(text)), 0);
	text = nested(2000, "1||", "1", "");
	ATF_CHECK_EQ(add(text, strlen(text)), 0);
	text = nested(2000, "", "context", ".a");
	ATF_CHECK_EQ(add(text, strlen(text)), 0);
	text = nested(65, "", "principal == A::\"x\"", "");
	ATF_CHECK_EQ(add(text, strlen(text)), 0);
	policies_free(&set);
	bad("permit(principal == (((((((((((((((((((((((((((((((((((((((((((("
	    "(((((((((((((((((((((((((", "85: more than 64 parentheses around "
	    "an entity");
}

/* A policy of so many bytes. */
static char *
sized(size_t len)
{
	static const char end[] = "permit(principal,action,resource);";
	char *text = malloc(len + 1);

	memset(text, ' ', len);
	text[0] = '@';
	text[1] = 'a';
	memcpy(text + len - strlen(end), end, sizeof(end));
	return text;
}

ATF_TC_WITHOUT_HEAD(sizes_are_limited);
ATF_TC_BODY(sizes_are_limited, tc)
{
	char *text = sized(CEDAR_POLICY_MAX), *many;
	const size_t big = CEDAR_SET_MAX + 1;

	policies_init(&set);
	ATF_CHECK_EQ(add(text, CEDAR_POLICY_MAX), 0);
	policies_free(&set);
	free(text);
	text = sized(CEDAR_POLICY_MAX + 1);
	bad_bytes(text, CEDAR_POLICY_MAX + 1, "f:1:1: this policy has more "
	    "than 10240 bytes; split it");
	free(text);
	many = malloc(big);
	memset(many, ' ', big);
	bad_bytes(many, big, "f: the set is 1 bytes larger than the 1048576 "
	    "allowed; split it");
	policies_init(&set);
	ATF_CHECK_EQ(add(many, 1000), 0);
	ATF_CHECK_EQ(add(many, big - 1001), 0);
	ATF_CHECK_EQ(add(many, 1), -1);
	policies_free(&set);
	free(many);
}

ATF_TC_WITHOUT_HEAD(a_set_has_a_limited_number_of_policies);
ATF_TC_BODY(a_set_has_a_limited_number_of_policies, tc)
{
	static const char one[] = "permit(principal,action,resource);";
	char *text = malloc(CEDAR_POLICIES_MAX * sizeof(one)), *p = text;

	for (int i = 0; i < CEDAR_POLICIES_MAX; i++)
		p = stpcpy(p, one);
	policies_init(&set);
	ATF_REQUIRE_EQ(add(text, (size_t)(p - text)), 0);
	ATF_CHECK_EQ(set.n, CEDAR_POLICIES_MAX);
	ATF_REQUIRE_ERRNO(EBADMSG, add(one, sizeof(one) - 1) == -1);
	ATF_CHECK_STREQ(error.text, "too many policies and links in one set");
	policies_free(&set);
	free(text);
}

ATF_TC_WITHOUT_HEAD(without_memory_nothing_is_added);
ATF_TC_BODY(without_memory_nothing_is_added, tc)
{
	static const char text[] = "@a(\"b\") permit(principal == A::\"x\", "
	    "action in [Action::\"y\"], resource) when { {a: [ip(\"1\")], "
	    "b: context like \"a*\"}.a == principal.b && 1 has c.d };";
	size_t max;
	int rc = -1;

	for (max = 16; rc == -1; max += 16) {
		policies_init(&set);
		set.arena.max = max;
		rc = add(text, sizeof(text) - 1);
		if (rc == -1) {
			ATF_REQUIRE_EQ(errno, ENOMEM);
			ATF_CHECK_STREQ(error.text, "out of memory");
			ATF_CHECK_EQ(set.n, 0);
		}
		policies_free(&set);
	}
	ATF_CHECK(max > 1024);
}

static void
bad_uid(const char *text, const char *expected)
{
	const struct doc_source source = { "f", text, strlen(text) };
	const struct uid *uid;
	char message[512];

	ATF_REQUIRE_ERRNO(EBADMSG,
	    parse_uid_text(&uid, &set.arena, &source, &error) == -1);
	doc_error_format(&error, 0, message, sizeof(message));
	ATF_CHECK_STREQ(message, expected);
}

ATF_TC_WITHOUT_HEAD(an_entity_is_read_alone);
ATF_TC_BODY(an_entity_is_read_alone, tc)
{
	static const char text[] = " A::B :: \"x\\n\" // c";
	const struct doc_source source = { "f", text, strlen(text) };
	const struct uid *uid;

	policies_init(&set);
	ATF_REQUIRE_EQ(parse_uid_text(&uid, &set.arena, &source, &error), 0);
	ATF_CHECK_STREQ(uid->type->bytes, "A::B");
	ATF_CHECK_STREQ(uid->id->bytes, "x\n");
	bad_uid("", "f:1:1: expected an entity, as User::\"alice\", not the "
	    "end of the text");
	bad_uid("A", "f:1:2: expected `::' and the entity's id in double "
	    "quotes, as in User::\"alice\", not the end of the text");
	bad_uid("A::\"x\" B", "f:1:8: expected nothing more after the entity, "
	    "not `B'");
	policies_free(&set);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, accepts_what_the_official_parser_accepts);
	ATF_TP_ADD_TC(tp, refuses_what_the_official_parser_refuses);
	ATF_TP_ADD_TC(tp, errors_tell_what_was_expected);
	ATF_TP_ADD_TC(tp, errors_in_expressions_tell_what_was_expected);
	ATF_TP_ADD_TC(tp, errors_know_other_languages);
	ATF_TP_ADD_TC(tp, texts_are_utf8_and_strings_end);
	ATF_TP_ADD_TC(tp, nesting_is_limited_and_chains_are_not);
	ATF_TP_ADD_TC(tp, sizes_are_limited);
	ATF_TP_ADD_TC(tp, a_set_has_a_limited_number_of_policies);
	ATF_TP_ADD_TC(tp, without_memory_nothing_is_added);
	ATF_TP_ADD_TC(tp, an_entity_is_read_alone);
	return atf_no_error();
}
