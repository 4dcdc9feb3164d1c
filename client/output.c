/* casemate output JOB --key KEY [--on ...] */
#include "casemate.h"

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "reader.h"
#include "say.h"
#include "submit.h"

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
output(struct reader *r, const char *job)
{
	struct command what = { .verb = VERB_OUTPUT };
	struct piece p;

	snprintf(what.job, sizeof(what.job), "%s", job);
	if (reader_init(r) == -1 || reader_run(r, &what) == -1)
		return -1;
	while (reader_next(r, &p))
		if (submit_write((int)p.stream, p.data, p.len) == -1)
			return -1;
	return 0;
}

int
cmd_output(int argc, char *argv[])
{
	struct reader r = { .wait_s = REACH_WAIT_S };
	const struct opt table[] = {
		READER_OPTS(&r),
		{ 0 },
	};
	const char *job;

	if (reader_parse(&r, table, argc, argv, &job, 1) == -1 ||
	    check_job(job) == -1)
		return CMD_USAGE;
	return reader_exit(&r, output(&r, job));
}
