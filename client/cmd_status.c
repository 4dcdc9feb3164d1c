/* casemate status */
#include "casemate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "query.h"
#include "say.h"

#define STATUS_WAIT_S	5

static void
print_row(const char *name, const char *text)
{
	printf("%-10s ", name);
	query_print(text);
	putchar('\n');
}

/* leaf_parse() has checked that it is a number of at most 20 digits. */
static unsigned long long
number(const struct parsed_leaf *l, const char *name)
{
	return strtoull(leaf_get(l, name), NULL, 10);
}

static void
print_table(const char *where, const struct parsed_leaf *l)
{
	const char *runtimes = leaf_get(l, "runtimes");

	print_row("at", where);
	print_row("key", leaf_get(l, "vkey"));
	print_row("mode", leaf_get(l, "mode"));
	printf("%-10s %llu of %llu slots running, %llu done\n", "jobs",
	    number(l, "running"), number(l, "slots"), number(l, "jobs_done"));
	printf("%-10s %llu leaves\n", "ledger", number(l, "tree_size"));
	printf("%-10s %llu.%03llu s\n", "up", number(l, "uptime_ms") / 1000,
	    number(l, "uptime_ms") % 1000);
	printf("%-10s %llu MiB\n", "memory", number(l, "memory_bytes") >> 20);
	print_row("runtimes", *runtimes == '\0' ? "none" : runtimes);
}

static int
status(struct client_query *q)
{
	const struct command what = { .verb = VERB_STATUS };
	struct query_data rest = { 0 };
	const char *line;
	struct parsed_leaf l;
	size_t len;

	if (session_open(&q->session) == -1 || query_run(q, &what) == -1)
		return -1;
	if (query_next_line(q, &rest, &line, &len, &l) != 1)
		return -1;
	if (q->json)
		query_print_json(line, len);
	else
		print_table(q->session.appliance.where, &l);
	leaf_free(&l);
	return 0;
}

static int
run(int argc, char *argv[])
{
	struct client_query q = { .session.wait_s = STATUS_WAIT_S };

	if (opts_parse(&cmd_status, &q, argc, argv, NULL) == -1)
		return CMD_USAGE;
	return query_exit(&q, status(&q));
}

static const struct opt opts[] = {
	QUERY_OPTS(0),
	QUERY_JSON_OPT,
	{ 0 },
};

const struct cmd cmd_status = {
	.name = "status",
	.summary = "show the state of an appliance",
	.forms = { "" },
	.opts = opts,
	.run = run,
};
