/* casemate output */
#include "casemate.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "outlet.h"
#include "query.h"
#include "say.h"

struct read_output {
	struct client_query query;
	bool		 safe;
};

static int
check_job(const char *job)
{
	if (strlen(job) == JOB_ID_LEN &&
	    strspn(job, "0123456789abcdef") == JOB_ID_LEN)
		return 0;
	say("%s: is not a job's id; one has %d hex digits, as `casemate run' "
	    "and `casemate jobs' show it", job, JOB_ID_LEN);
	return -1;
}

static int
output(struct read_output *r, const char *job)
{
	struct command what = { .verb = VERB_OUTPUT };
	struct query_data d;
	struct outlet o;
	int ret = 0;

	snprintf(what.job, sizeof(what.job), "%s", job);
	if (session_open(&r->query.session) == -1 ||
	    query_run(&r->query, &what) == -1)
		return -1;
	outlet_init(&o, r->safe);
	while (ret == 0 && query_next(&r->query, &d))
		ret = outlet_write(&o, d.stream, d.data, d.len);
	return outlet_end(&o) == -1 ? -1 : ret;
}

static int
run(int argc, char *argv[])
{
	struct read_output r = {
	    .query.session.wait_s = APPLIANCE_WAIT_S };
	const char *job;

	if (opts_parse(&cmd_output, &r, argc, argv, &job) == -1 ||
	    check_job(job) == -1)
		return CMD_USAGE;
	return query_exit(&r.query, output(&r, job));
}

static const struct opt opts[] = {
	QUERY_OPTS(offsetof(struct read_output, query)),
	{ "safe-output", 0, OPT_FLAG, offsetof(struct read_output, safe), NULL,
	    .help = "escape what a terminal would obey" },
	{ 0 },
};

const struct cmd cmd_output = {
	.name = "output",
	.summary = "print a job's recorded output",
	.forms = { "JOB" },
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
};
