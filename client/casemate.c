/* casemate: the host's command.  Finds the command in the table and runs it. */
#include "casemate.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/doc/suggest.h"
#include "lib/log.h"
#include "lib/stdfds.h"
#include "say.h"

#define CASEMATE	"casemate"

static const struct cmd *const commands[] = {
#define CMD(name)		&cmd_##name,
#define POLICY_CMD(name)
#define LEDGER_CMD(name)
#include "cmd.def"
#undef CMD
#undef POLICY_CMD
#undef LEDGER_CMD
	NULL
};

static void
print_usage(FILE *out)
{
	fprintf(out, "usage: casemate COMMAND [ARGUMENT]...\n\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name,
		    commands[i]->summary);
	fprintf(out, "\ncasemate COMMAND --help shows its arguments; "
	    "casemate(1) explains them.\n");
}

static const struct cmd *
find(const struct cmd *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp((*list)->name, name) == 0)
			return *list;
	return NULL;
}

static void
say_unknown(const struct cmd *const *list, const char *before,
    const char *name)
{
	struct suggest s;

	suggest_init(&s, name, strlen(name));
	for (; *list != NULL; list++)
		suggest_try(&s, (*list)->name, strlen((*list)->name), NULL);
	if (s.meant != NULL)
		say("%s%s: no such command; did you mean `%s%s'?", before,
		    name, before, s.meant);
	else
		say("%s%s: no such command", before, name);
}

/* Anywhere before `--'. */
static bool
wants_help(int argc, char *argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

/* `run' has its own code: 100 could be the job's exit status. */
static int
usage_error(const char *before, const struct cmd *c)
{
	opts_print_usage(stderr, before, c);
	return c->failed != 0 ? c->failed : EXIT_USAGE;
}

static int
run_command(const char *before, const struct cmd *c, int argc, char *argv[])
{
	int code;

	if (wants_help(argc, argv)) {
		opts_print_help(stdout, before, c);
		return EXIT_OK;
	}
	code = c->run(argc, argv);
	return code == CMD_USAGE ? usage_error(before, c) : code;
}

/*
 * Runs a command of a group, such as `casemate policy'.  A group may be a
 * command as well, such as `casemate ledger': its own words are options.
 */
static int
run_subcommand(const struct cmd *group, int argc, char *argv[])
{
	const struct cmd *c;
	char before[64];

	if (group->run != NULL && (argc < 2 || argv[1][0] == '-'))
		return run_command(CASEMATE, group, argc, argv);
	if (argc < 2) {
		say("missing subcommand of `" CASEMATE " %s'", group->name);
		return usage_error(CASEMATE, group);
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		opts_print_help(stdout, CASEMATE, group);
		return EXIT_OK;
	}
	c = find(group->subcommands, argv[1]);
	if (c == NULL) {
		snprintf(before, sizeof(before), "%s ", group->name);
		say_unknown(group->subcommands, before, argv[1]);
		return usage_error(CASEMATE, group);
	}
	snprintf(before, sizeof(before), CASEMATE " %s", group->name);
	return run_command(before, c, argc - 1, argv + 1);
}

/* Words of a subcommand, or of a group that does nothing by itself. */
static bool
wants_subcommand(const struct cmd *c, int argc, char *argv[])
{
	if (c->subcommands == NULL)
		return false;
	return c->run == NULL || (argc > 1 && argv[1][0] != '-');
}

static int
run_words(int argc, char *argv[])
{
	const struct cmd *c;

	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf(CASEMATE " %s\n", CASEMATE_VERSION);
		return EXIT_OK;
	}
	c = find(commands, argv[1]);
	if (c == NULL) {
		say_unknown(commands, "", argv[1]);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (wants_subcommand(c, argc - 1, argv + 1))
		return run_subcommand(c, argc - 1, argv + 1);
	return run_command(CASEMATE, c, argc - 1, argv + 1);
}

/* A command whose output was lost has failed. */
static int
check_output(int code, const struct cmd *c)
{
	if (stdfds_flush() == 0)
		return code;
	say("standard output: cannot be written; all or the end of what was "
	    "printed is lost");
	if (code != EXIT_OK)
		return code;
	return c != NULL && c->failed != 0 ? c->failed : EXIT_SYSTEM;
}

int
main(int argc, char *argv[])
{
	stdfds_fill();
	/* A closed pipe and a file that is too large are errors like others. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	log_init(CASEMATE);
	return check_output(run_words(argc, argv), argc < 2 ? NULL :
	    find(commands, argv[1]));
}
