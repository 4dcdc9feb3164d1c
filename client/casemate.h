/*
 * The subcommands.  Each is called with its own name as argv[0] and answers
 * the exit code, or CMD_USAGE after a complaint about its arguments, and then
 * casemate.c shows its usage.
 */
#ifndef CASEMATE_H
#define CASEMATE_H

#define CMD_USAGE	(-1)

int	cmd_bundle(int argc, char *argv[]);
int	cmd_down(int argc, char *argv[]);
int	cmd_jobs(int argc, char *argv[]);
int	cmd_ledger(int argc, char *argv[]);
int	cmd_output(int argc, char *argv[]);
int	cmd_policy(int argc, char *argv[]);
int	cmd_run(int argc, char *argv[]);
int	cmd_site(int argc, char *argv[]);
int	cmd_status(int argc, char *argv[]);
int	cmd_tsc_khz(int argc, char *argv[]);
int	cmd_up(int argc, char *argv[]);
int	cmd_verify(int argc, char *argv[]);

#endif
