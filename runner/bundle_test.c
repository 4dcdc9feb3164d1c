#include "bundle.h"

#include <atf-c.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct bundle_budget budget;

static void
give(uint64_t total)
{
	budget = (struct bundle_budget){ .total = total };
}

ATF_TC_WITHOUT_HEAD(bundle_holds_what_was_appended);
ATF_TC_BODY(bundle_holds_what_was_appended, tc)
{
	unsigned char want[DIGEST_LEN];
	char got[8] = "";
	struct bundle b;

	give(100);
	bundle_init(&b, &budget);
	ATF_REQUIRE_EQ(bundle_open(&b, 6), 0);
	ATF_REQUIRE_EQ(bundle_append(&b, "abc", 3), 0);
	ATF_REQUIRE_EQ(bundle_append(&b, "def", 3), 0);
	sha256("abcdef", 6, want);
	ATF_CHECK_EQ(bundle_seal(&b, want), 0);
	ATF_CHECK_EQ(pread(b.fd, got, sizeof(got), 0), 6);
	ATF_CHECK_STREQ(got, "abcdef");
	bundle_close(&b);
}

ATF_TC_WITHOUT_HEAD(sealed_bundle_does_not_change);
ATF_TC_BODY(sealed_bundle_does_not_change, tc)
{
	unsigned char want[DIGEST_LEN];
	struct bundle b;

	give(100);
	bundle_init(&b, &budget);
	ATF_REQUIRE_EQ(bundle_open(&b, 3), 0);
	ATF_REQUIRE_EQ(bundle_append(&b, "abc", 3), 0);
	sha256("abc", 3, want);
	ATF_REQUIRE_EQ(bundle_seal(&b, want), 0);
	ATF_CHECK_EQ(pwrite(b.fd, "x", 1, 0), -1);
	ATF_CHECK_EQ(errno, EPERM);
	ATF_CHECK_EQ(ftruncate(b.fd, 0), -1);
	ATF_CHECK_EQ(ftruncate(b.fd, 10), -1);
	bundle_close(&b);
}

ATF_TC_WITHOUT_HEAD(other_digest_is_refused);
ATF_TC_BODY(other_digest_is_refused, tc)
{
	unsigned char want[DIGEST_LEN];
	struct bundle b;

	give(100);
	bundle_init(&b, &budget);
	ATF_REQUIRE_EQ(bundle_open(&b, 3), 0);
	ATF_REQUIRE_EQ(bundle_append(&b, "abc", 3), 0);
	sha256("abd", 3, want);
	ATF_CHECK_EQ(bundle_seal(&b, want), -1);
	ATF_CHECK_EQ(errno, EBADMSG);
	bundle_close(&b);
}

ATF_TC_WITHOUT_HEAD(more_than_announced_is_refused);
ATF_TC_BODY(more_than_announced_is_refused, tc)
{
	struct bundle b;

	give(100);
	bundle_init(&b, &budget);
	ATF_REQUIRE_EQ(bundle_open(&b, 3), 0);
	ATF_CHECK_EQ(bundle_append(&b, "abcd", 4), -1);
	ATF_CHECK_EQ(errno, EMSGSIZE);
	ATF_CHECK_EQ(bundle_append(&b, "ab", 2), 0);
	ATF_CHECK_EQ(bundle_append(&b, "cd", 2), -1);
	ATF_CHECK_EQ(errno, EMSGSIZE);
	ATF_CHECK_EQ(b.got, 2);
	bundle_close(&b);
}

ATF_TC_WITHOUT_HEAD(budget_is_shared_and_given_back);
ATF_TC_BODY(budget_is_shared_and_given_back, tc)
{
	static const char bytes[100];
	struct bundle one, two, three;

	give(100);
	bundle_init(&one, &budget);
	bundle_init(&two, &budget);
	bundle_init(&three, &budget);
	ATF_CHECK_EQ(bundle_open(&one, 101), -1);
	ATF_CHECK_EQ(errno, EMSGSIZE);
	ATF_CHECK_EQ(bundle_open(&one, 100), 0);
	ATF_CHECK_EQ(bundle_open(&two, 100), 0);
	ATF_CHECK_EQ(bundle_open(&three, 100), 0);
	ATF_CHECK_EQ(budget.used, 0);	/* announced, and not there */
	ATF_CHECK_EQ(bundle_append(&one, bytes, 60), 0);
	ATF_CHECK_EQ(bundle_append(&two, bytes, 40), 0);
	ATF_CHECK_EQ(bundle_append(&three, bytes, 1), -1);
	ATF_CHECK_EQ(errno, EBUSY);
	ATF_CHECK_EQ(three.got, 0);
	bundle_close(&one);
	bundle_close(&one);		/* harmless */
	ATF_CHECK_EQ(budget.used, 40);
	ATF_CHECK_EQ(bundle_append(&three, bytes, 60), 0);
	ATF_CHECK_EQ(bundle_append(&three, bytes, 1), -1);
	ATF_CHECK_EQ(errno, EBUSY);
	bundle_close(&two);
	bundle_close(&three);
	ATF_CHECK_EQ(budget.used, 0);
}

ATF_TC_WITHOUT_HEAD(no_bundle_passes_the_limit);
ATF_TC_BODY(no_bundle_passes_the_limit, tc)
{
	struct bundle b;

	give(UINT64_MAX);
	bundle_init(&b, &budget);
	ATF_CHECK_EQ(bundle_open(&b, (uint64_t)BUNDLE_MAX + 1), -1);
	ATF_CHECK_EQ(errno, EMSGSIZE);
	ATF_CHECK_EQ(bundle_open(&b, UINT64_MAX), -1);
	ATF_CHECK_EQ(errno, EMSGSIZE);
	ATF_CHECK_EQ(budget.used, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, bundle_holds_what_was_appended);
	ATF_TP_ADD_TC(tp, sealed_bundle_does_not_change);
	ATF_TP_ADD_TC(tp, other_digest_is_refused);
	ATF_TP_ADD_TC(tp, more_than_announced_is_refused);
	ATF_TP_ADD_TC(tp, budget_is_shared_and_given_back);
	ATF_TP_ADD_TC(tp, no_bundle_passes_the_limit);
	return atf_no_error();
}
