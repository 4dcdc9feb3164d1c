#include "wire.h"

#include <atf-c.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

ATF_TC_WITHOUT_HEAD(put_writes_rfc4251);
ATF_TC_BODY(put_writes_rfc4251, tc)
{
	static const unsigned char want[] = {
		0xab, 0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14, 0x15,
		0x16, 0x17, 0x18, 0, 0, 0, 3, 'a', 0, 'c', 0, 0, 0, 2, 'h',
		'i', 'z',
	};
	unsigned char buf[sizeof(want)];
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_u8(&p, 0xab);
	put_u32(&p, 0x01020304);
	put_u64(&p, 0x1112131415161718);
	put_string(&p, "a\0c", 3);
	put_cstr(&p, "hi");
	put_raw(&p, "z", 1);
	ATF_CHECK_EQ(p.err, 0);
	ATF_REQUIRE_EQ(p.len, sizeof(want));
	ATF_CHECK(memcmp(buf, want, sizeof(want)) == 0);
}

ATF_TC_WITHOUT_HEAD(put_stays_in_its_buffer);
ATF_TC_BODY(put_stays_in_its_buffer, tc)
{
	unsigned char *buf = malloc(4);	/* ASan watches its end */
	struct put p;

	put_init(&p, buf, 4);
	put_u8(&p, 1);
	put_u32(&p, 2);
	ATF_CHECK_EQ(p.err, EMSGSIZE);
	ATF_CHECK_EQ(p.len, 1);
	put_u8(&p, 3);		/* would fit; the error stays */
	ATF_CHECK_EQ(p.len, 1);
	ATF_CHECK_EQ(p.err, EMSGSIZE);
	free(buf);
}

ATF_TC_WITHOUT_HEAD(put_fills_to_the_last_byte);
ATF_TC_BODY(put_fills_to_the_last_byte, tc)
{
	unsigned char buf[8];
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_string(&p, "four", 4);
	ATF_CHECK_EQ(p.err, 0);
	ATF_CHECK_EQ(p.len, 8);
	put_raw(&p, NULL, 0);
	ATF_CHECK_EQ(p.err, 0);
}

ATF_TC_WITHOUT_HEAD(get_reads_what_put_wrote);
ATF_TC_BODY(get_reads_what_put_wrote, tc)
{
	unsigned char buf[64], fixed[3];
	const char *s;
	char text[8];
	struct put p;
	struct get g;
	size_t len;

	put_init(&p, buf, sizeof(buf));
	put_u8(&p, 200);
	put_u32(&p, 0xfffefdfc);
	put_u64(&p, UINT64_MAX - 1);
	put_string(&p, "a\0c", 3);
	put_cstr(&p, "text");
	put_string(&p, "\1\2\3", 3);
	get_init(&g, buf, p.len);
	ATF_CHECK_EQ(get_u8(&g), 200);
	ATF_CHECK_EQ(get_u32(&g), 0xfffefdfc);
	ATF_CHECK_EQ(get_u64(&g), UINT64_MAX - 1);
	s = get_string(&g, &len, 3);
	ATF_CHECK_EQ(len, 3);
	ATF_CHECK(memcmp(s, "a\0c", 3) == 0);
	get_cstr(&g, text, sizeof(text));
	ATF_CHECK_STREQ(text, "text");
	get_fixed(&g, fixed, sizeof(fixed));
	ATF_CHECK(memcmp(fixed, "\1\2\3", 3) == 0);
	ATF_CHECK_EQ(get_end(&g), 0);
}

