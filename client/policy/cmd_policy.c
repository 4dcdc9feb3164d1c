/* casemate policy: the table of its commands. */
#include "client/casemate.h"

static const struct cmd *const commands[] = {
#define CMD(name)
#define POLICY_CMD(name)	&cmd_policy_##name,
#define LEDGER_CMD(name)
#include "client/cmd.def"
#undef CMD
#undef POLICY_CMD
#undef LEDGER_CMD
	NULL
};

const struct cmd cmd_policy = {
	.name = "policy",
	.summary = "format, check and try a site's rules",
	.subcommands = commands,
};
