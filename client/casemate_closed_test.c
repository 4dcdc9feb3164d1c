/*
 * The program itself, started with some of descriptors 0 to 2 closed, or with
 * a full device or a closed pipe as standard output: what it opens never takes
 * their place, and lost output is a failure with a message.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <atf-c.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/casemate.h"
#include "client/need.h"
#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "lib/sha256.h"

#define JOB	"00112233445566778899aabbccddeeff"

/* How it is started: 0 to 7 are masks of closed descriptors. */
#define OUT		2u
#define ERR		4u
#define OUT_FULL	8u	/* a device like /dev/full */
#define OUT_PIPE	9u	/* a pipe from which nothing reads */
#define WAYS		10u

static bool
loses_out(unsigned way)
{
	return way >= OUT_FULL || (way & OUT) != 0;
}

static bool
loses_err(unsigned way)
{
	return way < OUT_FULL && (way & ERR) != 0;
}

static void
set_descriptors(unsigned way)
{
	int fd[2];

	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
	dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
	if (way == OUT_FULL) {
		dup2(open("full", O_WRONLY), 1);
	} else if (way == OUT_PIPE) {
		fake_check(pipe(fd) == 0 && dup2(fd[1], 1) == 1, "pipe");
		close(fd[0]);
		close(fd[1]);
	}
	for (int i = 0; way < OUT_FULL && i < 3; i++)
		if (way & 1u << i)
			close(i);
}

static int
start(const char *path, unsigned way, const char *const words[])
{
	union {
		const char *const *in;
		char **out;
	} argv = { .in = words };
	pid_t pid;

	if ((pid = fork()) == 0) {
		alarm(60);
		set_descriptors(way);
		execv(path, argv.out);
		_exit(127);
	}
	return user_wait(pid);
}

static int
casemate(unsigned way, const char *const words[])
{
	const char *build = getenv("CASEMATE_BUILD");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bin/casemate",
	    build == NULL ? "build" : build);
	return start(path, way, words);
}

static void
make_device(void)
{
	ATF_REQUIRE_EQ(0, mknod("full", S_IFCHR | 0666, makedev(1, 7)));
}

static void
serve_job(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_job(f, fd, LIE_NONE);
}

