#include "statefile.h"

#include <atf-c.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/need.h"

static const struct vm_state whole = { .boot_id = "01-ab",
    .qemu = { 12, 1ull << 60 }, .device = { 13, 5 }, .cid = 77,
    .machine = "q35", .accel = "kvm", .memory_mib = 512, .cpus = 2,
    .site = "00ff", .image = "/a b/\n\\x", .image_stamp = "1-2", .disk = "/d",
    .runtimes = "python 1-2 ", .ready = 1 };

ATF_TC_WITHOUT_HEAD(text_comes_back_as_it_was);
ATF_TC_BODY(text_comes_back_as_it_was, tc)
{
	const struct vm_state *s = &whole;
	struct vm_state back;
	struct buf b = { 0 };

	statefile_format(&b, s);
	ATF_REQUIRE_EQ_MSG(0, statefile_parse(&back, buf_str(&b)), "%s",
	    buf_str(&b));
	ATF_CHECK_STREQ(s->boot_id, back.boot_id);
	ATF_CHECK_EQ(s->qemu.pid, back.qemu.pid);
	ATF_CHECK_EQ(s->qemu.start, back.qemu.start);
	ATF_CHECK_EQ(s->device.pid, back.device.pid);
	ATF_CHECK_EQ(s->device.start, back.device.start);
	ATF_CHECK_EQ(s->cid, back.cid);
	ATF_CHECK_STREQ(s->machine, back.machine);
	ATF_CHECK_STREQ(s->accel, back.accel);
	ATF_CHECK_EQ(s->memory_mib, back.memory_mib);
	ATF_CHECK_EQ(s->cpus, back.cpus);
	ATF_CHECK_STREQ(s->site, back.site);
	ATF_CHECK_STREQ(s->image, back.image);
	ATF_CHECK_STREQ(s->image_stamp, back.image_stamp);
	ATF_CHECK_STREQ(s->disk, back.disk);
	ATF_CHECK_STREQ(s->runtimes, back.runtimes);
	ATF_CHECK_EQ(s->ready, back.ready);
	buf_free(&b);
}

ATF_TC_WITHOUT_HEAD(part_of_a_state_is_damaged);
ATF_TC_BODY(part_of_a_state_is_damaged, tc)
{
	struct vm_state back;
	struct buf b = { 0 };

	statefile_format(&b, &whole);
	for (size_t len = 0; len < b.len; len++) {
		char *cut = need_alloc(1, len + 1);

		memcpy(cut, b.data, len);
		ATF_CHECK_ERRNO(EBADMSG, statefile_parse(&back, cut) == -1);
		free(cut);
	}
	buf_add_str(&b, "more\n");
	ATF_CHECK_ERRNO(EBADMSG, statefile_parse(&back, buf_str(&b)) == -1);
	buf_free(&b);
}

/* Replaces `from' in a state's text; what parsing it gives. */
static int
parse_changed(const char *from, const char *to)
{
	struct vm_state back;
	struct buf b = { 0 }, changed = { 0 };
	const char *text, *at;
	int ret;

	statefile_format(&b, &whole);
	text = buf_str(&b);
	at = strstr(text, from);
	ATF_REQUIRE_MSG(at != NULL, "no %s in %s", from, text);
	buf_add(&changed, text, (size_t)(at - text));
	buf_add_str(&changed, to);
	buf_add_str(&changed, at + strlen(from));
	errno = 0;
	ret = statefile_parse(&back, buf_str(&changed));
	buf_free(&b);
	buf_free(&changed);
	return ret;
}

ATF_TC_WITHOUT_HEAD(wrong_lines_are_damage);
ATF_TC_BODY(wrong_lines_are_damage, tc)
{
	char longer[sizeof(whole.machine) + 16];

	memset(longer, 0, sizeof(longer));
	memset(longer, 'q', sizeof(whole.machine));
	ATF_CHECK_EQ(0, parse_changed("q35", "pc"));
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("q35", longer) == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("q35", "") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("q35", "\033[2J") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("qemu 12", "qemu 0") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("qemu 12", "qemu -1") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("qemu 12 ", "qemu 12") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("\\x0a", "\\x00") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("\\x0a", "\\y0a") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("\\x0a", "\\x0g") == -1);
	ATF_CHECK_ERRNO(EBADMSG, parse_changed("cpus", "cups") == -1);
	ATF_CHECK_ERRNO(EPROTONOSUPPORT,
	    parse_changed("casemate-state 2", "casemate-state 3") == -1);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, text_comes_back_as_it_was);
	ATF_TP_ADD_TC(tp, part_of_a_state_is_damaged);
	ATF_TP_ADD_TC(tp, wrong_lines_are_damage);
	return atf_no_error();
}
