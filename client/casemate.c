/*
 * casemate: the host's command.  This file is the table of its subcommands.
 */
#include "casemate.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "say.h"
#include "lib/stdfds.h"

static const struct subcommand {
	const char	*name;
	int		(*run)(int argc, char *argv[]);
	const char	*summary;
	const char	*usage;
} subcommands[] = {
	{ "up", cmd_up, "start an appliance in a VM on this host",
	    "--site DIR|CPIO [--name NAME] [--image BZIMAGE]\n"
	    "\t[--disk FILE] [--disk-size SIZE] [--ephemeral]\n"
	    "\t[--runtime NAME=FILE]... [--memory MIB] [--cpus N]\n"
	    "\t[--machine microvm|q35|pc] [--accel auto|kvm|tcg]\n"
	    "\t[--wait SECONDS] [--foreground]" },
	{ "down", cmd_down, "stop it in good order",
	    "[NAME] [--wait SECONDS] [--force]" },
	{ "site", cmd_site, "make an operator's site, checked",
	    "DIR -o FILE" },
	{ "bundle", cmd_bundle, "pack and sign a job's folder",
	    "DIR -o FILE --key KEY" },
	{ "run", cmd_run, "sign, submit and follow a job",
	    "DIR|BUNDLE --key KEY [--on NAME|vsock:CID:PORT|unix:PATH]\n"
	    "\t[--receipt FILE] [--appliance KEYFILE] [--author-key KEY]\n"
	    "\t[--wait SECONDS] [--no-check] [--quiet] [--safe-output]\n"
	    "\t[--dry-run [--verbose]]\n"
	    "       casemate run --dry-run [--verbose] DIR|BUNDLE "
	    "--site SITEDIR\n"
	    "\t--submitter NAME [--author NAME]" },
	{ "policy", cmd_policy, "format, check and try a site's rules",
	    "check [--strict] DIR\n"
	    "       casemate policy explain DIR CASES|MANIFEST [OPTION]...\n"
	    "       casemate policy fmt [--write|--check|--json|--text] "
	    "[FILE]...\n"
	    "       casemate policy test DIR [CASES]..." },
	{ "verify", cmd_verify, "prove what a receipt says, offline",
	    "RECEIPT --appliance KEYFILE" },
	{ "status", cmd_status, "ask an appliance how it is",
	    "--key KEY [--on NAME|vsock:CID:PORT|unix:PATH] [--json]\n"
	    "\t[--appliance KEYFILE] [--wait SECONDS]" },
	{ "jobs", cmd_jobs, "list its jobs since it started",
	    "--key KEY [--on NAME|vsock:CID:PORT|unix:PATH] [--json]\n"
	    "\t[--appliance KEYFILE] [--wait SECONDS]" },
	{ "output", cmd_output, "read again what a job wrote",
	    "JOB --key KEY [--on NAME|vsock:CID:PORT|unix:PATH]\n"
	    "\t[--appliance KEYFILE] [--wait SECONDS] [--safe-output]" },
	{ "ledger", cmd_ledger, "read its ledger, each leaf proven",
	    "--key KEY [--on NAME|vsock:CID:PORT|unix:PATH]\n"
	    "\t[--from N] [--count N] [--receipts DIR]\n"
	    "\t[--appliance KEYFILE] [--wait SECONDS]" },
	{ "tsc-khz", cmd_tsc_khz,
	    "this host's TSC frequency, for a microvm without KVM", "" },
};

#define NSUBCOMMANDS	(sizeof(subcommands) / sizeof(subcommands[0]))

static void
print_usage(FILE *out)
{
	fprintf(out, "usage: casemate COMMAND [ARGUMENT]...\n\n");
	for (size_t i = 0; i < NSUBCOMMANDS; i++)
		fprintf(out, "  %-8s %s\n", subcommands[i].name,
		    subcommands[i].summary);
	fprintf(out, "\ncasemate COMMAND --help shows its arguments; "
	    "casemate(1) explains them.\n");
}

static void
print_command_usage(FILE *out, const struct subcommand *s)
{
	fprintf(out, "usage: casemate %s%s%s\n", s->name,
	    *s->usage == '\0' ? "" : " ", s->usage);
}

static int
run_subcommand(const struct subcommand *s, int argc, char *argv[])
{
	int code;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_command_usage(stdout, s);
		return EXIT_OK;
	}
	code = s->run(argc, argv);
	if (code != CMD_USAGE)
		return code;
	print_command_usage(stderr, s);
	/* To the caller of `run', 100 would be the job's own status. */
	return s->run == cmd_run ? EXIT_RUN_FAILED : EXIT_USAGE;
}

static int
run_words(int argc, char *argv[])
{
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("casemate %s\n", CASEMATE_VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; i < NSUBCOMMANDS; i++)
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return run_subcommand(&subcommands[i], argc - 1,
			    argv + 1);
	say("%s: no such command", argv[1]);
	print_usage(stderr);
	return EXIT_USAGE;
}

/* What was printed and is lost is no success. */
static int
check_output(int code, bool is_run)
{
	if (stdfds_flush() == 0 || code != EXIT_OK)
		return code;
	say("standard output: cannot be written; what was printed is lost, all "
	    "of it or its end");
	return is_run ? EXIT_RUN_FAILED : EXIT_SYSTEM;
}

int
main(int argc, char *argv[])
{
	stdfds_fill();
	log_init("casemate");
	return check_output(run_words(argc, argv), argc > 1 &&
	    strcmp(argv[1], "run") == 0);
}
