/* The commands of casemate, from cmd.def. */
#ifndef CASEMATE_H
#define CASEMATE_H

#include "opts.h"

#define CMD(name)		extern const struct cmd cmd_##name;
#define POLICY_CMD(name)	extern const struct cmd cmd_policy_##name;
#define LEDGER_CMD(name)	extern const struct cmd cmd_ledger_##name;
#include "cmd.def"
#undef CMD
#undef POLICY_CMD
#undef LEDGER_CMD

#endif
