#include "safe.h"

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;
static struct safe s;

/* The text in pieces of so many bytes; what came of it. */
static const char *
filter(const char *text, size_t len, size_t piece)
{
	s = (struct safe){ .nkept = 0 };
	out.len = 0;
	for (size_t at = 0; at < len; at += piece) {
		/* A copy of its own, so that a read behind it is seen. */
		size_t n = len - at < piece ? len - at : piece;
		char *copy = malloc(n);

		ATF_REQUIRE(copy != NULL);
		memcpy(copy, text + at, n);
		safe_add(&s, &out, copy, n);
		free(copy);
	}
	safe_end(&s, &out);
	return buf_str(&out);
}

static const struct {
	const char	*text;
	size_t		 len;
	const char	*want;	/* NULL: the text */
} rows[] = {
#define SAME(t)		{ t, sizeof(t) - 1, NULL }
#define ROW(t, w)	{ t, sizeof(t) - 1, w }
	SAME(""), SAME("plain\n\ttext \\ \\x1b"),
	SAME("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xc2\xa0 \xef\xbf\xbf"),
	ROW("\033[31mred\r\n", "\\x1b[31mred\\x0d\n"),
	ROW("a\0b\x7f", "a\\x00b\\x7f"),
	ROW("\0\0", "\\x00\\x00"),
	ROW("\xc2\x9b" "2J", "\\xc2\\x9b2J"),		/* CSI */
	ROW("\xe2\x80\xae" "x\xe2\x81\xa6", "\\xe2\\x80\\xaex\\xe2\\x81\\xa6"),
	ROW("\xe2\x80\xa8", "\\xe2\\x80\\xa8"),
	ROW("\xff\xc3", "\\xff\\xc3"),
	ROW("\xc3(\xe2\x82(\xf0\x9f\x98(", "\\xc3(\\xe2\\x82(\\xf0\\x9f\\x98("),
	ROW("\xf0\x9f\x98\xc3\xa9", "\\xf0\\x9f\\x98\xc3\xa9"),
	ROW("\xe2\xc2\x9b", "\\xe2\\xc2\\x9b"),
	ROW("\xc0\x80\xe0\x80\x80\xed\xa0\x80\xf5\x80",
	    "\\xc0\\x80\\xe0\\x80\\x80\\xed\\xa0\\x80\\xf5\\x80"),
	ROW("\x80\x9b\xbf", "\\x80\\x9b\\xbf"),
	ROW("\xe2\x82", "\\xe2\\x82"),
};

#define NROWS	(sizeof(rows) / sizeof(rows[0]))

ATF_TC_WITHOUT_HEAD(what_acts_is_escaped_however_it_is_cut);
ATF_TC_BODY(what_acts_is_escaped_however_it_is_cut, tc)
{
	for (size_t i = 0; i < NROWS; i++) {
		const char *want = rows[i].want == NULL ? rows[i].text :
		    rows[i].want;

		for (size_t piece = 1; piece <= rows[i].len + 1; piece++) {
			const char *got = filter(rows[i].text, rows[i].len,
			    piece);

			ATF_CHECK_MSG(strcmp(got, want) == 0,
			    "row %zu in pieces of %zu: %s", i, piece, got);
			ATF_CHECK_EQ(s.acted, rows[i].want != NULL);
		}
	}
}

/* Every two bytes: nothing raw that acts, and nothing lost. */
ATF_TC_WITHOUT_HEAD(no_byte_passes_that_acts);
ATF_TC_BODY(no_byte_passes_that_acts, tc)
{
	for (unsigned v = 0; v < 0x10000; v++) {
		const char text[2] = { (char)(v >> 8), (char)v };
		const char *got = filter(text, 2, 1);

		for (; *got != '\0'; got++) {
			const unsigned char c = (unsigned char)*got;

			ATF_REQUIRE_MSG((c >= 0x20 && c < 0x7f) || c == '\n' ||
			    c == '\t' || (c >= 0xc2 && got[1] != '\0'),
			    "%04x", v);
			if (c >= 0xc2)
				got++;
		}
	}
}

ATF_TC_WITHOUT_HEAD(a_whole_character_is_not_held_back);
ATF_TC_BODY(a_whole_character_is_not_held_back, tc)
{
	s = (struct safe){ .nkept = 0 };
	out.len = 0;
	safe_add(&s, &out, "a\xe2\x82", 3);
	ATF_CHECK_STREQ("a", buf_str(&out));
	safe_add(&s, &out, "\xac", 1);
	ATF_CHECK_STREQ("a\xe2\x82\xac", buf_str(&out));
	safe_add(&s, &out, "\xff", 1);
	ATF_CHECK_STREQ("a\xe2\x82\xac\\xff", buf_str(&out));
}

ATF_TC_WITHOUT_HEAD(printed_text_is_printable_ascii);
ATF_TC_BODY(printed_text_is_printable_ascii, tc)
{
	char got[64] = "";
	FILE *f = fmemopen(got, sizeof(got), "w");

	ATF_REQUIRE(f != NULL);
	safe_print(f, "a \\\n\t\033\xc2\x9b\x7f~");
	fclose(f);
	ATF_CHECK_STREQ("a \\\\x0a\\x09\\x1b\\xc2\\x9b\\x7f~", got);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_acts_is_escaped_however_it_is_cut);
	ATF_TP_ADD_TC(tp, no_byte_passes_that_acts);
	ATF_TP_ADD_TC(tp, a_whole_character_is_not_held_back);
	ATF_TP_ADD_TC(tp, printed_text_is_printable_ascii);
	return atf_no_error();
}
