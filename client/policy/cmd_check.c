/* casemate policy check */
#include "client/casemate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lint.h"
#include "say.h"
#include "client/say.h"
#include "client/sitefolder.h"

struct check_site {
	const char	*dir;
	bool		 strict;	/* warnings are errors */
	size_t		 nerrors, nwarnings;
};

static void
tell(void *ctx, const struct doc_error *e, bool warning)
{
	struct check_site *c = ctx;

	warning = warning && !c->strict;
	c->nerrors += !warning;
	c->nwarnings += warning;
	policy_say(c->dir, e, warning);
}

/* Templates decide nothing; their links do. */
static size_t
count_rules(const struct policies *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		n += !set->items[i]->is_template;
	return n;
}

static void
print_counts(const struct check_site *c, const struct rules *r)
{
	size_t n = count_rules(&r->policies);

	printf("%s: %zu rule%s, %zu error%s, %zu warning%s\n", c->dir,
	    n, n == 1 ? "" : "s",
	    c->nerrors, c->nerrors == 1 ? "" : "s",
	    c->nwarnings, c->nwarnings == 1 ? "" : "s");
}

static int
run(int argc, char *argv[])
{
	struct check_site check = { 0 };
	const struct rules_report report = { tell, &check };
	struct site site;
	int fd;

	if (opts_parse(&cmd_policy_check, &check, argc, argv, &check.dir)
	    == -1)
		return CMD_USAGE;
	if (sitefolder_check(&site, check.dir, &fd, &report) == -1)
		return EXIT_REFUSED;
	if (lint_site(&site, fd, &report) == -1)
		say_no_memory();
	print_counts(&check, &site.rules);
	site_free(&site);
	close(fd);
	return check.nerrors == 0 ? EXIT_OK : EXIT_REFUSED;
}

static const struct opt opts[] = {
	{ "strict", 0, OPT_FLAG, offsetof(struct check_site, strict), NULL,
	    .help = "warnings are errors" },
	{ 0 },
};

const struct cmd cmd_policy_check = {
	.name = "check",
	.summary = "check a site's rules as an appliance would",
	.forms = { "DIR" },
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
};
