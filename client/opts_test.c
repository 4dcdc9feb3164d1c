#include "opts.h"

#include <atf-c.h>
#include <string.h>

#include "casemate.h"
#include "say.h"

static struct parsed {
	bool		 flag;
	const char	*text, *word, *args[2];
	struct opt_list	 list;
	uint64_t	 number;
	int		 n;
} parsed;

#define AT(member)	offsetof(struct parsed, member)

static const struct opt table[] = {
	{ "flag", 'f', OPT_FLAG, AT(flag), NULL, .help = "be so" },
	{ "text", 'o', OPT_TEXT, AT(text), "TEXT", .help = "write this" },
	{ "item", 0, OPT_LIST, AT(list), "THING", .help = "take one more" },
	{ "number", 0, OPT_NUMBER, AT(number), "N", "so many", .min = 5,
	    .max = 10 },
	{ "word", 0, OPT_WORD, AT(word), "yes|no|neither",
	    .help = "what you think" },
	{ 0 },
};

static const struct cmd command = {
	.name = "cmd",
	.forms = { "A [B]" },
	.min_args = 1,
	.max_args = 2,
	.opts = table,
};

/* Splits at blanks and parses.  Returns what was said, or "". */
static const char *
parse_for(const struct cmd *c, const char *line)
{
	static char words[256];
	static char name[] = "cmd";
	char *argv[16] = { name };
	int argc = 1;

	memset(&parsed, 0, sizeof(parsed));
	strcpy(words, line);
	for (char *w = strtok(words, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	parsed.n = opts_parse(c, &parsed, argc, argv, parsed.args);
	return parsed.n == -1 ? say_last() : "";
}

static const char *
parse(const char *line)
{
	return parse_for(&command, line);
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
	ATF_CHECK_STREQ("", parse("a --word no"));
	ATF_CHECK_STREQ("no", parsed.word);
	ATF_CHECK_STREQ("", parse("a --word neither"));
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
		{ "a --tex y", "--tex: no such option; did you mean "
		    "`--text'?" },
		{ "a --nubmer=5", "--nubmer: no such option; did you mean "
		    "`--number'?" },
		{ "a --flag=1", "--flag: takes no value" },
		{ "a --text", "--text: needs a value" },
		{ "a --text=", "--text: its value is empty" },
		{ "a --item=", "--item: its value is empty" },
		{ "a --number=", "--number: its value is empty" },
		{ "a --number 4", "from 5 to 10" },
		{ "a --number 11", "from 5 to 10" },
		{ "a --number 7x", "from 5 to 10" },
		{ "a --word maybe", "--word maybe: must be yes, no or neither" },
		{ "a --word ye", "--word ye: must be" },
		{ "a --word yes|no", "must be" },
		{ "a --word=", "--word: its value is empty" },
		{ "a b c", "c: one argument too many" },
		{ "--flag", "an argument is missing" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = parse(bad[i][0]);

		ATF_CHECK_MSG(strstr(said, bad[i][1]) != NULL, "%s: %s",
		    bad[i][0], said);
	}
}

/* One that its only form needs, one that one of two forms needs. */
ATF_TC_WITHOUT_HEAD(option_that_is_needed);
ATF_TC_BODY(option_that_is_needed, tc)
{
	static const struct opt needed[] = {
		{ "text", 'o', OPT_TEXT, AT(text), "TEXT", "what it says",
		    .needed = OPT_FORM_1 },
		{ 0 },
	};
	struct cmd c = { .name = "cmd", .forms = { "" }, .opts = needed };

	ATF_CHECK_STREQ("--text TEXT is missing: what it says",
	    parse_for(&c, ""));
	ATF_CHECK_STREQ("", parse_for(&c, "-o x"));
	c.forms[1] = "";
	ATF_CHECK_STREQ("", parse_for(&c, ""));
}

static char printed[4096];

static void
print(void (*f)(FILE *, const char *, const struct cmd *),
    const struct cmd *c)
{
	FILE *out = fmemopen(printed, sizeof(printed), "w");

	ATF_REQUIRE(out != NULL);
	f(out, "casemate", c);
	fclose(out);
}

ATF_TC_WITHOUT_HEAD(usage_has_every_option);
ATF_TC_BODY(usage_has_every_option, tc)
{
	static const struct opt two[] = {
		{ "all", 0, OPT_FLAG, 0, NULL, .help = "in both" },
		{ "one", 'o', OPT_TEXT, 0, "X", "in the first",
		    .forms = OPT_FORM_1, .needed = OPT_FORM_1 },
		{ "two", 0, OPT_NUMBER, 0, "N", "in the second",
		    .forms = OPT_FORM_2, .needed = OPT_FORM_2 },
		{ "this", 0, OPT_FLAG, 0, NULL, .help = "or that",
		    .or_next = true },
		{ "that", 0, OPT_TEXT, 0, "Y", .help = "or this" },
		{ 0 },
	};
	const struct cmd forms = { .name = "x", .forms = { "A", "B" },
	    .opts = two };

	print(opts_print_usage, &command);
	ATF_CHECK_STREQ("usage: casemate cmd A [B] [--flag] [--text TEXT] "
	    "[--item THING]...\n"
	    "\t[--number N] [--word yes|no|neither]\n", printed);
	print(opts_print_help, &forms);
	ATF_CHECK_STREQ("usage: casemate x A --one X [--all] [--this|--that Y]\n"
	    "       casemate x B --two N [--all] [--this|--that Y]\n"
	    "\n"
	    "      --all                 in both\n"
	    "  -o, --one X               in the first\n"
	    "      --two N               in the second\n"
	    "      --this                or that\n"
	    "      --that Y              or this\n", printed);
}

/* Of every command: a name and a letter once, and lines of 80 columns. */
static void
check_command(const struct cmd *c)
{
	const char *p, *end;

	for (const struct opt *o = c->opts; o != NULL && o->name != NULL; o++) {
		ATF_CHECK_MSG(o->help != NULL, "%s --%s", c->name, o->name);
		ATF_CHECK((o->kind == OPT_FLAG) == (o->value == NULL));
		for (const struct opt *b = c->opts; b < o; b++)
			ATF_CHECK_MSG(strcmp(o->name, b->name) != 0 &&
			    (o->letter == 0 || o->letter != b->letter),
			    "%s --%s --%s", c->name, o->name, b->name);
	}
	print(opts_print_help, c);
	for (p = printed; (end = strchr(p, '\n')) != NULL; p = end + 1)
		ATF_CHECK_MSG(end - p <= (*p == '\t' ? 73 : 80), "%s", p);
}

ATF_TC_WITHOUT_HEAD(tables_of_all_commands_are_in_order);
ATF_TC_BODY(tables_of_all_commands_are_in_order, tc)
{
#define CMD(name)		check_command(&cmd_##name);
#define POLICY_CMD(name)	check_command(&cmd_policy_##name);
#define LEDGER_CMD(name)	check_command(&cmd_ledger_##name);
#include "cmd.def"
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, options_in_any_order);
	ATF_TP_ADD_TC(tp, options_say_what_is_wrong);
	ATF_TP_ADD_TC(tp, option_that_is_needed);
	ATF_TP_ADD_TC(tp, usage_has_every_option);
	ATF_TP_ADD_TC(tp, tables_of_all_commands_are_in_order);
	return atf_no_error();
}
