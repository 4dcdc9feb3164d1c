/*
 * Every argument that names a file to read, given what a user may give by
 * mistake or on purpose.  Each run ends soon; a failure names the argument and
 * leaves nothing behind.
 */
#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "client/casemate.h"
#include "client/test/odd.h"
#include "client/test/user.h"

static void
try_input(const struct odd_row *r, enum odd_kind kind, int good)
{
	const char *argument = odd_make(kind, r->good);
	const mode_t mode = odd_mode(argument);
	const int before = odd_count_files();
	int status;

	status = odd_run(r, argument, kind == ODD_FORBIDDEN);
	if (kind == ODD_LINK)
		ATF_CHECK_EQ_MSG(good, status, "%s %s, link: %s", r->words[0],
		    r->words[1], user_err);
	else if ((r->accepts & 1u << kind) == 0)
		odd_check_refused(r, kind, argument, status);
	ATF_CHECK_EQ_MSG(before, odd_count_files(), "%s %s, %s", r->words[0],
	    r->words[1], odd_names[kind]);
	ATF_CHECK_EQ_MSG(mode, odd_mode(argument), "%s %s, %s", r->words[0],
	    r->words[1], odd_names[kind]);
	odd_clean();
}

#define ON	"--on", "unix:nowhere"
#define UP	"up", "--accel", "tcg", "--ephemeral"
static const struct odd_row inputs[] = {
	{ "site", { UP, "--site", "@", "--image", "image" }, 0, false },
	{ "site.file", { UP, "--site", "@", "--image", "image" }, 0, false },
	{ "image", { UP, "--site", "site", "--image", "@" }, 0, false },
	{ "runtime", { UP, "--site", "site", "--image", "image", "--runtime",
	    "a=@" }, 0, false },
	{ "site", { "site", "@", "-o", "site.cpio" }, 0, false },
	{ "job", { "bundle", "@", "-o", "job.tar", "--key", "key" }, 0, false },
	{ "key", { "bundle", "job", "-o", "job.tar", "--key", "@" }, 0, false },
	{ "job", { "run", "@", "--key", "key", ON }, 0, false },
	{ "bundle", { "run", "@", "--key", "key", ON }, 0, false },
	{ "key", { "run", "job", "--key", "key", "--author-key", "@", ON }, 0,
	    false },
	{ "vkey", { "run", "job", "--key", "key", ON, "--appliance", "@" }, 0,
	    false },
	{ "vm.sock", { "status", "--key", "key", "--wait", "0", "--on",
	    "unix:@" }, 0, false },
	{ "vkey", { "status", "--key", "key", ON, "--appliance", "@" }, 0,
	    false },
	{ "job", { "run", "--dry-run", "@", "--site", "site", "--submitter",
	    "a" }, 0, false },
	{ "bundle", { "run", "--dry-run", "@", "--site", "site",
	    "--submitter", "a" }, 0, false },
	{ "job", { "run", "--print-manifest", "@" }, 0, false },
	{ "bundle", { "run", "--print-manifest", "@" }, 0, false },
	{ "site", { "run", "--dry-run", "job", "--site", "@", "--submitter",
	    "a" }, ODD_BIT(FOLDER), false },
	{ "receipt", { "verify", "@", "--appliance", "vkey" }, 0, false },
	{ "vkey", { "verify", "receipt", "--appliance", "@" }, 0, false },
	{ "receipt.disclosures", { "verify", "receipt", "--appliance", "vkey",
	    "--disclosures", "@" }, ODD_BIT(EMPTY), false },
	{ "receipt", { "compare", "@", "receipt", "--appliance", "vkey" }, 0,
	    false },
	{ "receipt", { "compare", "receipt", "@", "--appliance", "vkey" }, 0,
	    false },
	{ "vkey", { "compare", "receipt", "receipt", "--appliance", "@" }, 0,
	    false },
	{ "proof", { "compare", "root", "receipt", "--appliance", "vkey",
	    "--proof", "@" }, 0, false },
	{ "receipt", { "recipe", "@", "vkey" }, 0, false },
	{ "vkey", { "recipe", "receipt", "@" }, 0, false },
	{ "receipt.disclosures", { "recipe", "receipt", "vkey", "@" },
	    ODD_BIT(EMPTY), false },
	{ "receipt", { "ledger", "consistency", "@", "--key", "key", ON }, 0,
	    false },
	{ "receipt", { "ledger", "consistency", "1", "@", "--key", "key", ON },
	    0, false },
	{ "site", { "policy", "check", "@" }, ODD_BIT(FOLDER), false },
	{ "site", { "policy", "explain", "@", "cases" }, ODD_BIT(FOLDER),
	    false },
	{ "cases", { "policy", "explain", "site", "@" }, 0, false },
	{ "job/manifest.yaml", { "policy", "explain", "site", "@",
	    "--submitter", "a" }, 0, false },
	{ "site", { "policy", "test", "@", "cases" }, 0, false },
	{ "cases", { "policy", "test", "site", "@" }, 0, false },
	{ "rule", { "policy", "fmt", "@" }, ODD_BIT(EMPTY), false },
	{ "rule", { "policy", "fmt", "--json", "@" }, ODD_BIT(EMPTY), false },
	{ "rule.json", { "policy", "fmt", "--text", "@" }, 0, false },
};

