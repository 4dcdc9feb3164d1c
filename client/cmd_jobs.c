/* casemate jobs */
#include "casemate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"
#include "query.h"
#include "say.h"

static void
print_cell(const char *text, int width)
{
	const int len = (int)strlen(text);

	query_print(text);
	printf("%*s", len < width ? width - len + 1 : 1, "");
}

static void
print_time(const char *seconds)
{
	time_t t = (time_t)strtoull(seconds, NULL, 10);
	char text[32] = "-";
	struct tm tm;

	if (t != 0 && gmtime_r(&t, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	print_cell(text, 20);
}

/* "exited 3": with the status where the state has one. */
static void
print_state(const struct parsed_leaf *l)
{
	const char *state = leaf_get(l, "state");
	char text[64];

	snprintf(text, sizeof(text), "%.32s%s%.20s", state,
	    strcmp(state, "exited") == 0 || strcmp(state, "signalled") == 0 ?
	    " " : "", strcmp(state, "exited") == 0 ||
	    strcmp(state, "signalled") == 0 ? leaf_get(l, "status") : "");
	print_cell(text, 14);
}

static void
print_job(const struct parsed_leaf *l)
{
	print_cell(leaf_get(l, "job"), JOB_ID_LEN);
	print_time(leaf_get(l, "started"));
	print_state(l);
	print_cell(leaf_get(l, "submitter"), 12);
	query_print(leaf_get(l, "name"));
	putchar('\n');
}

static int
jobs(struct client_query *q)
{
	const struct command what = { .verb = VERB_JOBS };
	struct query_data rest = { 0 };
	const char *line;
	struct parsed_leaf l;
	size_t len;
	int got;

	if (session_open(&q->session) == -1 || query_run(q, &what) == -1)
		return -1;
	while ((got = query_next_line(q, &rest, &line, &len, &l)) == 1) {
		if (q->json)
			query_print_json(line, len);
		else
			print_job(&l);
		leaf_free(&l);
	}
	return got;
}

static int
run(int argc, char *argv[])
{
	struct client_query q = { .session.wait_s = APPLIANCE_WAIT_S };

	if (opts_parse(&cmd_jobs, &q, argc, argv, NULL) == -1)
		return CMD_USAGE;
	return query_exit(&q, jobs(&q));
}

static const struct opt opts[] = {
	QUERY_OPTS(0),
	QUERY_JSON_OPT,
	{ 0 },
};

const struct cmd cmd_jobs = {
	.name = "jobs",
	.summary = "list an appliance's jobs since it started",
	.forms = { "" },
	.opts = opts,
	.run = run,
};
