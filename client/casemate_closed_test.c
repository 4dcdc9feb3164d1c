/*
 * The program itself, started with some of descriptors 0 to 2 closed: what it
 * opens never becomes one of them, and lost output is a failure.
 */
#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"

#define JOB	"00112233445566778899aabbccddeeff"
#define MASKS	8	/* which of 0, 1 and 2 are closed */
#define OUT	2u
#define ERR	4u

/* Standard output and standard error as far as they are open. */
static int
casemate(unsigned mask, const char *const words[])
{
	const char *build = getenv("CASEMATE_BUILD");
	union {
		const char *const *in;
		char **out;
	} argv = { .in = words };
	char path[4096];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/bin/casemate",
	    build == NULL ? "build" : build);
	if ((pid = fork()) == 0) {
		alarm(60);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		for (int fd = 0; fd < 3; fd++)
			if (mask & 1u << fd)
				close(fd);
		execv(path, argv.out);
		_exit(127);
	}
	return user_wait(pid);
}

static void
serve_job(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_job(f, fd, LIE_NONE);
}

ATF_TC_WITHOUT_HEAD(run_whose_output_is_lost_fails);
ATF_TC_BODY(run_whose_output_is_lost_fails, tc)
{
	const char *words[] = { "casemate", "run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, "--receipt", "receipt", NULL };

	user_make_job(9);
	for (unsigned mask = 0; mask < MASKS; mask++) {
		const bool lost = (mask & (OUT | ERR)) != 0;
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_job, NULL);
		ATF_CHECK_EQ_MSG(lost ? 125 : 7, casemate(mask, words),
		    "mask %u: %s", mask, user_err);
		ATF_CHECK_EQ(0, fake_wait(&f));
		ATF_CHECK_STREQ(mask & OUT ? "" : "out\n", user_out);
		ATF_CHECK_EQ(lost, access("receipt", F_OK) == -1);
		if (lost && !(mask & ERR))
			USER_CHECK_ERR("cannot write the job's "
			    "output to standard output");
		unlink("receipt");
	}
}

/* More than any buffer on the way. */
static void
serve_long_job(struct fake *f, int fd, int nr, void *arg)
{
	static char chunk[DATA_MAX];

	(void)nr;
	(void)arg;
	fake_begin_job(f, fd);
	memset(chunk, '\n', sizeof(chunk));
	for (int i = 0; i < 30; i++)
		fake_output(fd, 1, chunk, sizeof(chunk));
}

ATF_TC_WITHOUT_HEAD(a_long_job_whose_output_is_lost_ends);
ATF_TC_BODY(a_long_job_whose_output_is_lost_ends, tc)
{
	const char *words[] = { "casemate", "run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, NULL };
	struct fake f;

	user_make_job(9);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_long_job, NULL);
	ATF_CHECK_EQ(125, casemate(OUT, words));
	USER_CHECK_ERR("cannot write the job's output");
	ATF_CHECK_EQ(0, fake_wait(&f));
}

#define STATUS	"{\"vkey\":\"k\",\"mode\":\"kept\"}\n"

static void
serve_status(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_query(f, fd, &(struct fake_reply){ VERB_STATUS, STATUS, "",
	    LIE_NONE });
}

static void
serve_jobs(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_query(f, fd, &(struct fake_reply){ VERB_JOBS, STATUS, "",
	    LIE_NONE });
}

static void
serve_output(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_query(f, fd, &(struct fake_reply){ VERB_OUTPUT, "one\ntwo\n",
	    "", LIE_NONE });
}

static void
serve_leaves(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_leaves(f, fd, NULL, LIE_NONE);
}

/* Those that print; `job' and `policies' are in the folder. */
static const struct {
	fake_handler	*serve;		/* NULL: no appliance */
	const char	*words[10];
	int		 lost;		/* the exit status */
} commands[] = {
#define ON	"--key", "key", "--on", "unix:" USER_SOCKET
	{ serve_status, { "casemate", "status", ON, "--json" }, 111 },
	{ serve_jobs, { "casemate", "jobs", ON, "--json" }, 111 },
	{ serve_output, { "casemate", "output", JOB, ON }, 1 },
	{ serve_leaves, { "casemate", "ledger", ON }, 111 },
	{ NULL, { "casemate", "--help" }, 111 },
	{ NULL, { "casemate", "--version" }, 111 },
	{ NULL, { "casemate", "run", "--help" }, 125 },
	{ NULL, { "casemate", "status", "--help" }, 111 },
	{ NULL, { "casemate", "policy", "fmt", "rule.cedar" }, 111 },
	{ NULL, { "casemate", "policy", "test", "site", "cases.yaml" }, 111 },
	{ NULL, { "casemate", "run", "--dry-run", "job", "--site", "site",
	    "--submitter", "a" }, 125 },
};

static void
make_site(void)
{
	ATF_REQUIRE_EQ(0, mkdir("site", 0755));
	ATF_REQUIRE_EQ(0, mkdir("site/policy", 0755));
	user_write("site/policy/r.cedar", "permit(principal == User::\"a\","
	    " action == Action::\"run\", resource);\n", 0644);
	user_write("rule.cedar", "permit(principal,action,resource);\n",
	    0644);
	user_write("cases.yaml", "- case: x\n  command: {submitter: a,"
	    " author: a, manifest: {name: t}}\n  expect: allow\n", 0644);
}

ATF_TC_WITHOUT_HEAD(every_command_whose_output_is_lost_fails);
ATF_TC_BODY(every_command_whose_output_is_lost_fails, tc)
{
	static char whole[USER_TEXT_MAX];
	struct fake f;

	user_make_job(9);
	make_site();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		for (unsigned mask = 0; mask < MASKS; mask++) {
			const int want = mask & OUT ? commands[i].lost : 0;

			if (commands[i].serve != NULL) {
				fake_init(&f, USER_SOCKET);
				fake_serve(&f, 1, commands[i].serve, NULL);
			}
			ATF_CHECK_EQ_MSG(want, casemate(mask,
			    commands[i].words), "%s %s, mask %u: %s%s",
			    commands[i].words[1], commands[i].words[2], mask,
			    user_out, user_err);
			if (commands[i].serve != NULL)
				ATF_CHECK_EQ(0, fake_wait(&f));
			if (mask == 0)
				strcpy(whole, user_out);
			ATF_CHECK_STREQ(mask & OUT ? "" : whole, user_out);
			ATF_CHECK(*whole != '\0');
		}
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, run_whose_output_is_lost_fails);
	ATF_TP_ADD_TC(tp, a_long_job_whose_output_is_lost_ends);
	ATF_TP_ADD_TC(tp, every_command_whose_output_is_lost_fails);
	return atf_no_error();
}
