#include "disclosure.h"

#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"

static const unsigned char salt[DISCLOSURE_SALT] = "0123456789abcdef";

/* Debian's coreutils computed these: base64 and sha256sum. */
static const char value[] = "\"dana@example.org\"";
static const char text[] = "WyJNREV5TXpRMU5qYzRPV0ZpWTJSbFpnIiwic3VibWl0dGVyIi"
    "wiZGFuYUBleGFtcGxlLm9yZyJd";
static const char digest[] =
    "HzgZBP9L7s3XYAMsltYjl2YzZafRe95udwjk_ekgWjc";

ATF_TC_WITHOUT_HEAD(text_is_the_base64url_of_the_array);
ATF_TC_BODY(text_is_the_base64url_of_the_array, tc)
{
	char out[128];
	struct put p;

	put_init(&p, out, sizeof(out) - 1);
	disclosure_put(&p, salt, "submitter", value, strlen(value));
	ATF_REQUIRE_EQ(0, p.err);
	out[p.len] = '\0';
	ATF_CHECK_STREQ(text, out);
}

ATF_TC_WITHOUT_HEAD(digest_is_of_the_text);
ATF_TC_BODY(digest_is_of_the_text, tc)
{
	char out[DISCLOSURE_DIGEST + 1];

	disclosure_digest(salt, "submitter", value, strlen(value), out);
	ATF_CHECK_STREQ(digest, out);
	disclosure_digest_text(text, strlen(text), out);
	ATF_CHECK_STREQ(digest, out);
}

/* The example of RFC 9901, section 4.2.3. */
ATF_TC_WITHOUT_HEAD(digest_is_that_of_the_rfcs_example);
ATF_TC_BODY(digest_is_that_of_the_rfcs_example, tc)
{
	static const char disclosure[] = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIs"
	    "ICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
	char out[DISCLOSURE_DIGEST + 1];

	disclosure_digest_text(disclosure, strlen(disclosure), out);
	ATF_CHECK_STREQ("X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0", out);
}

/* Of this JSON; the message, or "" when it was taken. */
static const char *
parse_json(const char *json, struct disclosure *d)
{
	static char encoded[512], room[512];
	static struct why w;
	struct put p;

	put_init(&p, encoded, sizeof(encoded));
	base64url_put(&p, json, strlen(json));
	ATF_REQUIRE_EQ(0, p.err);
	w.text[0] = '\0';
	if (disclosure_parse(d, encoded, p.len, room, &w) == 0)
		return "";
	ATF_CHECK_EQ(EBADMSG, errno);
	return w.text;
}

#define HEAD	"[\"MDEyMzQ1Njc4OWFiY2RlZg\",\"submitter\","

ATF_TC_WITHOUT_HEAD(name_and_value_are_read);
ATF_TC_BODY(name_and_value_are_read, tc)
{
	static const char *const values[] = { "\"\"", "\"dana\"", "[]",
	    "[\"a\",\"]\",\"\"]", "\"\\\"\\u001b\\\\ \303\244\"" };
	struct disclosure d;
	char json[128], room[128];
	struct why w;

	ATF_REQUIRE_EQ(0, disclosure_parse(&d, text, strlen(text), room, &w));
	ATF_CHECK_EQ(strlen(value), d.value_len);
	ATF_CHECK_EQ(0, memcmp(value, d.value, d.value_len));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(json, sizeof(json), HEAD "%s]", values[i]);
		ATF_CHECK_STREQ("", parse_json(json, &d));
		ATF_CHECK_EQ(9, d.name_len);
		ATF_CHECK_EQ(0, memcmp("submitter", d.name, d.name_len));
		ATF_CHECK_EQ(strlen(values[i]), d.value_len);
		ATF_CHECK_EQ(0, memcmp(values[i], d.value, d.value_len));
	}
}

ATF_TC_WITHOUT_HEAD(what_is_not_written_is_refused);
ATF_TC_BODY(what_is_not_written_is_refused, tc)
{
	static const char *const bad[][2] = {
		{ "", "begin with a salt of 16 bytes" },
		{ "{\"a\":\"b\"}", "begin with a salt" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZ\",\"a\",\"b\"]", "begin with a" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZh\",\"a\",\"b\"]", "begin with a" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZmc\",\"a\",\"b\"]", "begin with" },
		{ "[ \"MDEyMzQ1Njc4OWFiY2RlZg\",\"a\",\"b\"]", "begin with" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZg\", \"a\",\"b\"]", "begin with" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZg\",\"\",\"b\"]", "not name" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZg\",\"A\",\"b\"]", "not name" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZg\",\"a\"]", "not name" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZg\",\"a", "not name" },
		{ "[\"MDEyMzQ1Njc4OWFiY2RlZg\",\"aaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"b\"]",
		    "not name" },
		{ HEAD "]", "neither a text" }, { HEAD "1]", "neither" },
		{ HEAD "null]", "neither" }, { HEAD "{}]", "neither" },
		{ HEAD "[[]]]", "neither" }, { HEAD "[1]]", "neither" },
		{ HEAD "[\"a\", \"b\"]]", "neither" },
		{ HEAD "[\"a\",]]", "neither" }, { HEAD "[\"a\"", "neither" },
		{ HEAD "\"a", "neither" }, { HEAD "\"\n\"]", "neither" },
		{ HEAD "\"\\x\"]", "neither" }, { HEAD "\"\\u00g0\"]", "nei" },
		{ HEAD "\"\\\"]", "neither" }, { HEAD "\"\\", "neither" },
		{ HEAD "\"a\"", "not end" }, { HEAD "\"a\"]]", "not end" },
		{ HEAD "\"a\",\"b\"]", "not end" },
		{ HEAD "\"a\"] ", "not end" },
		{ HEAD "\"a\377\"]", "not UTF-8" },
	};
	struct disclosure d;
	char room[128];
	struct why w;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(strstr(parse_json(bad[i][0], &d), bad[i][1]) !=
		    NULL, "%s: %s", bad[i][0], parse_json(bad[i][0], &d));
	ATF_CHECK_EQ(-1, disclosure_parse(&d, "WyJ+", 4, room, &w));
	ATF_CHECK_STREQ("is not base64url without padding", w.text);
	ATF_CHECK_EQ(-1, disclosure_parse(&d, "W===", 4, room, &w));
	ATF_CHECK_EQ(-1, disclosure_parse(&d, "WyJ\r", 4, room, &w));
	ATF_CHECK_STREQ("has a carriage return: the ends of lines were changed",
	    w.text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, name_and_value_are_read);
	ATF_TP_ADD_TC(tp, what_is_not_written_is_refused);
	ATF_TP_ADD_TC(tp, text_is_the_base64url_of_the_array);
	ATF_TP_ADD_TC(tp, digest_is_of_the_text);
	ATF_TP_ADD_TC(tp, digest_is_that_of_the_rfcs_example);
	return atf_no_error();
}