ATF_TC_WITHOUT_HEAD(get_stops_at_every_cut);
ATF_TC_BODY(get_stops_at_every_cut, tc)
{
	unsigned char whole[32];
	struct put p;

	put_init(&p, whole, sizeof(whole));
	put_u8(&p, 1);
	put_u32(&p, 2);
	put_u64(&p, 3);
	put_cstr(&p, "four");
	for (size_t cut = 0; cut < p.len; cut++) {
		unsigned char *copy = malloc(cut + 1);
		struct get g;
		size_t len;

		memcpy(copy, whole, cut);
		get_init(&g, copy, cut);
		get_u8(&g);
		get_u32(&g);
		get_u64(&g);
		ATF_CHECK_STREQ((const char *)get_string(&g, &len, 100), "");
		ATF_CHECK_EQ(len, 0);
		ATF_CHECK_EQ(g.err, EBADMSG);
		ATF_CHECK_ERRNO(EBADMSG, get_end(&g) == -1);
		free(copy);
	}
}

ATF_TC_WITHOUT_HEAD(get_refuses_long_strings);
ATF_TC_BODY(get_refuses_long_strings, tc)
{
	static const unsigned char huge[] = { 0xff, 0xff, 0xff, 0xff, 'a' };
	static const unsigned char four[] = { 0, 0, 0, 4, 'a', 'b', 'c', 'd' };
	char text[4] = "xyz";
	struct get g;
	size_t len;

	get_init(&g, huge, sizeof(huge));
	get_string(&g, &len, SIZE_MAX);
	ATF_CHECK_EQ(g.err, EBADMSG);
	get_init(&g, four, sizeof(four));
	get_string(&g, &len, 3);
	ATF_CHECK_EQ(g.err, EBADMSG);
	get_init(&g, four, sizeof(four));
	get_cstr(&g, text, sizeof(text));	/* no room for its NUL */
	ATF_CHECK_EQ(g.err, EBADMSG);
	ATF_CHECK_STREQ(text, "");
}

ATF_TC_WITHOUT_HEAD(get_cstr_refuses_nul);
ATF_TC_BODY(get_cstr_refuses_nul, tc)
{
	static const unsigned char in[] = { 0, 0, 0, 2, 'a', 0 };
	char text[8] = "xyz";
	struct get g;

	get_init(&g, in, sizeof(in));
	get_cstr(&g, text, sizeof(text));
	ATF_CHECK_STREQ(text, "");
	ATF_CHECK_ERRNO(EBADMSG, get_end(&g) == -1);
}

ATF_TC_WITHOUT_HEAD(get_fixed_wants_exactly_n);
ATF_TC_BODY(get_fixed_wants_exactly_n, tc)
{
	static const unsigned char in[] = { 0, 0, 0, 2, 'a', 'b' };
	unsigned char out[3] = { 9, 9, 9 };
	struct get g;

	get_init(&g, in, sizeof(in));
	get_fixed(&g, out, 3);
	ATF_CHECK_EQ(g.err, EBADMSG);
	ATF_CHECK(out[0] == 0 && out[1] == 0 && out[2] == 0);
	get_init(&g, in, sizeof(in));
	get_fixed(&g, out, 1);
	ATF_CHECK_EQ(g.err, EBADMSG);
}

ATF_TC_WITHOUT_HEAD(get_end_refuses_bytes_left_over);
ATF_TC_BODY(get_end_refuses_bytes_left_over, tc)
{
	struct get g;

	get_init(&g, "ab", 2);
	get_u8(&g);
	ATF_CHECK_ERRNO(EBADMSG, get_end(&g) == -1);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, put_writes_rfc4251);
	ATF_TP_ADD_TC(tp, put_stays_in_its_buffer);
	ATF_TP_ADD_TC(tp, put_fills_to_the_last_byte);
	ATF_TP_ADD_TC(tp, get_reads_what_put_wrote);
	ATF_TP_ADD_TC(tp, get_stops_at_every_cut);
	ATF_TP_ADD_TC(tp, get_refuses_long_strings);
	ATF_TP_ADD_TC(tp, get_cstr_refuses_nul);
	ATF_TP_ADD_TC(tp, get_fixed_wants_exactly_n);
	ATF_TP_ADD_TC(tp, get_end_refuses_bytes_left_over);
	return atf_no_error();
}
