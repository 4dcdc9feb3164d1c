#include "share.h"
#include "share_left.h"

#include <atf-c.h>

#include <errno.h>
#include <string.h>

static unsigned char buf[512];

static void
put_all(struct put *p, const struct shares *s)
{
	put_init(p, buf, sizeof(buf));
	shares_put(p, s);
	ATF_REQUIRE_EQ(p->err, 0);
}

ATF_TC_WITHOUT_HEAD(defaults_are_in_range_and_cross_the_wire);
ATF_TC_BODY(defaults_are_in_range_and_cross_the_wire, tc)
{
	struct shares s, t;
	struct put p;
	struct get g;

	shares_init(&s);
	put_all(&p, &s);
	get_init(&g, buf, p.len);
	shares_get(&g, &t);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_CHECK(memcmp(&s, &t, sizeof(s)) == 0);
}

ATF_TC_WITHOUT_HEAD(a_share_out_of_range_is_malformed);
ATF_TC_BODY(a_share_out_of_range_is_malformed, tc)
{
	for (int i = 0; i < SHARE_COUNT; i++)
		for (int high = 0; high < 2; high++) {
			const struct share_info *info = share_info(i);
			struct shares s;
			struct put p;
			struct get g;

			shares_init(&s);
			s.most[i] = high ? info->most : info->least;
			put_all(&p, &s);
			get_init(&g, buf, p.len);
			shares_get(&g, &s);
			ATF_CHECK_EQ(get_end(&g), 0);
			s.most[i] += high ? 1 : (uint64_t)-1;
			put_all(&p, &s);
			get_init(&g, buf, p.len);
			shares_get(&g, &s);
			ATF_CHECK_ERRNO(EBADMSG, get_end(&g) == -1);
		}
}

ATF_TC_WITHOUT_HEAD(a_part_is_never_nothing_and_never_overflows);
ATF_TC_BODY(a_part_is_never_nothing_and_never_overflows, tc)
{
	struct shares s;

	shares_init(&s);
	s.most[SHARE_NONCES] = 50;
	ATF_CHECK_EQ(shares_part(&s, SHARE_NONCES, 65536), 32768);
	ATF_CHECK_EQ(shares_part(&s, SHARE_NONCES, 1), 1);
	ATF_CHECK_EQ(shares_part(&s, SHARE_NONCES, 0), 1);
	s.most[SHARE_NONCES] = 1;
	ATF_CHECK_EQ(shares_part(&s, SHARE_NONCES, 65536), 655);
	s.most[SHARE_NONCES] = 100;
	ATF_CHECK_EQ(shares_part(&s, SHARE_NONCES, UINT64_MAX), UINT64_MAX);
}

ATF_TC_WITHOUT_HEAD(a_refusal_names_signer_setting_and_advice);
ATF_TC_BODY(a_refusal_names_signer_setting_and_advice, tc)
{
	struct shares s;
	struct why w;

	shares_init(&s);
	ATF_CHECK_ERRNO(EBADMSG, shares_refuse(&s, SHARE_JOBS, "carol",
	    &w) == -1);
	ATF_CHECK_STREQ(w.text, "carol has the most that one signer may have "
	    "here: 7 of 8 slots for jobs (`jobs' under `shares' in "
	    "settings.yaml); wait until one has ended");
	for (int i = 0; i < SHARE_COUNT; i++) {
		shares_refuse(&s, i, "carol", &w);
		ATF_CHECK_MSG(strstr(w.text, share_info(i)->setting) != NULL &&
		    strstr(w.text, share_info(i)->todo) != NULL, "%s", w.text);
	}
}

ATF_TC_WITHOUT_HEAD(what_is_left_crosses_the_wire);
ATF_TC_BODY(what_is_left_crosses_the_wire, tc)
{
	static struct share_left l, m;
	struct put p;
	struct get g;

	*share_left_entry(&l, SHARE_JOBS, "carol", 7) -= 3;
	*share_left_entry(&l, SHARE_JOBS, "carol", 7) -= 1;
	*share_left_entry(&l, SHARE_READS, "carol", 6) -= 6;
	ATF_CHECK_EQ(l.n, 2);
	put_init(&p, buf, sizeof(buf));
	share_left_put(&p, &l);
	get_init(&g, buf, p.len);
	share_left_get(&g, &m);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_CHECK_EQ(share_left_of(&m, SHARE_JOBS, "carol"), 3);
	ATF_CHECK_EQ(share_left_of(&m, SHARE_READS, "carol"), 0);
	ATF_CHECK_EQ(share_left_of(&m, SHARE_LEDGER, "carol"), UINT64_MAX);
	ATF_CHECK_EQ(share_left_of(&m, SHARE_JOBS, "caro"), UINT64_MAX);
	buf[p.len - 9] = SHARE_COUNT;		/* no such share */
	get_init(&g, buf, p.len);
	share_left_get(&g, &m);
	ATF_CHECK(get_end(&g) == -1);
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, SHARE_LEFT_MAX + 1);
	get_init(&g, buf, p.len);
	share_left_get(&g, &m);
	ATF_CHECK(get_end(&g) == -1);
	ATF_CHECK_EQ(m.n, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_is_left_crosses_the_wire);
	ATF_TP_ADD_TC(tp, defaults_are_in_range_and_cross_the_wire);
	ATF_TP_ADD_TC(tp, a_share_out_of_range_is_malformed);
	ATF_TP_ADD_TC(tp, a_part_is_never_nothing_and_never_overflows);
	ATF_TP_ADD_TC(tp, a_refusal_names_signer_setting_and_advice);
	return atf_no_error();
}
