#include "base64.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *plain, *text;
} vectors[] = {	/* RFC 4648 section 10 */
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

ATF_TC_WITHOUT_HEAD(gives_the_vectors_of_rfc_4648);
ATF_TC_BODY(gives_the_vectors_of_rfc_4648, tc)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const char *plain = vectors[i].plain, *text = vectors[i].text;
		char out[16];
		size_t len;
		struct put p;

		put_init(&p, out, sizeof(out));
		base64_put(&p, plain, strlen(plain));
		ATF_REQUIRE_EQ(0, p.err);
		ATF_REQUIRE_EQ(BASE64_LEN(strlen(plain)), p.len);
		ATF_CHECK(memcmp(text, out, strlen(text)) == 0);
		ATF_REQUIRE_EQ(0, base64_get(out, sizeof(out), &len, text,
		    strlen(text)));
		ATF_REQUIRE_EQ(strlen(plain), len);
		ATF_CHECK(memcmp(plain, out, len) == 0);
	}
}

ATF_TC_WITHOUT_HEAD(every_byte_and_length_comes_back);
ATF_TC_BODY(every_byte_and_length_comes_back, tc)
{
	unsigned char data[512], back[512];
	char text[BASE64_LEN(512)];
	size_t len;
	struct put p;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 7 + (i >> 8));
	for (size_t n = 0; n <= sizeof(data); n++) {
		put_init(&p, text, BASE64_LEN(n));
		base64_put(&p, data, n);
		ATF_REQUIRE_EQ(0, p.err);
		ATF_REQUIRE_EQ(0, base64_get(back, n, &len, text, p.len));
		ATF_REQUIRE_EQ(n, len);
		ATF_REQUIRE(memcmp(data, back, n) == 0);
	}
}

ATF_TC_WITHOUT_HEAD(refuses_what_the_encoder_would_not_write);
ATF_TC_BODY(refuses_what_the_encoder_would_not_write, tc)
{
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zg===", "=", "==", "===", "====", "Z===",
		"Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Zm9 ", " Zm9", "Zm9-",
		"Zm9_", "Z=9v", "Zm=v", "Zm9v====", "\n", "Zm9vZ", "Zg=a",
	};
	unsigned char out[16];
	size_t len;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		ATF_CHECK_EQ_MSG(-1, base64_get(out, sizeof(out), &len,
		    bad[i], strlen(bad[i])), "%s", bad[i]);
		ATF_CHECK_EQ(EBADMSG, errno);
	}
	ATF_CHECK_EQ(-1, base64_get(out, sizeof(out), &len, "Zg\0=", 4));
	ATF_CHECK_EQ(-1, base64_get(out, sizeof(out), &len, "\xc3\xa9==", 4));
}

ATF_TC_WITHOUT_HEAD(only_one_text_decodes_to_given_bytes);
ATF_TC_BODY(only_one_text_decodes_to_given_bytes, tc)
{
	unsigned char out[3], text[4] = "AAAA";
	unsigned accepted = 0;
	size_t len;

	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++) {
			text[2] = (unsigned char)a;
			text[3] = (unsigned char)b;
			accepted += base64_get(out, sizeof(out), &len, text,
			    4) == 0;
		}
	/* AA?? whole groups, AA?= with two zero bits, AA== */
	ATF_CHECK_EQ(64 * 64 + 16 + 1, accepted);
}

ATF_TC_WITHOUT_HEAD(says_when_it_does_not_fit);
ATF_TC_BODY(says_when_it_does_not_fit, tc)
{
	unsigned char out[4];
	size_t len;
	struct put p;

	ATF_CHECK_EQ(-1, base64_get(out, 2, &len, "Zm9v", 4));
	ATF_CHECK_EQ(EMSGSIZE, errno);
	ATF_CHECK_EQ(0, base64_get(out, 3, &len, "Zm9v", 4));
	put_init(&p, out, 3);
	base64_put(&p, "f", 1);
	ATF_CHECK_EQ(EMSGSIZE, p.err);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, gives_the_vectors_of_rfc_4648);
	ATF_TP_ADD_TC(tp, every_byte_and_length_comes_back);
	ATF_TP_ADD_TC(tp, refuses_what_the_encoder_would_not_write);
	ATF_TP_ADD_TC(tp, only_one_text_decodes_to_given_bytes);
	ATF_TP_ADD_TC(tp, says_when_it_does_not_fit);
	return atf_no_error();
}
