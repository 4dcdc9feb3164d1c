/* casemate ledger fsck */
#include "client/casemate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/leaf.h"
#include "client/query.h"
#include "client/say.h"

/* The counts of the answer, in the order in which they are printed. */
static const char *const names[] = { "leaves", "nodes", "disclosures",
    "files", "findings" };

#define COUNTS	(sizeof(names) / sizeof(names[0]))

struct fsck_counts {
	bool			 there;
	unsigned long long	 n[COUNTS];
};

static int
say_form(const struct client_query *q, const char *why)
{
	say("%s: the appliance's answer is not in the expected form: %s",
	    q->session.appliance.where, why);
	return -1;
}

/* They count from the beginning on, so that the last ones hold. */
static int
take_counts(struct client_query *q, const struct query_data *d,
    struct fsck_counts *c)
{
	const size_t len = d->len;
	struct parsed_leaf l;
	struct why w = { "" };
	int ret = 0;

	if (len == 0)
		return say_form(q, "a part is empty");
	if (leaf_parse(&l, d->data, len - 1, &w) == -1) {
		leaf_free(&l);
		return say_form(q, w.text);
	}
	for (size_t i = 0; i < COUNTS; i++) {
		const char *text = leaf_get(&l, names[i]);

		if (text[0] == '\0')
			ret = -1;
		c->n[i] = strtoull(text, NULL, 10);
	}
	leaf_free(&l);
	c->there = true;
	return ret == 0 ? 0 : say_form(q, "a count is missing");
}

/* Lines, which are the appliance's text. */
static void
print_findings(const struct query_data *d)
{
	const char *from = d->data, *end = from + d->len;

	while (from < end) {
		const char *stop = memchr(from, '\n', (size_t)(end - from));
		char line[1024];

		snprintf(line, sizeof(line), "%.*s",
		    (int)((stop == NULL ? end : stop) - from), from);
		query_print(line);
		putchar('\n');
		from = stop == NULL ? end : stop + 1;
	}
}

static int
fsck(struct client_query *q)
{
	const struct command what = { .verb = VERB_FSCK };
	struct fsck_counts c = { 0 };
	struct query_data d;

	if (session_open(&q->session) == -1 || query_run(q, &what) == -1)
		return -1;
	while (query_next(q, &d))
		if (d.stream == QUERY_LOST)
			print_findings(&d);
		else if (take_counts(q, &d, &c) == -1)
			return -1;
	if (!c.there)
		return say_form(q, "it has no counts");
	printf("%llu leaves, %llu nodes, %llu disclosures and %llu files were "
	    "checked: ", c.n[0], c.n[1], c.n[2], c.n[3]);
	if (c.n[4] == 0)
		printf("all are as they were recorded\n");
	else
		printf("%llu finding%s\n", c.n[4], c.n[4] == 1 ? "" : "s");
	return c.n[4] == 0 ? 0 : -1;
}

static int
run(int argc, char *argv[])
{
	struct client_query q = { .session.wait_s = APPLIANCE_WAIT_S };

	if (opts_parse(&cmd_ledger_fsck, &q, argc, argv, NULL) == -1)
		return CMD_USAGE;
	return query_exit(&q, fsck(&q));
}

static const struct opt opts[] = {
	QUERY_OPTS(0),
	{ 0 },
};

const struct cmd cmd_ledger_fsck = {
	.name = "fsck",
	.summary = "check all that the ledger has on its disk",
	.forms = { "" },
	.opts = opts,
	.run = run,
};
