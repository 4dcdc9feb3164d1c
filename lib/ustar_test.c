#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/vm/cpio.h"
#include "client/ustar.h"

/* A path of exactly len bytes with a slash at `cut' (0: none). */
static void
make_name(char *dst, size_t len, size_t cut)
{
	memset(dst, 'a', len);
	if (cut != 0)
		dst[cut] = '/';
	dst[len] = '\0';
}

static void
round_trip(const char *name)
{
	struct buf b = { 0 };
	struct ustar_reader r;
	struct ustar_member m;

	ATF_REQUIRE_EQ(0, ustar_add(&b, name, 0755, "hello", 5));
	ustar_end(&b);
	ATF_REQUIRE_EQ(0, b.len % USTAR_BLOCK);
	ustar_init(&r, b.data, b.len);
	ATF_REQUIRE_EQ(1, ustar_next(&r, &m));
	ATF_CHECK_STREQ(name, m.name);
	ATF_CHECK_EQ('0', m.type);
	ATF_CHECK_EQ(0755, m.mode);
	ATF_REQUIRE_EQ(5, m.len);
	ATF_CHECK_EQ(0, memcmp(m.data, "hello", 5));
	ATF_CHECK_EQ(0, ustar_next(&r, &m));
	buf_free(&b);
}

ATF_TC_WITHOUT_HEAD(ustar_names_up_to_what_a_header_holds);
ATF_TC_BODY(ustar_names_up_to_what_a_header_holds, tc)
{
	char name[300];
	struct buf b = { 0 };

	make_name(name, 100, 0);
	round_trip(name);
	make_name(name, 256, 155);
	round_trip(name);
	make_name(name, 150, 50);
	round_trip(name);
	make_name(name, 101, 0);
	ATF_CHECK_ERRNO(ENAMETOOLONG, ustar_add(&b, name, 0644, "", 0) == -1);
	make_name(name, 257, 156);
	ATF_CHECK_ERRNO(ENAMETOOLONG, ustar_add(&b, name, 0644, "", 0) == -1);
	make_name(name, 200, 20);
	ATF_CHECK_ERRNO(ENAMETOOLONG, ustar_add(&b, name, 0644, "", 0) == -1);
	ATF_CHECK_EQ(0, b.len);
}

/* Archives that differ from a good one in one byte, and what is said. */
ATF_TC_WITHOUT_HEAD(ustar_reader_refuses_a_broken_header);
ATF_TC_BODY(ustar_reader_refuses_a_broken_header, tc)
{
	static const struct {
		size_t at;
		const char *says;
	} cases[] = {
		{ 0, "checksum" }, { 100, "checksum" }, { 124, "checksum" },
		{ 257, "ustar" }, { 148, "checksum" },
	};
	struct buf b = { 0 };

	ATF_REQUIRE_EQ(0, ustar_add(&b, "name", 0644, "x", 1));
	ustar_end(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ustar_reader r;
		struct ustar_member m;

		b.data[cases[i].at] ^= 1;
		ustar_init(&r, b.data, b.len);
		ATF_CHECK_ERRNO(EBADMSG, ustar_next(&r, &m) == -1);
		ATF_CHECK(strstr(r.error, cases[i].says) != NULL);
		b.data[cases[i].at] ^= 1;
	}
	buf_free(&b);
}

ATF_TC_WITHOUT_HEAD(ustar_reader_refuses_every_truncation);
ATF_TC_BODY(ustar_reader_refuses_every_truncation, tc)
{
	struct buf b = { 0 };

	ATF_REQUIRE_EQ(0, ustar_add(&b, "name", 0644, "0123456789", 10));
	for (size_t len = 0; len <= b.len; len++) {
		struct ustar_reader r;
		struct ustar_member m;
		struct buf cut = { 0 };
		int got;

		buf_add(&cut, b.data, len);
		ustar_init(&r, cut.data, len);
		while ((got = ustar_next(&r, &m)) == 1)
			continue;
		ATF_CHECK_EQ_MSG(-1, got, "%zu bytes were taken", len);
		buf_free(&cut);
	}
	buf_free(&b);
}

/* Checks the header at `at' and answers where the next one is. */
static size_t
check_entry(const struct buf *b, size_t at, const char *name, unsigned mode,
    size_t len)
{
	unsigned f[13];
	char field[9] = "";

	ATF_REQUIRE(at % 4 == 0);
	ATF_REQUIRE_EQ(0, memcmp(b->data + at, "070701", 6));
	for (int i = 0; i < 13; i++) {
		memcpy(field, b->data + at + 6 + 8 * i, 8);
		ATF_REQUIRE_EQ(1, sscanf(field, "%8X", &f[i]));
	}
	ATF_CHECK_EQ_MSG(mode, f[1], "%s: mode %o", name, f[1]);
	ATF_CHECK_EQ(0, f[2] | f[3] | f[5]);	/* uid, gid, mtime */
	ATF_CHECK_EQ(len, f[6]);
	ATF_CHECK_EQ(strlen(name) + 1, f[11]);
	ATF_CHECK_STREQ(name, (const char *)b->data + at + 110);
	at = (at + 110 + strlen(name) + 1 + 3) / 4 * 4;
	return (at + len + 3) / 4 * 4;
}

ATF_TC_WITHOUT_HEAD(cpio_is_newc_without_owner_and_time);
ATF_TC_BODY(cpio_is_newc_without_owner_and_time, tc)
{
	struct buf b = { 0 };
	struct cpio c;
	size_t at;

	cpio_init(&c, &b);
	cpio_add_dir(&c, "site");
	cpio_add_file(&c, "site/a", "12345", 5);
	cpio_end(&c);
	at = check_entry(&b, 0, "site", 040755, 0);
	at = check_entry(&b, at, "site/a", 0100644, 5);
	check_entry(&b, at, "TRAILER!!!", 0, 0);
	ATF_CHECK_EQ(0, b.len % 512);
	buf_free(&b);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, ustar_names_up_to_what_a_header_holds);
	ATF_TP_ADD_TC(tp, ustar_reader_refuses_a_broken_header);
	ATF_TP_ADD_TC(tp, ustar_reader_refuses_every_truncation);
	ATF_TP_ADD_TC(tp, cpio_is_newc_without_owner_and_time);
	return atf_no_error();
}
