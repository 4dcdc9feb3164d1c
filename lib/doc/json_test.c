#include "json.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static char out[256];
static struct put p;

static int
put_text(const void *text, size_t len)
{
	memset(out, 0, sizeof(out));
	put_init(&p, out, sizeof(out) - 1);
	return json_put_string(&p, text, len);
}

ATF_TC_WITHOUT_HEAD(quotes_and_escapes_what_json_must);
ATF_TC_BODY(quotes_and_escapes_what_json_must, tc)
{
	ATF_CHECK_EQ(0, put_text("", 0));
	ATF_CHECK_STREQ("\"\"", out);
	ATF_CHECK_EQ(0, put_text("a/b", 3));
	ATF_CHECK_STREQ("\"a/b\"", out);
	ATF_CHECK_EQ(0, put_text("\"\\\n\t", 4));
	ATF_CHECK_STREQ("\"\\\"\\\\\\n\\t\"", out);
	ATF_CHECK_EQ(0, put_text("\x01\r\x1f\x7f", 4));
	ATF_CHECK_STREQ("\"\\u0001\\u000d\\u001f\\u007f\"", out);
	ATF_CHECK_EQ(0, put_text("ab\ncd\n\nef", 9));
	ATF_CHECK_STREQ("\"ab\\ncd\\n\\nef\"", out);
}

ATF_TC_WITHOUT_HEAD(no_control_byte_ever_leaves_unescaped);
ATF_TC_BODY(no_control_byte_ever_leaves_unescaped, tc)
{
	for (unsigned c = 1; c < 0x80; c++) {
		char byte = (char)c;

		ATF_REQUIRE_EQ(0, put_text(&byte, 1));
		for (size_t i = 0; i < p.len; i++)
			ATF_REQUIRE(out[i] >= 0x20 && out[i] < 0x7f);
	}
}

ATF_TC_WITHOUT_HEAD(utf8_passes_through);
ATF_TC_BODY(utf8_passes_through, tc)
{
	static const char *const good[] = {
		"\xc2\xa0", "\xc3\xa9", "\xdf\xbf", "\xe0\xa0\x80",
		"\xe2\x82\xac", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t len = strlen(good[i]);

		ATF_CHECK_EQ(0, utf8_check(good[i], len));
		ATF_CHECK_EQ(0, put_text(good[i], len));
		ATF_CHECK_EQ(len + 2, p.len);
		ATF_CHECK(memcmp(good[i], out + 1, len) == 0);
	}
}

ATF_TC_WITHOUT_HEAD(what_acts_on_a_terminal_is_escaped);
ATF_TC_BODY(what_acts_on_a_terminal_is_escaped, tc)
{
	static const char text[] = "a\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0"
	    "\xd8\x9c\xe2\x80\x8e\xe2\x80\x90\xe2\x80\xa8\xe2\x80\xae"
	    "\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa";
	static const char want[] = "\"a\\u0080\\u009b\\u009f\xc2\xa0"
	    "\\u061c\\u200e\xe2\x80\x90\\u2028\\u202e"
	    "\xe2\x80\xaf\xe2\x81\xa5\\u2066\\u2069\xe2\x81\xaa\"";
	char json[64];
	int n;

	ATF_CHECK_EQ(0, put_text(text, sizeof(text) - 1));
	ATF_CHECK_STREQ(want, out);
	n = snprintf(json, sizeof(json), "{\"k\\\"\":\"%s\"}", text);
	put_init(&p, out, sizeof(out) - 1);
	json_put_escaped(&p, json, (size_t)n);
	out[p.len] = '\0';
	ATF_CHECK(p.len <= JSON_ESCAPED_MAX((size_t)n));
	ATF_CHECK(strncmp(out, "{\"k\\\"\":\"a", 9) == 0);
	ATF_CHECK(strncmp(out + 7, want, sizeof(want) - 1) == 0);
	ATF_CHECK_STREQ("}", out + 7 + sizeof(want) - 1);
	json_put_escaped(&p, "\xff\xc2", 2);
	ATF_CHECK_EQ(0, strncmp(out + p.len - 12, "\\ufffd\\ufffd", 12));
}

