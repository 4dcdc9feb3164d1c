#include <atf-c.h>
#include <string.h>

#include "leaf.h"

static const char good[] = "{\"id\":\"3\",\"data\":{\"job\":\"ab\",\"n\":0,"
    "\"text\":\"a\\\"\\\\\\n\\t\\u001b \303\251\",\"acts\":"
    "\"\\u009b\\u061c\\u202e\",\"list\":[\"a]\",\"\",\"\\u001b\"],\"none\":[]},"
    "\"z\":18446744073709551615}";

ATF_TC_WITHOUT_HEAD(members_and_inner_members);
ATF_TC_BODY(members_and_inner_members, tc)
{
	struct parsed_leaf l;
	struct why w = { "" };

	ATF_REQUIRE_EQ_MSG(0, leaf_parse(&l, good, strlen(good), &w), "%s",
	    w.text);
	ATF_CHECK_EQ(8, l.n);
	ATF_CHECK_STREQ("3", leaf_get(&l, "id"));
	ATF_CHECK_STREQ("ab", leaf_get(&l, "data.job"));
	ATF_CHECK_STREQ("0", leaf_get(&l, "data.n"));
	ATF_CHECK_EQ(LEAF_TEXT, leaf_find(&l, "id")->kind);
	ATF_CHECK_EQ(LEAF_NUMBER, leaf_find(&l, "data.n")->kind);
	ATF_CHECK_EQ(LEAF_LIST, leaf_find(&l, "data.list")->kind);
	ATF_CHECK_STREQ("[\"a]\",\"\",\"\\u001b\"]", leaf_get(&l,
	    "data.list"));
	ATF_CHECK_STREQ("[]", leaf_get(&l, "data.none"));
	ATF_CHECK(leaf_find(&l, "data.list")->inner);
	ATF_CHECK(!leaf_find(&l, "z")->inner);
	ATF_CHECK_STREQ("\"a\\\"\\\\\\n\\t\\u001b \303\251\"",
	    leaf_find(&l, "data.text")->json);
	ATF_CHECK_STREQ("a\"\\\n\t\033 \303\251", leaf_get(&l, "data.text"));
	ATF_CHECK_STREQ("18446744073709551615", leaf_get(&l, "z"));
	ATF_CHECK_STREQ("\302\233\330\234\342\200\256", leaf_get(&l,
	    "data.acts"));
	ATF_CHECK_STREQ("", leaf_get(&l, "job"));
	leaf_free(&l);
}

ATF_TC_WITHOUT_HEAD(what_ledgerd_does_not_write_is_refused);
ATF_TC_BODY(what_ledgerd_does_not_write_is_refused, tc)
{
	static const char *const bad[][2] = {
		{ "", "object was expected" }, { "[]", "object was expected" },
		{ "{}", "string was expected" },
		{ "{\"a\":1}x", "more bytes follow" },
		{ "{\"a\":1,}", "string was expected" },
		{ "{\"a\":1,\"a\":2}", "is a duplicate" },
		{ "{\"data\":{\"a\":1},\"data.a\":2}", "other characters" },
		{ "{\"data\":{\"a\":1,\"a\":2}}", "is a duplicate" },
		{ "{\"a\\\"b\":1}", "other characters" },
		{ "{\"a\":01}", "whole number" }, { "{\"a\":-1}", "number" },
		{ "{\"a\":1.5}", "comma or }" }, { "{\"a\":}", "number" },
		{ "{\"a\":true}", "number" }, { "{\"a\":{}}", "number" },
		{ "{\"a\":111111111111111111111}", "number" },
		{ "{\"a\":18446744073709551616}", "whole number" },
		{ "{\"data\":1}", "data is not an object" },
		{ "{\"data\":{\"data\":{\"a\":1}}}", "number was expected" },
		{ "{\"a\":\"\n\"}", "control character" },
		{ "{\"a\":\"\\u0000\"}", "needs no escape" },
		{ "{\"a\":\"\\u00e9\"}", "needs no escape" },
		{ "{\"a\":\"\\ud800\"}", "needs no escape" },
		{ "{\"a\":\"\\u00g0\"}", "four hex digits" },
		{ "{\"a\":\"\\x\"}", "unknown escape" },
		{ "{\"a\":\"\377\"}", "not UTF-8" },
		{ "{\"a\":[1]}", "a string was expected" },
		{ "{\"a\":[\"b\",]}", "a string was expected" },
		{ "{\"a\":[\"b\"}", "a comma or ]" },
		{ "{\"a\":[[]]}", "a string was expected" },
		{ "{\"a\":[\"\n\"]}", "control character" },
		{ "{\"a\":[", "string was expected" },
		{ "{\"a\" :1}", "colon" }, { "{ \"a\":1}", "string" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct parsed_leaf l;
		struct why w = { "" };

		ATF_CHECK_MSG(leaf_parse(&l, bad[i][0], strlen(bad[i][0]), &w)
		    == -1, "%s was taken", bad[i][0]);
		ATF_CHECK_MSG(strstr(w.text, bad[i][1]) != NULL, "%s: %s",
		    bad[i][0], w.text);
		leaf_free(&l);
	}
}

ATF_TC_WITHOUT_HEAD(every_truncation_is_refused);
ATF_TC_BODY(every_truncation_is_refused, tc)
{
	for (size_t len = 0; len < strlen(good); len++) {
		struct parsed_leaf l;
		struct why w = { "" };

		ATF_CHECK_EQ(-1, leaf_parse(&l, good, len, &w));
		leaf_free(&l);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, members_and_inner_members);
	ATF_TP_ADD_TC(tp, what_ledgerd_does_not_write_is_refused);
	ATF_TP_ADD_TC(tp, every_truncation_is_refused);
	return atf_no_error();
}
