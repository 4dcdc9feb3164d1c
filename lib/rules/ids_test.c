#include "ids.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include "lib/doc/arena.h"

static struct rule_ids ids;

static void
add(const char *id)
{
	struct arena arena;
	struct policy p = { 0 };

	arena_init(&arena, 0);
	p.id = str_new(&arena, id, strlen(id));
	ATF_REQUIRE(p.id != NULL);
	rule_ids_add(&ids, &p);
	arena_free(&arena);
}

ATF_TC_WITHOUT_HEAD(each_id_is_there_once_in_order);
ATF_TC_BODY(each_id_is_there_once_in_order, tc)
{
	rule_ids_init(&ids);
	ATF_CHECK_STREQ(ids.text, "");
	add("run");
	add("memory");
	add("run");
	add("run-more");
	add("mem");
	add("memory");
	ATF_CHECK_STREQ(ids.text, "run\nmemory\nrun-more\nmem");
	ATF_CHECK(!ids.full);
}

ATF_TC_WITHOUT_HEAD(an_id_cannot_make_a_line_of_its_own);
ATF_TC_BODY(an_id_cannot_make_a_line_of_its_own, tc)
{
	rule_ids_init(&ids);
	add("a\nb\"\x1b\xe2\x80\xae");
	ATF_CHECK_STREQ(ids.text, "a\\nb\\\"\\u{1b}\\u{202e}");
	rule_ids_init(&ids);
	add("");
	add("");
	add("\"\"");
	ATF_CHECK_STREQ(ids.text, "\"\"\n\\\"\\\"");
}

ATF_TC_WITHOUT_HEAD(a_long_id_is_cut_between_characters);
ATF_TC_BODY(a_long_id_is_cut_between_characters, tc)
{
	char id[600];

	memset(id, 'x', sizeof(id));
	memcpy(id + 251, "\xc3\xa4", 2);
	id[RULE_ID_MAX + 1] = '\0';
	rule_ids_init(&ids);
	add(id);
	ATF_CHECK_EQ(strlen(ids.text), 251 + strlen("..."));
	ATF_CHECK_STREQ(ids.text + 251, "...");
}

ATF_TC_WITHOUT_HEAD(what_does_not_fit_is_dots);
ATF_TC_BODY(what_does_not_fit_is_dots, tc)
{
	char id[128], last[WHO_RULES_MAX + 1];

	/* Of every length, so that the list ends at each place. */
	for (int len = 1; len < 128; len++) {
		rule_ids_init(&ids);
		for (int i = 0; i < WHO_RULES_MAX && !ids.full; i++) {
			snprintf(id, sizeof(id), "%0*d", len, i);
			strcpy(last, ids.text);
			add(id);
		}
		if (!ids.full)		/* there are only so many ids */
			continue;
		ATF_CHECK_MSG(strncmp(ids.text, last, strlen(last)) == 0 &&
		    strcmp(ids.text + strlen(last), "\n...") == 0, "%s",
		    ids.text);
		ATF_CHECK(strlen(ids.text) + (size_t)len + 1 > WHO_RULES_MAX -
		    strlen("\n..."));
		strcpy(last, ids.text);
		add("more");
		ATF_CHECK_STREQ(ids.text, last);
	}
	ATF_CHECK(ids.full);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, each_id_is_there_once_in_order);
	ATF_TP_ADD_TC(tp, an_id_cannot_make_a_line_of_its_own);
	ATF_TP_ADD_TC(tp, a_long_id_is_cut_between_characters);
	ATF_TP_ADD_TC(tp, what_does_not_fit_is_dots);
	return atf_no_error();
}
