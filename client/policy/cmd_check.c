/* casemate policy check */
#include "client/casemate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lint.h"
#include "telling.h"
#include "client/say.h"
#include "client/sitefolder.h"

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
print_counts(const struct telling *t, const struct rules *r)
{
	size_t n = count_rules(&r->policies);

	printf("%s: %zu rule%s, %zu error%s, %zu warning%s\n", t->dir,
	    n, n == 1 ? "" : "s",
	    t->nerrors, t->nerrors == 1 ? "" : "s",
	    t->nwarnings, t->nwarnings == 1 ? "" : "s");
}

static int
run(int argc, char *argv[])
{
	struct telling telling;
	struct site site;
	int fd;

	telling_init(&telling, NULL);
	if (opts_parse(&cmd_policy_check, &telling, argc, argv, &telling.dir)
	    == -1)
		return CMD_USAGE;
	if (sitefolder_check(&site, telling.dir, &fd, &telling.report) == -1) {
		telling_end(&telling);
		return EXIT_REFUSED;
	}
	if (lint_site(&site, fd, &telling.report) == -1)
		say_no_memory();
	telling_end(&telling);
	print_counts(&telling, &site.rules);
	site_free(&site);
	close(fd);
	return telling.nerrors == 0 ? EXIT_OK : EXIT_REFUSED;
}

static const struct opt opts[] = {
	{ "all", 0, OPT_FLAG, offsetof(struct telling, all), NULL,
	    .help = "print each finding, not ten of a kind" },
	{ "strict", 0, OPT_FLAG, offsetof(struct telling, strict), NULL,
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
