#include <atf-c.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "number.h"
#include "opts.h"
#include "say.h"
#include "target.h"

static const char *
round_trip(const char *text)
{
	static char back[PATH_MAX + 8];
	static struct why w;
	struct target t;

	if (target_parse(&t, text, &w) == -1)
		return w.text;
	target_format(back, sizeof(back), &t);
	return back;
}

ATF_TC_WITHOUT_HEAD(target_is_a_name_vsock_or_unix);
ATF_TC_BODY(target_is_a_name_vsock_or_unix, tc)
{
	static const char *const good[] = { "demo", "a-1", "vsock:42:1024",
	    "vsock:4294967294:0", "unix:/a b,c", "unix:x" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ATF_CHECK_STREQ(good[i], round_trip(good[i]));
}

ATF_TC_WITHOUT_HEAD(target_says_what_is_wrong);
ATF_TC_BODY(target_says_what_is_wrong, tc)
{
	static const char *const bad[][2] = {
		{ "", "CID:PORT" }, { "Demo", "lower-case" },
		{ "../x", "lower-case" }, { "tcp:1:2", "unix:PATH" },
		{ "vsock:42", "vsock:CID:PORT" },
		{ "vsock:x:1", "the CID must be a number" },
		{ "vsock:4294967295:1", "the CID must be a number" },
		{ "vsock:99999999999999999999:1", "vsock:CID:PORT" },
		{ "vsock:3:", "the port must be a number" },
		{ "vsock:3:-1", "the port must be a number" },
		{ "vsock:3:4294967295", "the port must be a number" },
		{ "unix:", "path of a socket" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = round_trip(bad[i][0]);

		ATF_CHECK_MSG(strstr(said, bad[i][1]) != NULL, "%s: %s",
		    bad[i][0], said);
	}
}

ATF_TC_WITHOUT_HEAD(numbers_have_limits_and_units);
ATF_TC_BODY(numbers_have_limits_and_units, tc)
{
	uint64_t n = 0;

	ATF_CHECK_EQ(0, number_parse("0", 0, &n));
	ATF_CHECK_EQ(0, number_parse("18446744073709551615", UINT64_MAX, &n));
	ATF_CHECK(n == UINT64_MAX);
	ATF_CHECK_EQ(-1, number_parse("18446744073709551616", UINT64_MAX, &n));
	ATF_CHECK_EQ(-1, number_parse("8", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("1 ", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("-1", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("1K", 9999, &n));
	ATF_CHECK_EQ(0, number_parse_size("64M", UINT64_MAX, &n));
	ATF_CHECK_EQ(64u << 20, n);
	ATF_CHECK_EQ(0, number_parse_size("2T", UINT64_MAX, &n));
	ATF_CHECK_EQ(2ull << 40, n);
	ATF_CHECK_EQ(-1, number_parse_size("2T", 2ull << 39, &n));
	ATF_CHECK_EQ(-1, number_parse_size("1X", UINT64_MAX, &n));
	ATF_CHECK_EQ(-1, number_parse_size("1KK", UINT64_MAX, &n));
}

static struct parsed {
	bool		 flag;
	const char	*text, *args[2];
	struct opt_list	 list;
	uint64_t	 number;
	int		 n;
} parsed;

/* Splits at blanks, parses, answers what was said ("" nothing). */
static const char *
parse(const char *line)
{
	static char words[256];
	static char name[] = "cmd";
	char *argv[16] = { name };
	const struct opt table[] = {
		{ "flag", 'f', OPT_FLAG, &parsed.flag, 0, 0 },
		{ "text", 'o', OPT_TEXT, &parsed.text, 0, 0 },
		{ "item", 0, OPT_LIST, &parsed.list, 0, 0 },
		{ "number", 0, OPT_NUMBER, &parsed.number, 5, 10 },
		{ 0 },
	};
	int argc = 1;

	memset(&parsed, 0, sizeof(parsed));
	strcpy(words, line);
	for (char *w = strtok(words, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	parsed.n = opts_parse(table, argc, argv, parsed.args, 1, 2);
	return parsed.n == -1 ? say_last() : "";
}

ATF_TC_WITHOUT_HEAD(options_in_any_order);
ATF_TC_BODY(options_in_any_order, tc)
{
	ATF_CHECK_STREQ("", parse("a -f b --text=x=y --number 7"));
	ATF_CHECK_EQ(2, parsed.n);
	ATF_CHECK(parsed.flag);
	ATF_CHECK_STREQ("a", parsed.args[0]);
	ATF_CHECK_STREQ("b", parsed.args[1]);
	ATF_CHECK_STREQ("x=y", parsed.text);
	ATF_CHECK_EQ(7, parsed.number);
	ATF_CHECK_STREQ("", parse("-o -v -- -a"));
	ATF_CHECK_STREQ("-v", parsed.text);
	ATF_CHECK_STREQ("-a", parsed.args[0]);
	ATF_CHECK_STREQ("", parse("--item 1 --item=2 -"));
	ATF_CHECK_EQ(2, parsed.list.n);
	ATF_CHECK_STREQ("-", parsed.args[0]);
}

ATF_TC_WITHOUT_HEAD(options_say_what_is_wrong);
ATF_TC_BODY(options_say_what_is_wrong, tc)
{
	static const char *const bad[][2] = {
		{ "a --nothing", "--nothing: no such option" },
		{ "a -x", "-x: no such option" },
		{ "a -fo", "-fo: no such option" },
		{ "a --tex y", "--tex: no such option" },
		{ "a --flag=1", "--flag: takes no value" },
		{ "a --text", "--text: needs a value" },
		{ "a --number 4", "from 5 to 10" },
		{ "a --number 11", "from 5 to 10" },
		{ "a --number 7x", "from 5 to 10" },
		{ "a b c", "c: one argument too many" },
		{ "--flag", "an argument is missing" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = parse(bad[i][0]);

		ATF_CHECK_MSG(strstr(said, bad[i][1]) != NULL, "%s: %s",
		    bad[i][0], said);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, target_is_a_name_vsock_or_unix);
	ATF_TP_ADD_TC(tp, target_says_what_is_wrong);
	ATF_TP_ADD_TC(tp, numbers_have_limits_and_units);
	ATF_TP_ADD_TC(tp, options_in_any_order);
	ATF_TP_ADD_TC(tp, options_say_what_is_wrong);
	return atf_no_error();
}
