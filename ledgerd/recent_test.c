#include "recent.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

static struct recent r;

static const struct recent_key *
key(const char *name, const char *content)
{
	static struct recent_key k;

	recent_key(&k, name, strlen(name),
	    (struct bytes){ content, strlen(content) });
	return &k;
}

static bool
finds(const char *name, const char *content, uint64_t index, uint64_t want)
{
	uint64_t leaf = UINT64_MAX;

	return recent_find(&r, key(name, content), index, &leaf) &&
	    leaf == want;
}

TEST(file_is_found_by_name_and_content)
{
	recent_add(&r, key("a", "bc"), 7);
	ATF_CHECK(finds("a", "bc", 8, 7));
	ATF_CHECK(!finds("ab", "c", 8, 7));
	ATF_CHECK(!finds("a", "bd", 8, 7));
	recent_clear(&r);
	ATF_CHECK(!finds("a", "bc", 8, 7));
}

TEST(reference_goes_only_so_far_back)
{
	recent_add(&r, key("a", "b"), 7);
	ATF_CHECK(finds("a", "b", 7 + RECENT_SPAN, 7));
	ATF_CHECK(!finds("a", "b", 8 + RECENT_SPAN, 7));
	recent_add(&r, key("a", "b"), 100);	/* the same file, again */
	ATF_CHECK(finds("a", "b", 101, 100));
}

TEST(oldest_makes_room)
{
	char name[16];

	for (unsigned i = 0; i <= RECENT_MAX; i++) {
		snprintf(name, sizeof(name), "%u", i);
		recent_add(&r, key(name, "x"), i);
	}
	ATF_CHECK(!finds("0", "x", RECENT_MAX, 0));
	ATF_CHECK(finds("1", "x", RECENT_MAX, 1));
	ATF_CHECK(finds(name, "x", RECENT_MAX, RECENT_MAX));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, file_is_found_by_name_and_content);
	ATF_TP_ADD_TC(tp, reference_goes_only_so_far_back);
	ATF_TP_ADD_TC(tp, oldest_makes_room);
	return atf_no_error();
}
