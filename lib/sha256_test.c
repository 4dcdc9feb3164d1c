#include "sha256.h"

#include <atf-c.h>

#include <string.h>

static void
check(const void *data, size_t len, const char *want)
{
	unsigned char digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];

	sha256(data, len, digest);
	sha256_hex(digest, hex);
	ATF_CHECK_STREQ(want, hex);
}

ATF_TC_WITHOUT_HEAD(gives_the_digests_of_fips_180);
ATF_TC_BODY(gives_the_digests_of_fips_180, tc)
{
	check("", 0, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	check("abc", 3, "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1");
}

ATF_TC_WITHOUT_HEAD(pieces_give_the_digest_of_the_whole);
ATF_TC_BODY(pieces_give_the_digest_of_the_whole, tc)
{
	unsigned char text[300], whole[SHA256_LEN], pieces[SHA256_LEN];
	struct sha256 h;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)i;
	sha256(text, sizeof(text), whole);
	for (size_t step = 1; step < sizeof(text); step++) {
		sha256_init(&h);
		for (size_t at = 0; at < sizeof(text); at += step)
			sha256_update(&h, text + at, sizeof(text) - at < step ?
			    sizeof(text) - at : step);
		sha256_final(&h, pieces);
		ATF_CHECK(memcmp(whole, pieces, sizeof(whole)) == 0);
	}
}

ATF_TC_WITHOUT_HEAD(goes_on_after_final);
ATF_TC_BODY(goes_on_after_final, tc)
{
	unsigned char first[SHA256_LEN], second[SHA256_LEN];
	unsigned char want[SHA256_LEN];
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, "ab", 2);
	sha256_final(&h, first);
	sha256_update(&h, "c", 1);
	sha256_final(&h, second);
	sha256("ab", 2, want);
	ATF_CHECK(memcmp(first, want, sizeof(want)) == 0);
	sha256("abc", 3, want);
	ATF_CHECK(memcmp(second, want, sizeof(want)) == 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, gives_the_digests_of_fips_180);
	ATF_TP_ADD_TC(tp, pieces_give_the_digest_of_the_whole);
	ATF_TP_ADD_TC(tp, goes_on_after_final);
	return atf_no_error();
}