ATF_TC_WITHOUT_HEAD(what_is_not_utf8_is_refused);
ATF_TC_BODY(what_is_not_utf8_is_refused, tc)
{
	static const struct {
		const char *text;
		size_t len;
	} bad[] = {
		{ "\x80", 1 }, { "\xbf", 1 },		/* lone tail */
		{ "\xc3", 1 }, { "\xe2\x82", 2 },	/* cut */
		{ "\xf0\x90\x80", 3 }, { "\xc3" "a", 2 },
		{ "\xc0\x80", 2 }, { "\xc1\xbf", 2 },	/* overlong */
		{ "\xe0\x9f\xbf", 3 }, { "\xf0\x8f\xbf\xbf", 4 },
		{ "\xed\xa0\x80", 3 }, { "\xed\xbf\xbf", 3 },	/* surrogates */
		{ "\xf4\x90\x80\x80", 4 }, { "\xf5\x80\x80\x80", 4 },
		{ "\xf8\x88\x80\x80\x80", 5 }, { "\xff", 1 }, { "\xfe", 1 },
		{ "\0", 1 }, { "a\0b", 3 }, { "ok\xc3", 3 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		ATF_CHECK_EQ_MSG(-1, utf8_check(bad[i].text, bad[i].len),
		    "row %zu", i);
		ATF_CHECK_EQ(EBADMSG, errno);
		ATF_CHECK_EQ(-1, put_text(bad[i].text, bad[i].len));
	}
}

ATF_TC_WITHOUT_HEAD(a_sequence_is_not_read_past_its_end);
ATF_TC_BODY(a_sequence_is_not_read_past_its_end, tc)
{
	/* The rest is there in memory, but not in the text. */
	ATF_CHECK_EQ(-1, utf8_check("\xe2\x82\xac", 2));
	ATF_CHECK_EQ(-1, utf8_check("\xf0\x90\x80\x80", 3));
}

ATF_TC_WITHOUT_HEAD(keys_and_hex_are_written);
ATF_TC_BODY(keys_and_hex_are_written, tc)
{
	unsigned char long_bytes[100];

	memset(long_bytes, 0xe5, sizeof(long_bytes));
	memset(out, 0, sizeof(out));
	put_init(&p, out, sizeof(out) - 1);
	json_put_key(&p, "job");
	json_put_hex(&p, "\x00\x1f\xa0\xff", 4);
	ATF_CHECK_STREQ("\"job\":\"001fa0ff\"", out);
	for (size_t len = 0; len < 100; len++) {
		put_init(&p, out, sizeof(out) - 1);
		json_put_hex(&p, long_bytes, len);
		ATF_CHECK_EQ(2 * len + 2, p.len);
		for (size_t i = 0; i < len; i++)
			ATF_CHECK(out[1 + 2 * i] == 'e' &&
			    out[2 + 2 * i] == '5');
		ATF_CHECK_EQ('"', out[p.len - 1]);
	}
}

ATF_TC_WITHOUT_HEAD(what_does_not_fit_is_an_error);
ATF_TC_BODY(what_does_not_fit_is_an_error, tc)
{
	for (size_t cap = 0; cap < 8; cap++) {
		put_init(&p, out, cap);
		ATF_CHECK_EQ(0, json_put_string(&p, "\x01", 1));
		ATF_CHECK_EQ(EMSGSIZE, p.err);
	}
	put_init(&p, out, 8);
	ATF_CHECK_EQ(0, json_put_string(&p, "\x01", 1));
	ATF_CHECK_EQ(0, p.err);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, quotes_and_escapes_what_json_must);
	ATF_TP_ADD_TC(tp, no_control_byte_ever_leaves_unescaped);
	ATF_TP_ADD_TC(tp, utf8_passes_through);
	ATF_TP_ADD_TC(tp, what_acts_on_a_terminal_is_escaped);
	ATF_TP_ADD_TC(tp, what_is_not_utf8_is_refused);
	ATF_TP_ADD_TC(tp, a_sequence_is_not_read_past_its_end);
	ATF_TP_ADD_TC(tp, keys_and_hex_are_written);
	ATF_TP_ADD_TC(tp, what_does_not_fit_is_an_error);
	return atf_no_error();
}
