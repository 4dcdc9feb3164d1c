#include "doc.h"

#include <atf-c.h>

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

static struct doc d;

static void
good(const char *text)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(doc_read_yaml(&d, "f", text, strlen(text), 65536,
	    &e) == 0, "%s: %s", text, e.text);
}

/* Refused, with this place and message. */
static void
bad(const char *text, const char *expected)
{
	char message[512];
	struct doc_error e;

	ATF_REQUIRE_ERRNO(EBADMSG, doc_read_yaml(&d, "f", text, strlen(text),
	    65536, &e) == -1);
	doc_error_format(&e, 0, message, sizeof(message));
	ATF_CHECK_MSG(strncmp(message, expected, strlen(expected)) == 0,
	    "%s, not %s", message, expected);
}

/* The list's i-th element. */
static const struct doc_node *
element(uint32_t i)
{
	uint32_t c = doc_first(&d, 0);

	while (i-- > 0)
		c = doc_next(&d, 0, c);
	return &d.nodes[c];
}

ATF_TC_WITHOUT_HEAD(a_mapping_is_read);
ATF_TC_BODY(a_mapping_is_read, tc)
{
	uint32_t list;

	good("# who\nname: x\nlist:\n- 1\n- [a, 'b']\nmore: {k: v}\n");
	ATF_CHECK_EQ(d.nodes[0].kind, DOC_OBJECT);
	ATF_CHECK_EQ(d.nodes[0].count, 3);
	ATF_CHECK_STREQ(d.nodes[doc_get(&d, 0, "name")].str->bytes, "x");
	list = doc_get(&d, 0, "list");
	ATF_CHECK_EQ(d.nodes[list].kind, DOC_ARRAY);
	ATF_CHECK_EQ(d.nodes[list].count, 2);
	ATF_CHECK_STREQ(d.nodes[doc_get(&d, doc_get(&d, 0, "more"),
	    "k")].str->bytes, "v");
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(plain_scalars_are_few_things_or_strings);
ATF_TC_BODY(plain_scalars_are_few_things_or_strings, tc)
{
	static const char *const strings[] = { "yes", "no", "on", "True",
	    "NULL", "~", "1.5", "1e3", "007", "+1", "--1", "0x1f",
	    "2026-01-02", "User::\"a\"" };
	char text[64];

	good("- true\n- false\n- null\n-\n- 12\n- -12\n- 0\n"
	    "- 9223372036854775807\n- -9223372036854775808\n");
	ATF_CHECK(element(0)->kind == DOC_BOOL && element(0)->b);
	ATF_CHECK(element(1)->kind == DOC_BOOL && !element(1)->b);
	ATF_CHECK_EQ(element(2)->kind, DOC_NULL);
	ATF_CHECK_EQ(element(3)->kind, DOC_NULL);
	ATF_CHECK_EQ(element(4)->n, 12);
	ATF_CHECK_EQ(element(5)->n, -12);
	ATF_CHECK(element(6)->kind == DOC_INT && element(6)->n == 0);
	ATF_CHECK_EQ(element(7)->n, INT64_MAX);
	ATF_CHECK_EQ(element(8)->n, INT64_MIN);
	doc_free(&d);
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		snprintf(text, sizeof(text), "k: %s\n", strings[i]);
		good(text);
		ATF_CHECK_EQ(d.nodes[1].kind, DOC_STRING);
		ATF_CHECK_STREQ(d.nodes[1].str->bytes, strings[i]);
		doc_free(&d);
	}
}