ATF_TC(inputs_of_every_kind);
ATF_TC_HEAD(inputs_of_every_kind, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(inputs_of_every_kind, tc)
{
	odd_make_things();
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		const int good = odd_run(&inputs[i], inputs[i].good, false);

		odd_clean();
		for (unsigned k = 0; k < ODD_READ_ONLY; k++)
			if (k != ODD_FULL && k != ODD_NO_FOLDER)
				try_input(&inputs[i], k, good);
	}
}

static const struct cmd *const commands[] = {
#define CMD(name)		&cmd_##name,
#define POLICY_CMD(name)	&cmd_policy_##name,
#define LEDGER_CMD(name)	&cmd_ledger_##name,
#include "client/cmd.def"
#undef CMD
#undef POLICY_CMD
#undef LEDGER_CMD
};

/* Whether one of these words is part of a usage's text. */
static bool
names_a_file(const char *usage)
{
	static const char *const words[] = { "FILE", "DIR", "KEY", "CPIO",
	    "IMAGE", "BUNDLE", "RECEIPT", "CASES", "MANIFEST" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(usage, words[i]) != NULL)
			return true;
	return false;
}

/* Whether a row has `@' as the value of this option. */
static bool
has_option_row(const char *name)
{
	/* See casemate_outputs_test, cmd_ledger_test and vm/disk_test. */
	static const char *const elsewhere[] = { "output", "receipt",
	    "receipts", "disk" };

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (strcmp(name, elsewhere[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		for (const char *const *w = inputs[i].words; *w != NULL; w++)
			if (strncmp(*w, "--", 2) == 0 && w[1] != NULL &&
			    strcmp(*w + 2, name) == 0 &&
			    strchr(w[1], '@') != NULL)
				return true;
	return false;
}

/* Whether a row of the command has `@' as an argument. */
static bool
has_argument_row(const char *name)
{
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		const char *const *w = inputs[i].words;

		w += strcmp(*w, "policy") == 0 || strcmp(*w, "ledger") == 0;
		if (strcmp(*w, name) != 0)
			continue;
		for (; *w != NULL; w++)
			if (strcmp(*w, "@") == 0 && w[-1][0] != '-')
				return true;
	}
	return false;
}

ATF_TC_WITHOUT_HEAD(every_argument_has_a_row);
ATF_TC_BODY(every_argument_has_a_row, tc)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct cmd *c = commands[i];

		for (size_t k = 0; k < OPT_FORMS_MAX && c->forms[k] != NULL;
		    k++)
			ATF_CHECK_MSG(!names_a_file(c->forms[k]) ||
			    has_argument_row(c->name), "%s: its argument has "
			    "no row in this test", c->name);
		for (const struct opt *o = c->opts; o != NULL &&
		    o->name != NULL; o++)
			ATF_CHECK_MSG(o->value == NULL ||
			    !names_a_file(o->value) || has_option_row(o->name),
			    "%s --%s: has no row in this test", c->name,
			    o->name);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, inputs_of_every_kind);
	ATF_TP_ADD_TC(tp, every_argument_has_a_row);
	return atf_no_error();
}
