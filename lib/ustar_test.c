#include "ustar.h"

#include <atf-c.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARCHIVE_MAX	(8 * USTAR_BLOCK)

/* An archive being made. */
static unsigned char archive[ARCHIVE_MAX];
static size_t archive_len;

static void
begin(void)
{
	memset(archive, 0, sizeof(archive));
	archive_len = 0;
}

/* What ustar_put_header() returns; nothing is added when that is -1. */
static int
add(const char *name, unsigned mode, const char *text)
{
	const size_t len = strlen(text);

	if (ustar_put_header(archive + archive_len, name, mode, len) == -1)
		return -1;
	memcpy(archive + archive_len + USTAR_BLOCK, text, len);
	archive_len += USTAR_BLOCK +
	    (len + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK;
	return 0;
}

static void
end(void)
{
	archive_len += 2 * USTAR_BLOCK;
}

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
round_trip(const char *name, unsigned mode)
{
	struct why w = { "" };
	struct ustar_member m;
	struct ustar u;

	begin();
	ATF_REQUIRE_EQ(0, add(name, mode, "hello"));
	end();
	ustar_init(&u, archive, archive_len);
	ATF_REQUIRE_EQ_MSG(1, ustar_next(&u, &m, &w), "%s", w.text);
	ATF_CHECK_STREQ(name, m.name);
	ATF_CHECK(!m.is_dir);
	ATF_CHECK_EQ((mode & 0100) != 0, m.is_executable);
	ATF_REQUIRE_EQ(5, m.size);
	ATF_CHECK_EQ(0, memcmp(m.data, "hello", 5));
	ATF_CHECK_EQ_MSG(0, ustar_next(&u, &m, &w), "%s", w.text);
}

ATF_TC_WITHOUT_HEAD(names_up_to_what_a_header_holds);
ATF_TC_BODY(names_up_to_what_a_header_holds, tc)
{
	char name[300];

	make_name(name, 100, 0);
	round_trip(name, 0644);
	make_name(name, 255, 154);
	round_trip(name, 0755);
	make_name(name, 150, 50);
	round_trip(name, 0711);
	make_name(name, 101, 0);
	ATF_CHECK_ERRNO(ENAMETOOLONG, add(name, 0644, "") == -1);
	make_name(name, 257, 156);
	ATF_CHECK_ERRNO(ENAMETOOLONG, add(name, 0644, "") == -1);
	make_name(name, 200, 20);
	ATF_CHECK_ERRNO(ENAMETOOLONG, add(name, 0644, "") == -1);
}

/* 11 octal digits. */
ATF_TC_WITHOUT_HEAD(sizes_up_to_what_a_header_holds);
ATF_TC_BODY(sizes_up_to_what_a_header_holds, tc)
{
	unsigned char h[USTAR_BLOCK];

	ATF_CHECK_EQ(0, ustar_put_header(h, "a", 0644, (8ull << 30) - 1));
	ATF_CHECK_EQ(0, memcmp(h + 124, "77777777777", 12));
	ATF_CHECK_ERRNO(EFBIG, ustar_put_header(h, "a", 0644, 8ull << 30) ==
	    -1);
}

/* Only a number can make a file executable. */
ATF_TC_WITHOUT_HEAD(mode_that_is_no_number_has_no_bits);
ATF_TC_BODY(mode_that_is_no_number_has_no_bits, tc)
{
	struct why w = { "" };
	struct ustar_member m;
	struct ustar u;

	begin();
	ATF_REQUIRE_EQ(0, add("a", 0755, ""));
	archive[100] = '/';	/* 1 less than '0', so the sum is 1 less */
	archive[153]--;
	end();
	ustar_init(&u, archive, archive_len);
	ATF_REQUIRE_EQ_MSG(1, ustar_next(&u, &m, &w), "%s", w.text);
	ATF_CHECK(!m.is_executable);
}

/* Headers that differ from a good one in one bit. */
ATF_TC_WITHOUT_HEAD(broken_header_is_refused);
ATF_TC_BODY(broken_header_is_refused, tc)
{
	static const struct {
		size_t at;
		const char *says;
	} cases[] = {
		{ 0, "checksum" }, { 100, "checksum" }, { 124, "checksum" },
		{ 257, "no ustar header" }, { 148, "checksum" },
	};

	begin();
	ATF_REQUIRE_EQ(0, add("name", 0644, "x"));
	end();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct why w = { "" };
		struct ustar_member m;
		struct ustar u;

		archive[cases[i].at] ^= 1;
		ustar_init(&u, archive, archive_len);
		ATF_CHECK_ERRNO(EBADMSG, ustar_next(&u, &m, &w) == -1);
		ATF_CHECK_MSG(strstr(w.text, cases[i].says) != NULL, "%s",
		    w.text);
		archive[cases[i].at] ^= 1;
	}
}

/* From buffers of just their size, so that a byte too far is seen. */
ATF_TC_WITHOUT_HEAD(every_truncation_is_refused);
ATF_TC_BODY(every_truncation_is_refused, tc)
{
	begin();
	ATF_REQUIRE_EQ(0, add("name", 0644, "0123456789"));
	end();
	for (size_t len = 0; len < archive_len; len++) {
		unsigned char *cut = malloc(len == 0 ? 1 : len);
		struct why w = { "" };
		struct ustar_member m;
		struct ustar u;
		int got;

		ATF_REQUIRE(cut != NULL);
		memcpy(cut, archive, len);
		ustar_init(&u, cut, len);
		while ((got = ustar_next(&u, &m, &w)) == 1)
			continue;
		ATF_CHECK_EQ_MSG(-1, got, "%zu bytes were accepted", len);
		free(cut);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, names_up_to_what_a_header_holds);
	ATF_TP_ADD_TC(tp, sizes_up_to_what_a_header_holds);
	ATF_TP_ADD_TC(tp, mode_that_is_no_number_has_no_bits);
	ATF_TP_ADD_TC(tp, broken_header_is_refused);
	ATF_TP_ADD_TC(tp, every_truncation_is_refused);
	return atf_no_error();
}