ATF_TC_WITHOUT_HEAD(quoted_scalars_are_strings);
ATF_TC_BODY(quoted_scalars_are_strings, tc)
{
	good("[\"12\", 'true', \"\", \"a\\0b\", \"\\u00e9\"]");
	for (uint32_t i = 0; i < 5; i++)
		ATF_CHECK_EQ(element(i)->kind, DOC_STRING);
	ATF_CHECK_STREQ(element(0)->str->bytes, "12");
	ATF_CHECK_EQ(element(2)->str->len, 0);
	ATF_CHECK_EQ(element(3)->str->len, 3);
	ATF_CHECK_STREQ(element(4)->str->bytes, "\xc3\xa9");
	doc_free(&d);
	good("- |\n  two\n  lines\n");
	ATF_CHECK_STREQ(element(0)->str->bytes, "two\nlines\n");
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(scalars_stay_text_where_types_are_known);
ATF_TC_BODY(scalars_stay_text_where_types_are_known, tc)
{
	static const char text[] = "- 12\n- true\n-\n"
	    "- 99999999999999999999\n- -0\n- '12'\n- \"\"\n";
	static const char *const strings[] = { "12", "true", NULL,
	    "99999999999999999999", "-0", "12", "" };
	struct doc_error e;

	ATF_REQUIRE_EQ(doc_read_yaml_text(&d, "f", text, strlen(text), 65536,
	    8, &e), 0);
	ATF_REQUIRE_EQ(d.n, 8);
	for (uint32_t i = 0; i < 7; i++) {
		ATF_CHECK_EQ(element(i)->kind, strings[i] == NULL ? DOC_NULL :
		    DOC_STRING);
		if (strings[i] == NULL)
			continue;
		ATF_CHECK_STREQ(element(i)->str->bytes, strings[i]);
		ATF_CHECK_EQ(element(i)->plain, i < 5);
	}
	doc_free(&d);
	ATF_REQUIRE_ERRNO(EBADMSG, doc_read_yaml_text(&d, "f", text,
	    strlen(text), 65536, 7, &e) == -1);
	ATF_CHECK_STREQ(e.text, "more than 7 values; remove some");
	ATF_CHECK(e.line == 7 && e.col == 3);
}

ATF_TC_WITHOUT_HEAD(text_can_be_given_its_types_later);
ATF_TC_BODY(text_can_be_given_its_types_later, tc)
{
	static const char text[] = "- [12, true, \"12\", x]\n- 12\n"
	    "- [-0, null]\n"
	    "- 9223372036854775808\n";
	struct doc_error e;
	uint32_t n;

	ATF_REQUIRE_EQ(doc_read_yaml_text(&d, "f", text, strlen(text), 65536,
	    UINT32_MAX, &e), 0);
	n = doc_first(&d, 0);
	ATF_REQUIRE_EQ(doc_type_scalars(&d, n, &e), 0);
	ATF_CHECK_EQ(d.nodes[n + 1].kind, DOC_INT);
	ATF_CHECK_EQ(d.nodes[n + 1].n, 12);
	ATF_CHECK_EQ(d.nodes[n + 2].kind, DOC_BOOL);
	ATF_CHECK_EQ(d.nodes[n + 3].kind, DOC_STRING);
	ATF_CHECK_EQ(d.nodes[n + 4].kind, DOC_STRING);
	n = doc_next(&d, 0, n);
	ATF_CHECK_EQ(d.nodes[n].kind, DOC_STRING);
	ATF_REQUIRE_EQ(doc_type_scalars(&d, n, &e), 0);
	ATF_CHECK_EQ(d.nodes[n].kind, DOC_INT);
	n = doc_next(&d, 0, n);
	ATF_CHECK_EQ(d.nodes[n + 1].kind, DOC_STRING);
	ATF_REQUIRE_ERRNO(EBADMSG, doc_type_scalars(&d, 0, &e) == -1);
	ATF_CHECK_EQ(d.nodes[n + 1].kind, DOC_INT);
	ATF_CHECK_EQ(d.nodes[n + 2].kind, DOC_NULL);
	ATF_CHECK_STREQ(e.text, "a number beyond 64 bits; quote it if it is a "
	    "text");
	ATF_CHECK(e.line == 4 && e.col == 3);
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(places_are_bytes_behind_longer_characters);
ATF_TC_BODY(places_are_bytes_behind_longer_characters, tc)
{
	static const char text[] = "# \xe2\x82\xac\xf0\x9f\x98\x80\n"
	    "a: \"\xc3\xa9\"\r\n\"\xc3\xa9\": [x,\n  \xc3\xa9, y]\n";
	struct doc_error e;
	uint32_t list;

	good(text);
	list = doc_get(&d, 0, "\xc3\xa9");
	ATF_REQUIRE(list != 0);
	ATF_CHECK(d.source.text[d.nodes[list].pos] == '[');
	ATF_CHECK(d.source.text[d.nodes[list].key_pos] == '"');
	ATF_CHECK(d.source.text[d.nodes[list + 1].pos] == 'x');
	ATF_CHECK(d.source.text[d.nodes[list + 3].pos] == 'y');
	doc_error(&d, list + 3, &e, "here");
	ATF_CHECK(e.line == 4 && e.col == 7);
	doc_free(&d);
}

ATF_TC_WITHOUT_HEAD(what_hides_its_meaning_is_refused);
ATF_TC_BODY(what_hides_its_meaning_is_refused, tc)
{
	bad("a: &x 1\n", "f:1:4: an anchor (&);");
	bad("a: [&x {}]\n", "f:1:5: an anchor (&);");
	bad("a: 1\nb: *x\n", "f:2:4: an alias (*);");
	bad("a: !!str 1\n", "f:1:4: a tag (!);");
	bad("- !x []\n", "f:1:3: a tag (!);");
	bad("%YAML 1.1\n---\na: 1\n", "f:1:1: a directive (%);");
	bad("a: 1\n---\nb: 1\n", "f:2:1: a second document;");
	bad("\xef\xbb\xbf" "a: 1\n", "f:1:1: a byte order mark;");
	bad("a: 1\nb: 2\na: 3\n", "f:3:1: key `a' is in this object twice");
	bad("a: {b: 1, \"b\": 2}\n", "f:1:11: key `b' is in this object "
	    "twice");
	bad("? [a]\n: 1\n", "f:1:3: a key that is a list or a mapping;");
	bad("? \n: 1\n", "f:1:2: a value without a key;");
	bad("a: 9223372036854775808\n", "f:1:4: a number beyond 64 bits;");
	bad("a: -9223372036854775809\n", "f:1:4: a number beyond 64 bits;");
}

ATF_TC_WITHOUT_HEAD(mistakes_in_yaml_are_named_as_what_they_are);
ATF_TC_BODY(mistakes_in_yaml_are_named_as_what_they_are, tc)
{
	static const char *const cases[][2] = {
		{ "a:\n\tb: 1\n", "f:2:1: a tab; indent with spaces alone" },
		{ "a: 1\n\tb: 1\n", "f:2:1: a tab; indent" },
		{ "a: 1\n  b: 2\n", "f:2:3: this line is indented, but the "
		    "line above already has a value" },
		{ "a: 1\n\n# c\n b: 2\n", "f:4:2: this line belongs to none of "
		    "the lines above; begin it in column 1, like the first" },
		{ "a 1\nb: 2\n", "f:1:1: no `:' in this line" },
		{ "b: 2\na 1\n", "f:2:1: no `:' behind this name" },
		{ "b: 2\na 1\nc: 3\n", "f:2:1: no `:' behind this name" },
		{ "a: b: c\n", "f:1:5: a second `: ' in this line; put" },
		{ "x:\n  a: 1\n b: 2\n", "f:3:2: this line belongs to none of "
		    "the lines above; begin it in column 1," },
		{ "  a: 1\n b: 2\n", "f:2:2: the text above is complete "
		    "without this line; begin it in the column" },
		{ "a: \"b\" c\n", "f:1:8: text behind a complete value" },
		{ "a: [b, c\nd: 1\n", "f:1:4: the list that begins here" },
		{ "a: {b: 1\n", "f:1:4: the mapping that begins here has no" },
		{ "a: \"b\nc: 1\n", "f:1:4: the quoted text that begins here" },
		{ "a: 'it's'\n", "f:1:8: text behind a complete value" },
		{ "a: - b\n", "f:1:4: a `- ' on the line of its field" },
		{ "a:\n- b\n  c\n-d\n", "f:4:1: no `:' behind this name" },
		{ "- a\nb: c\n", "f:2:1: this line does not belong to the" },
		{ "a: @b\n", "f:1:4: a text cannot begin with `@'; put it in" },
		{ "a: `b`\n", "f:1:4: a text cannot begin with ``'" },
		{ "a: %b\n", "f:1:4: a text cannot begin with `%'" },
		{ "a: *.py\n", "f:1:4: a text cannot begin with `*' or `&'" },
		{ "a: |b\n", "f:1:4: a text cannot begin with `|' or `>'" },
		{ "a: \"\\d\"\n", "f:1:4: no such escape; put the text in" },
		{ "a: [b,,c]\n", "f:1:7: no value here" },
		{ "a: 1\rb: 2\n", "f:1:5: a carriage return; save the file" },
		{ "# c\xe2\x80\xa8" "a: 1\n", "f:1:4: the character U+2028, "
		    "which ends a line here" },
		{ "# c\xc2\x85" "a: 1\n", "f:1:4: the character U+0085" },
		{ "a: \"\xe2\x80\xa9\"\n", "f:1:5: the character U+2029" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		bad(cases[i][0], cases[i][1]);
}

ATF_TC_WITHOUT_HEAD(what_is_no_yaml_is_refused_at_its_place);
ATF_TC_BODY(what_is_no_yaml_is_refused_at_its_place, tc)
{
	struct doc_error e;

	bad("", "f:1:1: the text is empty; write `KEY: VALUE' "
	    "lines, or [] for an empty list");
	bad("# nothing\n", "f:2:1: the text is empty");
	bad("a: [1, 2\n", "f:1:4: the list that begins here has no `]'");
	bad("\xc3\xa9: 1\n\tb: 2\n", "f:2:1: a tab; indent with spaces");
	bad("\xff\xfe" "ab", "f:1:1: this is UTF-16; save");
	bad("a: \xff\n", "f:1:4: this byte (0xff) is not UTF-8; save");
	bad("a: \x01\n", "f:1:4: a control character (0x01); remove it");
	ATF_CHECK_ERRNO(EBADMSG, doc_read_yaml(&d, "f", "12345", 5, 4,
	    &e) == -1);
	ATF_CHECK_STREQ(e.text, "5 bytes; at most 4 are read");
}

ATF_TC_WITHOUT_HEAD(depth_is_limited);
ATF_TC_BODY(depth_is_limited, tc)
{
	char text[2 * DOC_DEPTH_MAX + 4];
	int n = DOC_DEPTH_MAX;

	memset(text, '[', (size_t)n);
	memset(text + n, ']', (size_t)n);
	text[2 * n] = '\0';
	good(text);
	doc_free(&d);
	memset(text, '[', (size_t)n + 1);
	memset(text + n + 1, ']', (size_t)n + 1);
	text[2 * n + 2] = '\0';
	bad(text, "f:1:193: nested more than 192 levels deep; "
	    "use fewer levels");
}

ATF_TC_WITHOUT_HEAD(json_is_yaml);
ATF_TC_BODY(json_is_yaml, tc)
{
	static const char text[] = "[{\"uid\": {\"type\": \"A\", \"id\": "
	    "\"\\/x\"},\n\t\"attrs\": {\"n\": -1, \"b\": true}, \"parents\":[]}]";
	struct doc_error e;
	struct doc json;

	good(text);
	ATF_REQUIRE_EQ(doc_read_json(&json, "f", text, strlen(text), 65536,
	    &e), 0);
	ATF_REQUIRE_EQ(d.n, json.n);
	for (uint32_t i = 0; i < d.n; i++) {
		ATF_CHECK_EQ(d.nodes[i].kind, json.nodes[i].kind);
		ATF_CHECK_EQ(d.nodes[i].pos, json.nodes[i].pos);
		ATF_CHECK_EQ(d.nodes[i].key_pos, json.nodes[i].key_pos);
		ATF_CHECK_EQ(d.nodes[i].next, json.nodes[i].next);
	}
	doc_free(&json);
	doc_free(&d);
}

/* The linker has every free() of lib/doc come here. */
#define MARK	"a text that is a secret"

static size_t freed, freed_with_mark;

void	__real_free(void *);
void	__wrap_free(void *);

void
__wrap_free(void *p)
{
	freed += p != NULL;
	freed_with_mark += p != NULL && memmem(p, malloc_usable_size(p), MARK,
	    strlen(MARK)) != NULL;
	__real_free(p);
}

ATF_TC_WITHOUT_HEAD(what_was_read_is_wiped_when_it_is_freed);
ATF_TC_BODY(what_was_read_is_wiped_when_it_is_freed, tc)
{
	struct doc_error e;

	good("a: [" MARK "]\n\"" MARK "\": x\n");
	freed = 0;
	doc_free(&d);
	ATF_CHECK(freed > 0);
	freed = 0;
	ATF_CHECK_EQ(doc_read_yaml(&d, "f", "- " MARK "\n- *a\n",
	    sizeof("- " MARK "\n- *a\n") - 1, 65536, &e), -1);
	ATF_CHECK(freed > 0);
	ATF_CHECK_EQ(freed_with_mark, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_mapping_is_read);
	ATF_TP_ADD_TC(tp, plain_scalars_are_few_things_or_strings);
	ATF_TP_ADD_TC(tp, quoted_scalars_are_strings);
	ATF_TP_ADD_TC(tp, scalars_stay_text_where_types_are_known);
	ATF_TP_ADD_TC(tp, text_can_be_given_its_types_later);
	ATF_TP_ADD_TC(tp, places_are_bytes_behind_longer_characters);
	ATF_TP_ADD_TC(tp, what_hides_its_meaning_is_refused);
	ATF_TP_ADD_TC(tp, mistakes_in_yaml_are_named_as_what_they_are);
	ATF_TP_ADD_TC(tp, what_is_no_yaml_is_refused_at_its_place);
	ATF_TP_ADD_TC(tp, depth_is_limited);
	ATF_TP_ADD_TC(tp, json_is_yaml);
	ATF_TP_ADD_TC(tp, what_was_read_is_wiped_when_it_is_freed);
	return atf_no_error();
}
