/* casemate policy COMMAND: the table of its commands. */
#include "policy.h"

#include <stdio.h>
#include <string.h>

#include "client/casemate.h"
#include "lib/log.h"
#include "client/say.h"

static const struct policy_command {
	const char	*name;
	int		(*run)(int argc, char *argv[]);
	const char	*usage;
} commands[] = {
	{ "check", policy_check, "[--strict] DIR" },
	{ "explain", policy_explain, "DIR CASES [--case TEXT]\n"
	    "       casemate policy explain DIR MANIFEST --submitter NAME\n"
	    "\t[--author NAME] [--now TIME] [--boot kept|ephemeral]" },
	{ "fmt", policy_fmt,
	    "[--write|--check|--json|--text] [FILE]..." },
	{ "test", policy_test, "DIR [CASES]..." },
};

#define NCOMMANDS	(sizeof(commands) / sizeof(commands[0]))

static int
run_command(const struct policy_command *c, int argc, char *argv[])
{
	int code;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("usage: casemate policy %s %s\n", c->name, c->usage);
		return EXIT_OK;
	}
	code = c->run(argc, argv);
	if (code != CMD_USAGE)
		return code;
	fprintf(stderr, "usage: casemate policy %s %s\n", c->name, c->usage);
	return EXIT_USAGE;
}

int
cmd_policy(int argc, char *argv[])
{
	if (argc < 2) {
		say("what is to be done with policies is missing");
		return CMD_USAGE;
	}
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return run_command(&commands[i], argc - 1, argv + 1);
	say("policy %s: no such command", argv[1]);
	return CMD_USAGE;
}
