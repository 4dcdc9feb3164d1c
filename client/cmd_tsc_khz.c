/* casemate tsc-khz */
#include "casemate.h"

#include <stdio.h>

#include "client/vm/tsc.h"
#include "lib/log.h"

static int
run(int argc, char *argv[])
{
	if (opts_parse(&cmd_tsc_khz, NULL, argc, argv, NULL) == -1)
		return CMD_USAGE;
	printf("%llu\n", (unsigned long long)tsc_khz());
	return EXIT_OK;
}

const struct cmd cmd_tsc_khz = {
	.name = "tsc-khz",
	.summary = "print this host's TSC rate, for a microvm without KVM",
	.forms = { "" },
	.run = run,
};
