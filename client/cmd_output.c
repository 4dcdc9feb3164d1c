/* casemate output JOB --key KEY [--on ...] */
#include "casemate.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "outlet.h"
#include "query.h"
#include "say.h"

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
output(struct client_query *q, const char *job, bool safe)
{
	struct command what = { .verb = VERB_OUTPUT };
	struct outlet o;
	struct query_data p;
	int ret = 0;

	snprintf(what.job, sizeof(what.job), "%s", job);
	if (session_open(&q->session) == -1 || query_run(q, &what) == -1)
		return -1;
	outlet_init(&o, safe);
	while (ret == 0 && query_next(q, &p))
		ret = outlet_write(&o, p.stream, p.data, p.len);
	return outlet_end(&o) == -1 ? -1 : ret;
}

int
cmd_output(int argc, char *argv[])
{
	struct client_query q = { .session.wait_s = APPLIANCE_WAIT_S };
	bool safe = false;
	const struct opt table[] = {
		QUERY_OPTS(&q.session),
		{ "safe-output", 0, OPT_FLAG, &safe, 0, 0 },
		{ 0 },
	};
	const char *job;

	if (query_parse(&q, table, argc, argv, &job, 1) == -1 ||
	    check_job(job) == -1)
		return CMD_USAGE;
	return query_exit(&q, output(&q, job, safe));
}
