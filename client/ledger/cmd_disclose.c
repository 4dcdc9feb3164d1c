/* casemate ledger disclose */
#include "client/casemate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/file.h"
#include "client/say.h"
#include "lib/withheld.h"
#include "oneleaf.h"

/* As `casemate run' keeps them; the disclosure first. */
static int
save(const struct oneleaf *o)
{
	char *beside = verified_disclosures_path(o->output);
	int ret;

	ret = file_save(beside, o->disclosures.data, o->disclosures.len, 0600);
	if (ret == 0)
		ret = file_save(o->output, o->receipt.data, o->receipt.len,
		    0644);
	free(beside);
	return ret;
}

static int
disclose(struct oneleaf *o)
{
	const struct disclosed_field *f;

	if (oneleaf_ask(o, VERB_DISCLOSE) == -1)
		return -1;
	f = disclosed_find(&o->verified.withheld, o->field);
	if (f == NULL || f->json == NULL) {
		say("the appliance broke the protocol: its answer does not "
		    "disclose %s", o->field);
		return -1;
	}
	if (o->output != NULL && save(o) == -1)
		return -1;
	query_print_json(f->json, strlen(f->json));
	return 0;
}

/* It is forgotten like a field, but not disclosed like one. */
static int
check_field(const struct oneleaf *o)
{
	if (withheld_find(o->field) != WITHHELD_EVIDENCE)
		return 0;
	say("%s: is not one field; `casemate ledger evidence %" PRIu64 "' "
	    "saves it", o->field, o->leaf);
	return -1;
}

static int
run(int argc, char *argv[])
{
	struct oneleaf o = { .query.session.wait_s = APPLIANCE_WAIT_S };
	const char *words[2];
	const int n = opts_parse(&cmd_ledger_disclose, &o, argc, argv, words);

	if (n == -1 || oneleaf_parse(&o, words, n) == -1 ||
	    check_field(&o) == -1)
		return CMD_USAGE;
	return oneleaf_exit(&o, disclose(&o));
}

static const struct opt opts[] = {
	QUERY_OPTS(offsetof(struct oneleaf, query)),
	{ "output", 'o', OPT_TEXT, offsetof(struct oneleaf, output), "FILE",
	    .help = "where the receipt and, beside it, the disclosure go" },
	{ 0 },
};

const struct cmd cmd_ledger_disclose = {
	.name = "disclose",
	.summary = "print one withheld field of a leaf, verified",
	.forms = { "N FIELD" },
	.min_args = 2,
	.max_args = 2,
	.opts = opts,
	.run = run,
};
