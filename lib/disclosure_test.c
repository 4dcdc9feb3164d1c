#include "disclosure.h"

#include <atf-c.h>

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

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, text_is_the_base64url_of_the_array);
	ATF_TP_ADD_TC(tp, digest_is_of_the_text);
	ATF_TP_ADD_TC(tp, digest_is_that_of_the_rfcs_example);
	return atf_no_error();
}
