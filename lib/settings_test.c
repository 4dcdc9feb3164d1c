#include "settings.h"

#include <atf-c.h>

#include <errno.h>
#include <string.h>

static struct settings s;

static void
good(const char *text)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(settings_parse(&s, "settings.yaml", text,
	    strlen(text), &e) == 0, "%s", e.text);
}

static void
bad(const char *text, const char *words)
{
	char message[1024];
	struct doc_error e;

	ATF_CHECK_ERRNO(EBADMSG, settings_parse(&s, "settings.yaml", text,
	    strlen(text), &e) == -1);
	doc_error_format(&e, 0, message, sizeof(message));
	ATF_CHECK_MSG(strncmp(message, words, strlen(words)) == 0, "%s",
	    message);
}

ATF_TC_WITHOUT_HEAD(every_setting_is_read);
ATF_TC_BODY(every_setting_is_read, tc)
{
	good("version: 1\nname: demo\ndata: required\n");
	ATF_CHECK_STREQ(s.name, "demo");
	ATF_CHECK_STREQ(s.key_name, "casemate/demo");
	ATF_CHECK(s.data_required);
	good("version: 1\nheartbeat_seconds: 60\n");
	ATF_CHECK_EQ(s.heartbeat_s, 60);
	good("version: 1\nheartbeat_seconds: 0\n");
	ATF_CHECK_EQ(s.heartbeat_s, 0);
	good("version: 1\nwildcards: [ops-all, 'Role *']\n");
	ATF_CHECK_EQ(s.nwildcards, 2);
	ATF_CHECK_STREQ(s.wildcards[0], "ops-all");
	ATF_CHECK_STREQ(s.wildcards[1], "Role *");
	good("version: 1\nshares:\n  jobs: 1\n  reads: 8\n"
	    "  bundle_percent: 10\n  nonces_percent: 100\n"
	    "  keyd_percent: 20\n"
	    "  ledger_percent: 5\n");
	ATF_CHECK_EQ(s.shares.most[SHARE_JOBS], 1);
	ATF_CHECK_EQ(s.shares.most[SHARE_READS], 8);
	ATF_CHECK_EQ(s.shares.most[SHARE_BUNDLES], 10);
	ATF_CHECK_EQ(s.shares.most[SHARE_NONCES], 100);
	ATF_CHECK_EQ(s.shares.most[SHARE_KEYD], 20);
	ATF_CHECK_EQ(s.shares.most[SHARE_LEDGER], 5);
}

ATF_TC_WITHOUT_HEAD(what_is_left_out_has_its_default);
ATF_TC_BODY(what_is_left_out_has_its_default, tc)
{
	good("version: 1\n");
	ATF_CHECK_STREQ(s.name, "casemate");
	ATF_CHECK_STREQ(s.key_name, "casemate/casemate");
	ATF_CHECK(!s.data_required);
	ATF_CHECK_EQ(s.heartbeat_s, 3600);
	ATF_CHECK_EQ(s.nwildcards, 0);
	for (int i = 0; i < SHARE_COUNT; i++)
		ATF_CHECK_EQ(s.shares.most[i], share_info(i)->usual);
	good("version: 1\nshares:\n  reads: 1\n");
	ATF_CHECK_EQ(s.shares.most[SHARE_READS], 1);
	ATF_CHECK_EQ(s.shares.most[SHARE_JOBS], share_info(SHARE_JOBS)->usual);
	good("version: 1\ndata: optional\n");
	ATF_CHECK(!s.data_required);
}

ATF_TC_WITHOUT_HEAD(bad_settings_are_named_with_their_place);
ATF_TC_BODY(bad_settings_are_named_with_their_place, tc)
{
	static char large[SETTINGS_FILE_MAX + 2];

	bad("name: demo\n", "settings.yaml:1:1: no field `version'");
	bad("version: 1\n  name\n", "settings.yaml:1:10: `version' takes the "
	    "number 1, and the next line, which is indented, continues this");
	bad("version: 1\nwildcards:\n  all\n", "settings.yaml:3:3: "
	    "`wildcards' takes a list, not a text; write `[A, B]'");
	bad("version: 1\nname: De mo\n", "settings.yaml:2:7: `name' takes a "
	    "name; use");
	bad("version: 1\nreads: 1\n", "settings.yaml:2:1: unknown field "
	    "`reads'; it is a field of `shares'; move it there;");
	bad("version: 1\ndata: maybe\n", "settings.yaml:2:7: `data' is");
	bad("version: 1\nheartbeat_seconds: 86401\n", "settings.yaml:2:20: "
	    "`heartbeat_seconds' takes a whole number from 0 to 86400");
	bad("version: 1\nheartbeat_seconds: 1h\n", "settings.yaml:2:20: ");
	bad("version: 1\ndata: true\n", "settings.yaml:2:7: `data' is");
	bad("version: 1\nkey: x\n", "settings.yaml:2:1: unknown field");
	bad("version: 1\nwildcards: all\n", "settings.yaml:2:12: ");
	bad("version: 1\nshares: 3\n", "settings.yaml:2:9: `shares' takes a "
	    "mapping");
	bad("version: 1\nshares:\n  slots: 3\n", "settings.yaml:3:3: unknown");
	bad("version: 1\nshares:\n  jobs: 0\n", "settings.yaml:3:9: `jobs' "
	    "takes a whole number from 1 to 8");
	bad("version: 1\nshares:\n  jobs: 9\n", "settings.yaml:3:9: `jobs'");
	bad("version: 1\nshares:\n  ledger_percent: 101\n",
	    "settings.yaml:3:19: `ledger_percent' takes");
	bad("version: 3\n", "settings.yaml:1:10: `version' takes");
	memset(large, '#', sizeof(large) - 1);
	bad(large, "settings.yaml: 16385 bytes; at most");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, every_setting_is_read);
	ATF_TP_ADD_TC(tp, what_is_left_out_has_its_default);
	ATF_TP_ADD_TC(tp, bad_settings_are_named_with_their_place);
	return atf_no_error();
}
