/* casemate ledger forget */
#include "client/casemate.h"

#include <inttypes.h>
#include <stdio.h>

#include "oneleaf.h"

static int
forget(struct oneleaf *o)
{
	if (oneleaf_ask(o, VERB_FORGET) == -1)
		return -1;
	/* What is erased, the appliance has said. */
	printf("leaf %" PRIu64 " records the order\n", o->query.recorded);
	return 0;
}

static int
run(int argc, char *argv[])
{
	struct oneleaf o = { .query.session.wait_s = APPLIANCE_WAIT_S };
	const char *words[2];
	const int n = opts_parse(&cmd_ledger_forget, &o, argc, argv, words);

	if (n == -1 || oneleaf_parse(&o, words, n) == -1)
		return CMD_USAGE;
	return oneleaf_exit(&o, forget(&o));
}

static const struct opt opts[] = {
	QUERY_OPTS(offsetof(struct oneleaf, query)),
	{ 0 },
};

const struct cmd cmd_ledger_forget = {
	.name = "forget",
	.summary = "erase one withheld field of a leaf for good",
	.forms = { "N FIELD" },
	.min_args = 2,
	.max_args = 2,
	.opts = opts,
	.run = run,
};
