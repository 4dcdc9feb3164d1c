#include "suggest.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	"version", "name", "runtime", "capabilities", "memory_mib",
	"wall_seconds", "argv", "User", "id",
};

/* What is suggested for a name; "" for nothing. */
static const char *
meant(const char *given)
{
	struct suggest s;

	suggest_init(&s, given, strlen(given));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		suggest_try(&s, names[i], strlen(names[i]), &names[i]);
	if (s.meant == NULL)
		return "";
	ATF_CHECK(*(const char *const *)s.item == s.meant);
	return s.meant;
}

ATF_TC_WITHOUT_HEAD(the_nearest_name_is_suggested);
ATF_TC_BODY(the_nearest_name_is_suggested, tc)
{
	char text[SUGGEST_TEXT_MAX], longer[128];
	struct suggest s;

	ATF_CHECK_STREQ(meant("nmae"), "name");
	ATF_CHECK_STREQ(meant("VERSION"), "version");
	ATF_CHECK_STREQ(meant("memory"), "memory_mib");
	ATF_CHECK_STREQ(meant("wall"), "wall_seconds");
	ATF_CHECK_STREQ(meant("capability"), "capabilities");
	ATF_CHECK_STREQ(meant("user"), "User");
	ATF_CHECK_STREQ(meant("ix"), "id");
	ATF_CHECK_STREQ(meant("xy"), "");
	ATF_CHECK_STREQ(meant(""), "");
	ATF_CHECK_STREQ(meant("network"), "");
	ATF_CHECK_STREQ(meant("versionn"), "version");
	ATF_CHECK_STREQ(meant("memori"), "memory_mib");
	ATF_CHECK_STREQ(meant("walls"), "");
	memset(longer, 'n', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ATF_CHECK_STREQ(meant(longer), "");
	suggest_init(&s, "nmae", 4);
	ATF_CHECK_STREQ(suggest_text(&s, text), "");
	suggest_try(&s, "na\nme", 5, NULL);
	ATF_CHECK_STREQ(suggest_text(&s, text), "");
	suggest_try(&s, "nma\n", 4, NULL);
	ATF_CHECK_STREQ(suggest_text(&s, text), "did you mean `nma?'? ");
	ATF_CHECK_STREQ(suggest_hint(&s, text), "did you mean `nma?'?");
}

ATF_TC_WITHOUT_HEAD(without_a_near_name_all_are_listed);
ATF_TC_BODY(without_a_near_name_all_are_listed, tc)
{
	char text[SUGGEST_TEXT_MAX], name[16];
	struct suggest s;

	suggest_init(&s, "zzzzzz", 6);
	ATF_CHECK_STREQ(suggest_hint(&s, text), "there are none");
	suggest_try(&s, "argv", 4, NULL);
	suggest_try(&s, "env", 3, NULL);
	ATF_CHECK_STREQ(suggest_hint(&s, text), "there are argv, env");
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		suggest_try(&s, name, strlen(name), NULL);
	}
	ATF_CHECK(strlen(text) < SUGGEST_TEXT_MAX);
	suggest_hint(&s, text);
	ATF_CHECK_STREQ(strstr(text, ", name18"), ", name18, ...");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, the_nearest_name_is_suggested);
	ATF_TP_ADD_TC(tp, without_a_near_name_all_are_listed);
	return atf_no_error();
}