ATF_TC(run_whose_output_is_lost_fails);
ATF_TC_HEAD(run_whose_output_is_lost_fails, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(run_whose_output_is_lost_fails, tc)
{
	const char *words[] = { "casemate", "run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, "--receipt", "receipt", NULL };

	make_device();
	user_make_job(9);
	for (unsigned way = 0; way < WAYS; way++) {
		const bool lost = loses_out(way) || loses_err(way);
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_job, NULL);
		ATF_CHECK_EQ_MSG(lost ? 125 : 7, casemate(way, words),
		    "way %u: %s", way, user_err);
		ATF_CHECK_EQ(0, fake_wait(&f));
		ATF_CHECK_STREQ(loses_out(way) ? "" : "out\n", user_out);
		ATF_CHECK_EQ(lost, access("receipt", F_OK) == -1);
		if (lost && !loses_err(way))
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
	for (int i = 0; i < 2; i++) {
		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_long_job, NULL);
		ATF_CHECK_EQ(125, casemate(i == 0 ? OUT : OUT_PIPE, words));
		USER_CHECK_ERR("cannot write the job's output");
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
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

/* A leaf that withholds argv; each file beside it has the text x. */
static void
make_leaf(struct fake *f, struct fake_leaf *leaf)
{
	unsigned char digest[DIGEST_LEN], site[DIGEST_LEN];
	const struct fake_head head = { .source = f->key.name,
	    .type = "casemate.job.accepted", .site = site };
	char sums[128];

	sha256("x", 1, digest);
	snprintf(sums, sizeof(sums), "%s  allowed_signers\n",
	    fake_hex(digest));
	sha256(sums, strlen(sums), site);
	fake_leaf_make(leaf, &head, (struct fake_field[]){
	    { "command_sha256", .digest = digest }, { NULL } });
}

static void
serve_leaf(struct fake *f, int fd, enum verb verb, bool files)
{
	struct fake_leaf leaf;
	char *receipt;

	make_leaf(f, &leaf);
	receipt = fake_receipt(f, leaf.text, LIE_NONE);
	fake_parts(f, fd, verb, (struct fake_part[]){
	    { 1, receipt, strlen(receipt) },
	    { 3, leaf.disclosures.data, leaf.disclosures.len },
	    { files ? 4 : 0, "command", 7 }, { 5, "x", 1 },
	    { 4, "command.sig", 11 }, { 5, "x", 1 },
	    { 4, "site/allowed_signers", 20 }, { 5, "x", 1 }, { 0 } },
	    LIE_NONE);
	free(receipt);
	fake_leaf_free(&leaf);
}

static void
serve_evidence(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	serve_leaf(f, fd, VERB_EVIDENCE, true);
}

static void
serve_disclosure(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	serve_leaf(f, fd, VERB_DISCLOSE, false);
}

static void
serve_forgotten(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_parts(f, fd, VERB_FORGET, &(struct fake_part){ 0 }, LIE_NONE);
}

static void
serve_consistency(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_consistency(f, fd, NULL);
}

static void
serve_fsck(struct fake *f, int fd, int nr, void *arg)
{
	static const char counts[] = "{\"leaves\":1,\"nodes\":1,"
	    "\"disclosures\":1,\"files\":1,\"findings\":0}\n";
	const struct fake_part parts[] = {
	    { .stream = 1, .data = counts, .len = sizeof(counts) - 1 }, { 0 } };

	(void)nr;
	(void)arg;
	fake_parts(f, fd, VERB_FSCK, parts, LIE_NONE);
}

static void
greet(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_connect(fd);
	fake_hello(f, fd);
}

enum lost {
#define CMD(name)		LOST_##name,
#define POLICY_CMD(name)	LOST_policy_##name,
#define LEDGER_CMD(name)	LOST_ledger_##name,
#include "client/cmd.def"
#undef CMD
#undef POLICY_CMD
#undef LEDGER_CMD
	LOST_N
};

static const struct {
	const struct cmd *cmd;
	const char	*before;	/* NULL or the group */
} all[] = {
#define CMD(name)		[LOST_##name] = { &cmd_##name, NULL },
#define POLICY_CMD(name)						\
	[LOST_policy_##name] = { &cmd_policy_##name, "policy" },
#define LEDGER_CMD(name)						\
	[LOST_ledger_##name] = { &cmd_ledger_##name, "ledger" },
#include "client/cmd.def"
#undef CMD
#undef POLICY_CMD
#undef LEDGER_CMD
};

/*
 * At least one row for each command.  `lost' is the exit status when the
 * output is lost; 0: it prints nothing.
 */
#define ON	"--key", "key", "--on", "unix:" USER_SOCKET
static const struct lost_row {
	enum lost	 row;
	fake_handler	*serve;		/* NULL: no appliance */
	int		 lost;
	const char	*words[14];	/* after the command's own */
} rows[] = {
	{ LOST_up, greet, 111, { "--name", "vm", "--site", "site", "--image",
	    "image", "--ephemeral", "--accel", "tcg" } },
	{ LOST_down, NULL, 0, { "--force", "nothing" } },
	{ LOST_list, NULL, 111, { NULL } },
	{ LOST_doctor, NULL, 111, { NULL } },
	{ LOST_doctor, NULL, 111, { "--json" } },
	{ LOST_site, NULL, 0, { "site", "-o", "site.cpio" } },
	{ LOST_bundle, NULL, 0, { "job", "-o", "job.tar", "--key", "key" } },
	{ LOST_run, NULL, 125, { "--dry-run", "job", "--site", "site",
	    "--submitter", "a" } },
	{ LOST_run, NULL, 125, { "job", "--print-manifest" } },
	{ LOST_policy, NULL, 111, { "test", "site", "cases.yaml" } },
	{ LOST_verify, NULL, 111, { "receipt", "--appliance", "vkey" } },
	{ LOST_compare, NULL, 111, { "receipt", "receipt", "--appliance",
	    "vkey" } },
	{ LOST_status, serve_status, 111, { ON, "--json" } },
	{ LOST_status, serve_status, 111, { ON } },
	{ LOST_jobs, serve_jobs, 111, { ON, "--json" } },
	{ LOST_jobs, serve_jobs, 111, { ON } },
	{ LOST_output, serve_output, 1, { JOB, ON } },
	{ LOST_ledger, serve_leaves, 111, { ON } },
	{ LOST_ledger_consistency, serve_consistency, 111, { "1", ON, "-o",
	    "proof" } },
	{ LOST_ledger, serve_leaves, 111, { ON, "--redact" } },
	{ LOST_ledger_evidence, serve_evidence, 111, { "0", ON, "-o",
	    "evidence" } },
	{ LOST_ledger_disclose, serve_disclosure, 111, { "0", "argv", ON } },
	{ LOST_ledger_forget, serve_forgotten, 111, { "0", "argv", ON } },
	{ LOST_ledger_fsck, serve_fsck, 111, { ON } },
	{ LOST_tsc_khz, NULL, 111, { NULL } },
	{ LOST_policy_check, NULL, 111, { "site" } },
	{ LOST_policy_explain, NULL, 111, { "site", "cases.yaml" } },
	{ LOST_policy_explain, NULL, 111, { "site", "job/manifest.yaml",
	    "--submitter", "a" } },
	{ LOST_policy_fmt, NULL, 111, { "rule.cedar" } },
	{ LOST_policy_fmt, NULL, 111, { "--json", "rule.cedar" } },
	{ LOST_policy_test, NULL, 111, { "site", "cases.yaml" } },
};

/* The program's words for a command and more words. */
static void
put_words(const char *words[20], enum lost row, const char *const *more)
{
	int n = 0;

	words[n++] = "casemate";
	if (all[row].before != NULL)
		words[n++] = all[row].before;
	words[n++] = all[row].cmd->name;
	while (*more != NULL)
		words[n++] = *more++;
	words[n] = NULL;
}

/*
 * A script in QEMU's place, which lives until it is killed.  The doctor finds
 * that it is none.
 */
static void
fake_qemu(void)
{
	static char here[PATH_MAX];
	char *path;

	ATF_REQUIRE(getcwd(here, sizeof(here)) != NULL);
	path = need_printf("%s/bin:%s", here, getenv("PATH"));
	ATF_REQUIRE_EQ(0, mkdir("bin", 0755));
	user_write("bin/qemu-system-x86_64", "#!/bin/sh\n"
	    "case \"$*\" in --version) exit 1 ;; esac\n"
	    "mv ../../" USER_SOCKET " vsock.sock\n"
	    "echo 'casemate: ready in 1 ms' > console.log\n"
	    "exec tail -f /dev/null\n", 0755);
	ATF_REQUIRE_EQ(0, setenv("PATH", path, 1));
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", here, 1));
	user_make_image("image");
	free(path);
}

static void
make_site(void)
{
	user_make_site();
	user_write("rule.cedar", "permit(principal,action,resource);\n",
	    0644);
	user_write("cases.yaml", "- case: x\n  command: {submitter: a,"
	    " author: a, manifest: {name: t}}\n  expect: allow\n", 0644);
}

/* The files `receipt' and `vkey'. */
static void
make_receipt(void)
{
	const char *words[] = { "casemate", "run", "job", ON, "--receipt",
	    "receipt", NULL };
	struct fake f;

	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_job, NULL);
	ATF_REQUIRE_EQ(7, casemate(0, words));
	ATF_REQUIRE_EQ(0, fake_wait(&f));
	user_write("vkey", f.vkey, 0644);
}

static void
make_things(void)
{
	make_device();
	user_make_job(9);
	make_site();
	make_receipt();
	fake_qemu();
}

/* *good is the status of the first way, which loses nothing. */
static void
check_way(const struct lost_row *r, const char *const words[], unsigned way,
    int *good)
{
	const char *down[] = { "casemate", "down", "--force", "vm", NULL };
	const bool lost = loses_out(way) && r->lost != 0;
	struct fake f;
	int status;

	if (r->serve != NULL) {
		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, r->serve, NULL);
	}
	status = casemate(way, words);
	if (way == 0)
		*good = status;
	/* What a host lacks makes the doctor fail by itself. */
	ATF_CHECK_EQ_MSG(lost && *good == 0 ? r->lost : *good, status,
	    "%s %s, way %u: %s%s", words[1], words[2], way, user_out,
	    user_err);
	ATF_CHECK_MSG(*good == 0 || r->row == LOST_doctor, "%s %s: %s",
	    words[1], words[2], user_err);
	if (r->serve != NULL)
		ATF_CHECK_EQ(0, fake_wait(&f));
	if (r->row == LOST_ledger_evidence && r->serve != NULL)
		ATF_CHECK_EQ(0, system("rm -r evidence"));
	if (lost && !loses_err(way))
		ATF_CHECK_MSG(strstr(user_err, "standard output") != NULL,
		    "%s %s, way %u: %s", words[1], words[2], way, user_err);
	ATF_CHECK_EQ_MSG(loses_out(way) || r->lost == 0, *user_out == '\0',
	    "%s %s, way %u: %s", words[1], words[2], way, user_out);
	if (r->row == LOST_up && r->serve != NULL)
		ATF_CHECK_EQ(0, casemate(0, down));
}

static void
check_row(const struct lost_row *r)
{
	const char *words[20];
	int good;

	put_words(words, r->row, r->words);
	for (unsigned way = 0; way < WAYS; way++)
		check_way(r, words, way, &good);
}

ATF_TC(every_command_whose_output_is_lost_fails);
ATF_TC_HEAD(every_command_whose_output_is_lost_fails, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(every_command_whose_output_is_lost_fails, tc)
{
	bool has_row[LOST_N] = { false };

	make_things();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		has_row[rows[i].row] = true;
		if (rows[i].row == LOST_up &&
		    access("/dev/vhost-vsock", F_OK) == 0)
			continue;	/* it would be this host's vsock */
		check_row(&rows[i]);
	}
	for (size_t i = 0; i < LOST_N; i++)
		ATF_CHECK_MSG(has_row[i], "%s: has no row in this test",
		    all[i].cmd->name);
}

ATF_TC(every_help_that_is_lost_fails);
ATF_TC_HEAD(every_help_that_is_lost_fails, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(every_help_that_is_lost_fails, tc)
{
	const char *help[] = { "casemate", "--help", NULL };
	const char *version[] = { "casemate", "--version", NULL };
	const char *more[] = { "--help", NULL }, *words[20];
	struct lost_row r = { .lost = 111 };
	int good = 0;

	make_device();
	for (unsigned way = 0; way < WAYS; way++) {
		check_way(&r, help, way, &good);
		check_way(&r, version, way, &good);
		for (unsigned row = 0; row < LOST_N; row++) {
			struct lost_row one = { .row = row, .lost =
			    row == LOST_run ? 125 : 111 };

			put_words(words, one.row, more);
			check_way(&one, words, way, &good);
		}
	}
}

/* It prints the leaf, and on standard error that it is verified. */
ATF_TC(the_recipe_whose_output_is_lost_fails);
ATF_TC_HEAD(the_recipe_whose_output_is_lost_fails, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(the_recipe_whose_output_is_lost_fails, tc)
{
	const char *src = getenv("CASEMATE_SRC");
	char *recipe = need_printf("%s/docs/verify-receipt.sh",
	    src == NULL ? "." : src);
	const char *words[] = { "sh", recipe, "receipt", "vkey", NULL };

	make_device();
	user_make_job(9);
	make_receipt();
	for (unsigned way = 0; way < WAYS; way++) {
		const bool lost = loses_out(way) || loses_err(way);

		ATF_CHECK_EQ_MSG(!lost, start("/bin/sh", way, words) == 0,
		    "way %u: %s%s", way, user_out, user_err);
	}
	free(recipe);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, run_whose_output_is_lost_fails);
	ATF_TP_ADD_TC(tp, a_long_job_whose_output_is_lost_ends);
	ATF_TP_ADD_TC(tp, every_command_whose_output_is_lost_fails);
	ATF_TP_ADD_TC(tp, the_recipe_whose_output_is_lost_fails);
	ATF_TP_ADD_TC(tp, every_help_that_is_lost_fails);
	return atf_no_error();
}
