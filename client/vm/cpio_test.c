#include "cpio.h"

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

/* Checks the header at `at'; returns where the next one is. */
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
	ATF_TP_ADD_TC(tp, cpio_is_newc_without_owner_and_time);
	return atf_no_error();
}
