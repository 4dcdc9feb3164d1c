#include "doc.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct doc d;

static void
good(const char *text)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(doc_read_json(&d, "f", text, strlen(text), 65536,
	    &e) == 0, "%s: %s", text, e.text);
}

/* Refused, with this place and message. */
static void
bad_bytes(const char *text, size_t len, const char *expected)
{
	char message[512];
	struct doc_error e;

	ATF_REQUIRE_ERRNO(EBADMSG, doc_read_json(&d, "f", text, len, 65536,
	    &e) == -1);
	doc_error_format(&e, 0, message, sizeof(message));
	ATF_CHECK_STREQ(message, expected);
}

static void
bad(const char *text, const char *expected)
{
	bad_bytes(text, strlen(text), expected);
}

/* The only value of a text is a string of these bytes. */
static void
string(const char *text, const char *bytes, size_t len)
{
	good(text);
	ATF_CHECK_EQ(d.nodes[0].kind, DOC_STRING);
	ATF_CHECK_EQ(d.nodes[0].str->len, len);
	ATF_CHECK(memcmp(d.nodes[0].str->bytes, bytes, len) == 0);
	doc_free(&d);
}

static void
number(const char *text, int64_t n)
{
	good(text);
	ATF_CHECK_EQ(d.nodes[0].kind, DOC_INT);
	ATF_CHECK_EQ(d.nodes[0].n, n);
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(every_kind_is_read);
ATF_TC_BODY(every_kind_is_read, tc)
{
	static const enum doc_kind kinds[] = { DOC_OBJECT, DOC_NULL, DOC_BOOL,
	    DOC_BOOL, DOC_INT, DOC_STRING, DOC_ARRAY, DOC_OBJECT };

	good(" {\"a\": null, \"b\":true,\"c\":false,\r\n\t\"d\": 12, "
	    "\"e\":\"x\", \"f\": [] , \"g\" :{} } ");
	ATF_REQUIRE_EQ(d.n, 8);
	for (uint32_t i = 0; i < d.n; i++)
		ATF_CHECK_EQ(d.nodes[i].kind, kinds[i]);
	ATF_CHECK_EQ(d.nodes[0].count, 7);
	ATF_CHECK(d.nodes[2].b);
	ATF_CHECK(!d.nodes[3].b);
	ATF_CHECK_EQ(d.nodes[4].n, 12);
	ATF_CHECK_STREQ(d.nodes[5].str->bytes, "x");
	ATF_CHECK_STREQ(d.nodes[7].key->bytes, "g");
	doc_free(&d);
	good("true");
	ATF_CHECK(d.n == 1 && d.nodes[0].b);
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(children_are_walked_past_their_descendants);
ATF_TC_BODY(children_are_walked_past_their_descendants, tc)
{
	static const int64_t numbers[] = { 1, 2, 3 };
	size_t n = 0;

	good("{\"x\": [[[7]], {\"a\": {\"b\": []}}], \"y\": {\"n\": 1, \"m\": "
	    "[0], \"k\": 2, \"l\": 3}, \"z\": []}");
	for (uint32_t y = doc_get(&d, 0, "y"), c = doc_first(&d, y); c != 0;
	    c = doc_next(&d, y, c))
		if (d.nodes[c].kind == DOC_INT)
			ATF_CHECK_EQ(d.nodes[c].n, numbers[n++]);
	ATF_CHECK_EQ(n, 3);
	ATF_CHECK_EQ(doc_first(&d, doc_get(&d, 0, "z")), 0);
	ATF_CHECK_EQ(doc_get(&d, 0, "w"), 0);
	ATF_CHECK_EQ(doc_get(&d, doc_get(&d, 0, "x"), "x"), 0);
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(strings_are_decoded);
ATF_TC_BODY(strings_are_decoded, tc)
{
	string("\"\"", "", 0);
	string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8);
	string("\"a\\u0000b\"", "a\0b", 3);
	string("\"\\u00e9\\u20AC\\uFFFF\"", "\xc3\xa9\xe2\x82\xac\xef\xbf\xbf",
	    8);
	string("\"\\ud83d\\uDE00\"", "\xf0\x9f\x98\x80", 4);
	string("\"\xf0\x9f\x98\x80\x7f\"", "\xf0\x9f\x98\x80\x7f", 5);
}

ATF_TC_WITHOUT_HEAD(bad_strings_are_refused);
ATF_TC_BODY(bad_strings_are_refused, tc)
{
	bad("\"abc", "f:1:1: a string that does not end; expected a closing "
	    "\"");
	bad("\"a\\", "f:1:4: expected one of \" \\ / b f n r t u after a "
	    "backslash, not the end of the text");
	bad("\"\\x41\"", "f:1:3: expected one of \" \\ / b f n r t u after a "
	    "backslash, not `x'");
	bad("\"\\u12g4\"", "f:1:6: expected four hexadecimal digits after "
	    "\\u, not `g'");
	bad("\"a\nb\"", "f:1:3: a control character in a string; write it as "
	    "\\u000a");
	bad_bytes("\"\0\"", 3, "f:1:2: a control character in a string; "
	    "write it as \\u0000");
	bad("\"\xc3(\"", "f:1:2: this byte (0xc3) is not UTF-8; "
	    "save the file as UTF-8");
	bad("\"\xed\xa0\x80\"", "f:1:2: this byte (0xed) is not UTF-8; "
	    "save the file as UTF-8");
	bad("\"\xf4\x90\x80\x80\"", "f:1:2: this byte (0xf4) is not UTF-8; "
	    "save the file as UTF-8");
	for (int i = 0; i < 4; i++) {
		static const char *const halves[] = { "\"\\ud800\"",
		    "\"\\udc00\"", "\"\\ud800\\u0041\"",
		    "\"\\ud800\\ud800\"" };

		bad(halves[i], "f:1:2: half of a surrogate pair; expected "
		    "both halves, or neither");
	}
}

ATF_TC_WITHOUT_HEAD(numbers_are_whole_and_of_64_bits);
ATF_TC_BODY(numbers_are_whole_and_of_64_bits, tc)
{
	number("0", 0);
	number("-7", -7);
	number("9223372036854775807", INT64_MAX);
	number("-9223372036854775808", INT64_MIN);
	bad("9223372036854775808", "f:1:1: a number beyond 64 bits");
	bad("-9223372036854775809", "f:1:1: a number beyond 64 bits");
	bad("[1.0]", "f:1:2: expected a whole number without exponent");
	bad("1e3", "f:1:1: expected a whole number without exponent");
	bad("-0", "f:1:1: expected a whole number without exponent");
	bad("01", "f:1:1: a number that begins with 0; remove the 0");
	bad("-", "f:1:2: expected a digit, not the end of the text");
	bad("+1", "f:1:1: expected a value, not `+'");
	bad(".5", "f:1:1: expected a value, not `.'");
}

ATF_TC_WITHOUT_HEAD(bad_structure_is_named_with_its_place);
ATF_TC_BODY(bad_structure_is_named_with_its_place, tc)
{
	bad("", "f:1:1: expected a value, not the end of the text");
	bad("[1,]", "f:1:4: expected a value, not `]'");
	bad("[,1]", "f:1:2: expected a value, not `,'");
	bad("[1 2]", "f:1:4: expected `,' or `]', not `2'");
	bad("[1}", "f:1:3: expected `,' or `]', not `}'");
	bad("[", "f:1:2: expected a value, not the end of the text");
	bad("{\"a\":}", "f:1:6: expected a value, not `}'");
	bad("{\"a\" 1}", "f:1:6: expected `:' after a key, not `1'");
	bad("{\"a\":1,}", "f:1:8: expected a key in quotes, not `}'");
	bad("{,}", "f:1:2: expected a key in quotes, or `}', not `,'");
	bad("{a:1}", "f:1:2: expected a key in quotes, or `}', not `a'");
	bad("{\"a\":1]", "f:1:7: expected `,' or `}', not `]'");
	bad("{\"a\":1", "f:1:7: expected `,' or `}', not the end of the text");
	bad("true\n\nfalse", "f:3:1: expected the end of the text, not `f'");
	bad("[1]]", "f:1:4: expected the end of the text, not `]'");
	bad("nul", "f:1:1: expected a value, not `n'");
	bad("True", "f:1:1: expected a value, not `T'");
	bad("\xef\xbb\xbf" "1", "f:1:1: a byte order mark; save the file as "
	    "UTF-8 without it");
	bad("// x\n1", "f:1:1: expected a value, not `/'");
	bad_bytes("1\0", 2, "f:1:2: expected the end of the text, not byte "
	    "0x00");
}

ATF_TC_WITHOUT_HEAD(a_key_given_twice_is_refused_at_its_second_place);
ATF_TC_BODY(a_key_given_twice_is_refused_at_its_second_place, tc)
{
	bad("{\"a\": 1,\n \"b\": {\"a\": 2}, \"\\u0061\": 3}", "f:2:17: key `a' "
	    "is in this object twice; keep one");
	good("[{\"a\": {\"a\": 1}}, {\"a\": 1, \"A\": 1, \"a\\u0000\": 1}]");
	doc_free(&d);
}

/* Brackets, one in another. */
static const char *
nested(char text[2 * DOC_DEPTH_MAX + 4], int n)
{
	memset(text, '[', (size_t)n);
	memset(text + n, ']', (size_t)n);
	text[2 * n] = '\0';
	return text;
}

ATF_TC_WITHOUT_HEAD(limits_hold);
ATF_TC_BODY(limits_hold, tc)
{
	char text[2 * DOC_DEPTH_MAX + 4];
	struct doc_error e;

	good(nested(text, DOC_DEPTH_MAX));
	ATF_CHECK_EQ(d.n, DOC_DEPTH_MAX);
	doc_free(&d);
	bad(nested(text, DOC_DEPTH_MAX + 1), "f:1:193: nested more than 192 "
	    "levels deep; use fewer levels");
	ATF_CHECK_EQ(doc_read_json(&d, "f", "1234", 4, 4, &e), 0);
	doc_free(&d);
	ATF_CHECK_ERRNO(EBADMSG, doc_read_json(&d, "f", "12345", 5, 4,
	    &e) == -1);
	ATF_CHECK_STREQ(e.text, "5 bytes; at most 4 are read");
	ATF_CHECK_EQ(e.line, 0);
}

ATF_TC_WITHOUT_HEAD(errors_name_a_node_or_its_key);
ATF_TC_BODY(errors_name_a_node_or_its_key, tc)
{
	struct doc_error e;
	uint32_t c;

	good("{\n  \"a\": {\"b\":\n\t[1] }}");
	c = doc_get(&d, doc_get(&d, 0, "a"), "b");
	ATF_CHECK_EQ(doc_error(&d, c, &e, "expected %s",
	    doc_kind_name(DOC_INT)), -1);
	ATF_CHECK_STREQ(e.text, "expected a number");
	ATF_CHECK_STREQ(e.source, " [1] }}");
	ATF_CHECK(e.line == 3 && e.col == 2);
	doc_error_key(&d, c, &e, "x");
	ATF_CHECK(e.line == 2 && e.col == 9);
	doc_error_key(&d, 0, &e, "x");
	ATF_CHECK(e.line == 1 && e.col == 1);
	doc_free(&d);
}

/* The message when the text's root is checked against two fields. */
static void
fields(const char *text, const char *expected)
{
	static const struct doc_field two[] = {
		{ "name", DOC_MAY(STRING), false },
		{ "n", DOC_MAY(NULL) | DOC_MAY(INT), true },
	};
	char message[512] = "";
	struct doc_error e;
	uint32_t found[2];

	good(text);
	if (doc_fields(&d, 0, two, 2, found, &e) == -1)
		doc_error_format(&e, 0, message, sizeof(message));
	else
		ATF_CHECK(found[0] == 2 && found[1] == 1);
	ATF_CHECK_STREQ(message, expected);
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(fields_are_found_by_a_table);
ATF_TC_BODY(fields_are_found_by_a_table, tc)
{
	fields("{\"n\": 1, \"name\": \"x\"}", "");
	fields("{\"n\": null, \"name\": \"x\"}", "");
	fields("[]", "f:1:1: expected an object, not a list");
	fields("{\"n\": 1}", "f:1:1: no field `name' in this object");
	fields("{\"name\": 1}", "f:1:10: `name' takes a string, not a "
	    "number");
	fields("{\"name\": \"\", \"n\": {}}", "f:1:19: `n' takes null or a "
	    "number, not an object");
	fields("{\"name\": \"\", \"m\\u0000\": 1}", "f:1:14: unknown field "
	    "`m?'; expected name, n");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, every_kind_is_read);
	ATF_TP_ADD_TC(tp, children_are_walked_past_their_descendants);
	ATF_TP_ADD_TC(tp, strings_are_decoded);
	ATF_TP_ADD_TC(tp, bad_strings_are_refused);
	ATF_TP_ADD_TC(tp, numbers_are_whole_and_of_64_bits);
	ATF_TP_ADD_TC(tp, bad_structure_is_named_with_its_place);
	ATF_TP_ADD_TC(tp, a_key_given_twice_is_refused_at_its_second_place);
	ATF_TP_ADD_TC(tp, limits_hold);
	ATF_TP_ADD_TC(tp, errors_name_a_node_or_its_key);
	ATF_TP_ADD_TC(tp, fields_are_found_by_a_table);
	return atf_no_error();
}
