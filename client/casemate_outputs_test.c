/*
 * Every argument that names a file to write, given what a user may give by
 * mistake or on purpose: what can be written is, links and devices stay, and a
 * failure names the argument and leaves nothing behind.
 */
#include <sys/mount.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/test/odd.h"
#include "client/test/user.h"

static const struct odd_row outputs[] = {
	{ "site.cpio", { "site", "site", "-o", "@" }, 0, false },
	{ "job.tar", { "bundle", "job", "-o", "@", "--key", "key" }, 0, false },
	{ "receipt", { "run", "job", "--key", "key", "--on",
	    "unix:" USER_SOCKET, "--receipt", "@" }, 0, true },
};

/* It writes what comes through the FIFO to the file `target'. */
static pid_t
start_reader(enum odd_kind kind)
{
	pid_t pid;

	if (kind != ODD_FIFO || (pid = fork()) != 0)
		return kind == ODD_FIFO ? pid : 0;
	alarm(ODD_LIMIT_S);
	execlp("sh", "sh", "-c", "exec cat " ODD " > target", (char *)NULL);
	_exit(127);
}

/* The kinds through which data goes. */
static bool
is_written(enum odd_kind kind)
{
	const unsigned kinds = ODD_BIT(LINK) | ODD_BIT(NULL) | ODD_BIT(ZERO) |
	    ODD_BIT(FIFO) | ODD_BIT(DANGLING) | ODD_BIT(MISSING) |
	    ODD_BIT(EMPTY) | ODD_BIT(FORBIDDEN);

	return (kinds & 1u << kind) != 0;
}

static int
run_output(const struct odd_row *r, enum odd_kind kind, const char *argument)
{
	const pid_t reader = start_reader(kind);
	struct fake f;
	int status;

	if (r->appliance)
		odd_start_appliance(&f);
	status = odd_run(r, argument, false);
	if (r->appliance) {
		if (!is_written(kind))
			kill(f.pid, SIGKILL);
		fake_wait(&f);
	}
	if (reader != 0)
		ATF_CHECK_EQ(0, waitpid(reader, NULL, 0) == reader ? 0 : -1);
	return status;
}

/* What was written is where it belongs, and the link or FIFO is still there. */
static void
check_written(const struct odd_row *r, enum odd_kind kind, mode_t mode)
{
	const bool at_target = kind == ODD_LINK || kind == ODD_DANGLING ||
	    kind == ODD_FIFO;
	const char *where = at_target ? "target" : ODD;
	struct stat st;

	if (kind != ODD_MISSING)
		ATF_CHECK_EQ_MSG(mode, odd_mode(ODD), "%s, %s", r->words[0],
		    odd_names[kind]);
	ATF_REQUIRE_EQ(0, stat(where, &st));
	ATF_CHECK_MSG(!S_ISREG(st.st_mode) || st.st_size > 100, "%s, %s: %d",
	    r->words[0], odd_names[kind], (int)st.st_size);
}

/* A receipt that is a file of its own has its disclosures beside it. */
static void
remove_disclosures(const struct odd_row *r, enum odd_kind kind)
{
	const unsigned files = ODD_BIT(LINK) | ODD_BIT(DANGLING) |
	    ODD_BIT(MISSING) | ODD_BIT(EMPTY) | ODD_BIT(FORBIDDEN);
	const bool wanted = r->appliance && (files & 1u << kind) != 0;

	ATF_CHECK_EQ_MSG(wanted, unlink(ODD ".disclosures") == 0, "%s, %s",
	    r->words[0], odd_names[kind]);
}

static void
try_output(const struct odd_row *r, enum odd_kind kind, int good)
{
	const char *argument = odd_make(kind, "target");
	const mode_t mode = odd_mode(argument);
	int before, status;

	if (kind == ODD_LINK || kind == ODD_FIFO)
		user_write("target", "", 0644);
	before = odd_count_files();
	status = run_output(r, kind, argument);
	if (is_written(kind)) {
		ATF_CHECK_EQ_MSG(good, status, "%s, %s: %s", r->words[0],
		    odd_names[kind], user_err);
		check_written(r, kind, mode);
		before += kind == ODD_MISSING || kind == ODD_DANGLING;
	} else {
		odd_check_refused(r, kind, argument, status);
	}
	remove_disclosures(r, kind);
	ATF_CHECK_EQ_MSG(before, odd_count_files(), "%s, %s", r->words[0],
	    odd_names[kind]);
	odd_clean();
}

static void
mount_read_only(void)
{
	ATF_REQUIRE_EQ(0, unshare(CLONE_NEWNS));
	ATF_REQUIRE_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ATF_REQUIRE_EQ(0, mkdir("ro", 0755));
	ATF_REQUIRE_EQ(0, mount("none", "ro", "tmpfs", MS_RDONLY, NULL));
}

ATF_TC(outputs_of_every_kind);
ATF_TC_HEAD(outputs_of_every_kind, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(outputs_of_every_kind, tc)
{
	odd_make_things();
	mount_read_only();
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++)
		for (unsigned k = 0; k < ODD_N; k++)
			try_output(&outputs[i], k,
			    outputs[i].appliance ? 7 : 0);
}

/* A device and a FIFO that are written into, with a receipt that lies. */
static void
serve_lie(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_job(f, fd, LIE_OTHER_STATUS);
}

ATF_TC(an_unverified_receipt_goes_to_no_device);
ATF_TC_HEAD(an_unverified_receipt_goes_to_no_device, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(an_unverified_receipt_goes_to_no_device, tc)
{
	const struct odd_row r = { .words = { "run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, "--receipt", "@" } };
	struct fake f;
	int before;

	odd_make_things();
	odd_make(ODD_NULL, NULL);
	before = odd_count_files();
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_lie, NULL);
	ATF_CHECK_EQ(125, odd_run(&r, ODD, false));
	ATF_CHECK_EQ(0, fake_wait(&f));
	USER_CHECK_ERR(ODD ": nothing is written there; give a file");
	ATF_CHECK_EQ(before, odd_count_files());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, outputs_of_every_kind);
	ATF_TP_ADD_TC(tp, an_unverified_receipt_goes_to_no_device);
	return atf_no_error();
}
