/*
 * What the subcommands of `casemate policy' share.  Each answers the exit
 * code, or CMD_USAGE after a complaint about its arguments.
 */
#ifndef POLICY_CMD_H
#define POLICY_CMD_H

#include "cedar/cedar.h"

int	policy_check(int argc, char *argv[]);
int	policy_explain(int argc, char *argv[]);
int	policy_fmt(int argc, char *argv[]);
int	policy_test(int argc, char *argv[]);

/*
 * Says an error or a warning with its place, the line itself and a mark under
 * the column.  `dir' (or NULL) goes before the file's name.
 */
void	policy_say(const char *dir, const struct doc_error *, int warning);

#endif
