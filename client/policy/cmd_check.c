/* casemate policy check [--strict] DIR */
#include "policy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/casemate.h"
#include "lib/log.h"
#include "client/opts.h"
#include "lint.h"
#include "client/say.h"
#include "client/sitefolder.h"

struct count {
	const char	*dir;
	bool		 strict;	/* warnings are errors */
	size_t		 nerrors, nwarnings;
};

static void
tell(void *ctx, const struct doc_error *e, bool warning)
{
	struct count *c = ctx;

	warning = warning && !c->strict;
	c->nerrors += !warning;
	c->nwarnings += warning;
	policy_say(c->dir, e, warning);
}

/* Templates decide nothing; the links to them do. */
static size_t
count_rules(const struct policies *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		n += !set->items[i]->is_template;
	return n;
}

static void
print_counts(const struct count *c, const struct rules *r)
{
	size_t n = count_rules(&r->policies);

	printf("%s: %zu rule%s, %zu error%s, %zu warning%s\n", c->dir,
	    n, n == 1 ? "" : "s",
	    c->nerrors, c->nerrors == 1 ? "" : "s",
	    c->nwarnings, c->nwarnings == 1 ? "" : "s");
}

int
policy_check(int argc, char *argv[])
{
	struct count count = { 0 };
	const struct rules_report report = { tell, &count };
	const struct opt table[] = {
		{ "strict", 0, OPT_FLAG, &count.strict, 0, 0 },
		{ 0 },
	};
	struct site site;
	int fd;

	if (opts_parse(table, argc, argv, &count.dir, 1, 1) == -1)
		return CMD_USAGE;
	if (sitefolder_check(&site, count.dir, &fd, &report) == -1)
		return EXIT_REFUSED;
	if (lint_site(&site, fd, &report) == -1)
		say_no_memory();
	print_counts(&count, &site.rules);
	site_free(&site);
	close(fd);
	return count.nerrors == 0 ? EXIT_OK : EXIT_REFUSED;
}
