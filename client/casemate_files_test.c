/*
 * Every argument that names a file, given what a user may give by mistake or
 * on purpose: devices, FIFOs, links, folders, sockets, what is missing, empty
 * or forbidden.  Each run ends soon; a failure names the argument and leaves
 * nothing behind.
 */
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <assert.h>
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/need.h"
#include "client/test/fake_appliance.h"
#include "client/test/user.h"

#define NOBODY	65534
#define LIMIT_S	20	/* far more than a run needs */
#define ODD	"odd"	/* the argument's name */

/* What the argument leads to; KIND_LINK is to the right thing. */
enum file_kind {
	KIND_LINK,
	KIND_NULL,
	KIND_FULL,
	KIND_ZERO,
	KIND_FIFO,
	KIND_DANGLING,
	KIND_LOOP,
	KIND_FOLDER,
	KIND_NO_FOLDER,
	KIND_SOCKET,
	KIND_MISSING,
	KIND_EMPTY,
	KIND_FORBIDDEN,
	KIND_READ_ONLY,
	KIND_N
};

static const char *const kind_names[] = { "link", "null", "full", "zero",
    "FIFO", "dangling link", "loop", "folder", "missing folder", "socket",
    "missing", "empty", "forbidden", "read-only file system" };

static_assert(sizeof(kind_names) / sizeof(kind_names[0]) == KIND_N,
    "kinds");

/* One argument of one command: `@' stands for it in the words. */
struct file_row {
	const char	*good;		/* what belongs there */
	const char	*words[14];
	unsigned	 accepts;	/* kinds that it may take, as bits */
	fake_handler	*serve;
};

#define BIT(kind)	(1u << KIND_##kind)

static const char *program, *recipe;

/* As another user, below /mnt: the folders above may not be open to it. */
static void
become_nobody(void)
{
	fake_check(unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount(".", "/mnt", NULL, MS_BIND, NULL) == 0 &&
	    chdir("/mnt") == 0 && setenv("XDG_STATE_HOME", "/mnt/nobody", 1) == 0 &&
	    setgid(NOBODY) == 0 && setuid(NOBODY) == 0, "nobody");
}

/* Runs it with each `@' replaced; its status, or 128 and a signal. */
static int
run(const struct file_row *r, const char *argument, bool nobody)
{
	const bool ours = strcmp(r->words[0], "recipe") != 0;
	char *argv[16] = { NULL };
	int n = 0, fd;
	pid_t pid;

	argv[n++] = need_str(ours ? "casemate" : "sh");
	argv[n++] = need_str(ours ? r->words[0] : recipe);
	for (const char *const *w = r->words + 1; *w != NULL; w++) {
		const int len = (int)strcspn(*w, "@");

		argv[n++] = (*w)[len] == '\0' ? need_str(*w) :
		    need_printf("%.*s%s", len, *w, argument);
	}
	fd = open(ours ? program : "/bin/sh", O_PATH);
	fflush(NULL);
	if ((pid = fork()) == 0) {
		alarm(LIMIT_S);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		if (nobody)
			become_nobody();
		fexecve(fd, argv, environ);
		_exit(127);
	}
	close(fd);
	while (n > 0)
		free(argv[--n]);
	return user_wait(pid);
}

static void
make_socket(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = ODD };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ATF_REQUIRE_EQ(0, bind(fd, (struct sockaddr *)&a, sizeof(a)));
	close(fd);
}

/* Makes it; returns the argument. */
static const char *
make(enum file_kind kind, const char *good)
{
	const int minor = kind == KIND_NULL ? 3 : kind == KIND_FULL ? 7 : 5;
	int made = 0;

	switch (kind) {
	case KIND_LINK:
		made = symlink(good, ODD);
		break;
	case KIND_NULL:
	case KIND_FULL:
	case KIND_ZERO:
		made = mknod(ODD, S_IFCHR | 0666, makedev(1, minor));
		break;
	case KIND_FIFO:
		made = mkfifo(ODD, 0666);
		break;
	case KIND_DANGLING:
		made = symlink("target", ODD);
		break;
	case KIND_LOOP:
		made = symlink(ODD, ODD);
		break;
	case KIND_FOLDER:
		made = mkdir(ODD, 0755);
		break;
	case KIND_SOCKET:
		make_socket();
		break;
	case KIND_EMPTY:
	case KIND_FORBIDDEN:
		user_write(ODD, "", kind == KIND_EMPTY ? 0600 : 0);
		break;
	case KIND_NO_FOLDER:
		return "no/" ODD;
	case KIND_READ_ONLY:
		return "ro/" ODD;
	case KIND_MISSING:
	case KIND_N:
		break;
	}
	ATF_REQUIRE_EQ_MSG(0, made, "%s", kind_names[kind]);
	return ODD;
}

static void
clean(void)
{
	static const char *const made[] = { ODD, "target", "job.tar",
	    "site.cpio" };

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		ATF_REQUIRE(remove(made[i]) == 0 || errno == ENOENT);
}

static int files;

static int
count(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	if (strcmp(path, "./casemate") == 0 || strcmp(path, "./nobody") == 0)
		return FTW_SKIP_SUBTREE;	/* states of appliances */
	files++;
	return FTW_CONTINUE;
}

/* How many files there are, without what a good run makes. */
static int
count_files(void)
{
	files = 0;
	unlink("job.tar");
	unlink("site.cpio");
	ATF_REQUIRE_EQ(0, nftw(".", count, 8, FTW_PHYS | FTW_ACTIONRETVAL));
	return files;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_mode : 0;
}

static void
check_refused(const struct file_row *r, enum file_kind kind,
    const char *argument, int status)
{
	const char *name = kind_names[kind];

	ATF_CHECK_MSG(status != 0 && status < 126, "%s %s, %s: %d %s",
	    r->words[0], r->words[1], name, status, user_err);
	ATF_CHECK_MSG(strstr(user_err, argument) != NULL, "%s %s, %s: %s",
	    r->words[0], r->words[1], name, user_err);
	ATF_CHECK_MSG(strstr(user_err, ".tmp") == NULL, "%s", user_err);
}

static void
try_input(const struct file_row *r, enum file_kind kind, int good)
{
	const char *argument = make(kind, r->good);
	const mode_t mode = mode_of(argument);
	const int before = count_files();
	int status;

	status = run(r, argument, kind == KIND_FORBIDDEN);
	if (kind == KIND_LINK)
		ATF_CHECK_EQ_MSG(good, status, "%s %s, link: %s", r->words[0],
		    r->words[1], user_err);
	else if ((r->accepts & 1u << kind) == 0)
		check_refused(r, kind, argument, status);
	ATF_CHECK_EQ_MSG(before, count_files(), "%s %s, %s", r->words[0],
	    r->words[1], kind_names[kind]);
	ATF_CHECK_EQ_MSG(mode, mode_of(argument), "%s %s, %s", r->words[0],
	    r->words[1], kind_names[kind]);
	clean();
}

#define ON	"--on", "unix:nowhere"
#define UP	"up", "--accel", "tcg", "--ephemeral"
static const struct file_row inputs[] = {
	{ "site", { UP, "--site", "@", "--image", "image" }, 0, NULL },
	{ "site.file", { UP, "--site", "@", "--image", "image" }, 0, NULL },
	{ "image", { UP, "--site", "site", "--image", "@" }, BIT(EMPTY),
	    NULL },
	{ "runtime", { UP, "--site", "site", "--image", "image", "--runtime",
	    "a=@" }, 0, NULL },
	{ "site", { "site", "@", "-o", "site.cpio" }, 0, NULL },
	{ "job", { "bundle", "@", "-o", "job.tar", "--key", "key" }, 0, NULL },
	{ "key", { "bundle", "job", "-o", "job.tar", "--key", "@" }, 0, NULL },
	{ "job", { "run", "@", "--key", "key", ON }, 0, NULL },
	{ "bundle", { "run", "@", "--key", "key", ON }, 0, NULL },
	{ "key", { "run", "job", "--key", "key", "--author-key", "@", ON }, 0,
	    NULL },
	{ "vkey", { "run", "job", "--key", "key", ON, "--appliance", "@" }, 0,
	    NULL },
	{ "vm.sock", { "status", "--key", "key", "--wait", "0", "--on",
	    "unix:@" }, 0, NULL },
	{ "vkey", { "status", "--key", "key", ON, "--appliance", "@" }, 0,
	    NULL },
	{ "job", { "run", "--dry-run", "@", "--site", "site", "--submitter",
	    "a" }, 0, NULL },
	{ "bundle", { "run", "--dry-run", "@", "--site", "site",
	    "--submitter", "a" }, 0, NULL },
	{ "site", { "run", "--dry-run", "job", "--site", "@", "--submitter",
	    "a" }, BIT(FOLDER), NULL },
	{ "receipt", { "verify", "@", "--appliance", "vkey" }, 0, NULL },
	{ "vkey", { "verify", "receipt", "--appliance", "@" }, 0, NULL },
	{ "receipt", { "recipe", "@", "vkey" }, 0, NULL },
	{ "vkey", { "recipe", "receipt", "@" }, 0, NULL },
	{ "site", { "policy", "check", "@" }, BIT(FOLDER), NULL },
	{ "site", { "policy", "explain", "@", "cases" }, BIT(FOLDER), NULL },
	{ "cases", { "policy", "explain", "site", "@" }, 0, NULL },
	{ "job/manifest.yaml", { "policy", "explain", "site", "@",
	    "--submitter", "a" }, 0, NULL },
	{ "site", { "policy", "test", "@", "cases" }, 0, NULL },
	{ "cases", { "policy", "test", "site", "@" }, 0, NULL },
	{ "rule", { "policy", "fmt", "@" }, BIT(EMPTY), NULL },
	{ "rule", { "policy", "fmt", "--json", "@" }, BIT(EMPTY), NULL },
	{ "rule.json", { "policy", "fmt", "--text", "@" }, 0, NULL },
};

static void
serve_job(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_job(f, fd, LIE_NONE);
}

static void
start_appliance(struct fake *f)
{
	fake_init(f, USER_SOCKET);
	fake_serve(f, 1, serve_job, NULL);
}

static void
make_site(void)
{
	char *line;

	user_slurp("key.pub", user_out);
	line = need_printf("a %s", user_out);
	ATF_REQUIRE_EQ(0, mkdir("site", 0755));
	ATF_REQUIRE_EQ(0, mkdir("site/policy", 0755));
	user_write("site/allowed_signers", line, 0644);
	user_write("site/policy/r.cedar", "permit(principal == User::\"a\","
	    " action == Action::\"run\", resource);\n", 0644);
	user_write("cases", "- case: x\n  command: {submitter: a, author: a, "
	    "manifest: {name: t}}\n  expect: allow\n", 0644);
	user_write("rule", "permit(principal,action,resource);\n", 0644);
	user_write("rule.json", "{\"staticPolicies\":{},\"templates\":{},"
	    "\"templateLinks\":[]}\n", 0644);
	free(line);
}

static void
make_images(void)
{
	char here[4096], *path, erofs[1029];

	ATF_REQUIRE(getcwd(here, sizeof(here)) != NULL);
	path = need_printf("%s/bin:%s", here, getenv("PATH"));
	ATF_REQUIRE_EQ(0, mkdir("bin", 0755));
	user_write("bin/qemu-system-x86_64", "#!/bin/sh\nexit 1\n", 0755);
	ATF_REQUIRE_EQ(0, setenv("PATH", path, 1));
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", here, 1));
	memset(erofs, 'x', 1024);
	memcpy(erofs + 1024, "\xe2\xe1\xf5\xe0", 5);
	user_write("runtime", erofs, 0644);
	user_write("image", "x", 0644);
	free(path);
}

static void
must_run(const struct file_row *r, int want)
{
	ATF_REQUIRE_EQ_MSG(want, run(r, ODD, false), "%s: %s", r->words[0],
	    user_err);
}

/* One good thing of each kind. */
static void
make_things(void)
{
	const char *build = getenv("CASEMATE_BUILD"), *src;
	struct fake f;

	program = need_printf("%s/bin/casemate",
	    build == NULL ? "build" : build);
	src = getenv("CASEMATE_SRC");
	recipe = need_printf("%s/docs/verify-receipt.sh",
	    src == NULL ? "." : src);
	ATF_REQUIRE_EQ(0, chmod(".", 0755));
	user_make_job(9);
	make_site();
	make_images();
	ATF_REQUIRE_EQ(0, mkdir("nobody", 0777));
	ATF_REQUIRE_EQ(0, chmod("nobody", 0777));
	must_run(&(struct file_row){ .words = { "site", "site", "-o",
	    "site.file" } }, 0);
	must_run(&(struct file_row){ .words = { "bundle", "job", "-o",
	    "bundle", "--key", "key" } }, 0);
	start_appliance(&f);
	must_run(&(struct file_row){ .words = { "run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, "--receipt", "receipt" } }, 7);
	ATF_REQUIRE_EQ(0, fake_wait(&f));
	user_write("vkey", f.vkey, 0644);
}

ATF_TC(inputs_of_every_kind);
ATF_TC_HEAD(inputs_of_every_kind, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(inputs_of_every_kind, tc)
{
	make_things();
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		const int good = run(&inputs[i], inputs[i].good, false);

		clean();
		for (unsigned k = 0; k < KIND_READ_ONLY; k++)
			if (k != KIND_FULL && k != KIND_NO_FOLDER)
				try_input(&inputs[i], k, good);
	}
}

/*
 * Outputs.  A reader of the FIFO writes what it gets to the file `target'.
 */
static const struct file_row outputs[] = {
	{ "site.cpio", { "site", "site", "-o", "@" }, 0, NULL },
	{ "job.tar", { "bundle", "job", "-o", "@", "--key", "key" }, 0, NULL },
	{ "receipt", { "run", "job", "--key", "key", "--on",
	    "unix:" USER_SOCKET, "--receipt", "@" }, 0, serve_job },
};

static pid_t
start_reader(enum file_kind kind)
{
	pid_t pid;

	if (kind != KIND_FIFO || (pid = fork()) != 0)
		return kind == KIND_FIFO ? pid : 0;
	alarm(LIMIT_S);
	execlp("sh", "sh", "-c", "exec cat " ODD " > target", (char *)NULL);
	_exit(127);
}

/* The kinds through which data goes. */
static bool
is_written(enum file_kind kind)
{
	return (1u << kind & (BIT(LINK) | BIT(NULL) | BIT(ZERO) | BIT(FIFO) |
	    BIT(DANGLING) | BIT(MISSING) | BIT(EMPTY) | BIT(FORBIDDEN))) != 0;
}

static int
run_output(const struct file_row *r, enum file_kind kind, const char *argument)
{
	const pid_t reader = start_reader(kind);
	struct fake f;
	int status;

	if (r->serve != NULL)
		start_appliance(&f);
	status = run(r, argument, false);
	if (r->serve != NULL) {
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
check_written(const struct file_row *r, enum file_kind kind, mode_t mode)
{
	const bool at_target = kind == KIND_LINK || kind == KIND_DANGLING ||
	    kind == KIND_FIFO;
	const char *where = at_target ? "target" : ODD;
	struct stat st;

	if (kind != KIND_MISSING)
		ATF_CHECK_EQ_MSG(mode, mode_of(ODD), "%s, %s", r->words[0],
		    kind_names[kind]);
	ATF_REQUIRE_EQ(0, stat(where, &st));
	ATF_CHECK_MSG(!S_ISREG(st.st_mode) || st.st_size > 100, "%s, %s: %d",
	    r->words[0], kind_names[kind], (int)st.st_size);
}

static void
try_output(const struct file_row *r, enum file_kind kind, int good)
{
	const char *argument = make(kind, "target");
	const mode_t mode = mode_of(argument);
	int before, status;

	if (kind == KIND_LINK || kind == KIND_FIFO)
		user_write("target", "", 0644);
	before = count_files();
	status = run_output(r, kind, argument);
	if (is_written(kind)) {
		ATF_CHECK_EQ_MSG(good, status, "%s, %s: %s", r->words[0],
		    kind_names[kind], user_err);
		check_written(r, kind, mode);
		before += kind == KIND_MISSING || kind == KIND_DANGLING;
	} else {
		check_refused(r, kind, argument, status);
	}
	ATF_CHECK_EQ_MSG(before, count_files(), "%s, %s", r->words[0],
	    kind_names[kind]);
	clean();
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
	make_things();
	mount_read_only();
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++)
		for (unsigned k = 0; k < KIND_N; k++)
			try_output(&outputs[i], k,
			    outputs[i].serve == NULL ? 0 : 7);
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
	const struct file_row r = { .words = { "run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, "--receipt", "@" } };
	struct fake f;
	int before;

	make_things();
	make(KIND_NULL, NULL);
	before = count_files();
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_lie, NULL);
	ATF_CHECK_EQ(125, run(&r, ODD, false));
	ATF_CHECK_EQ(0, fake_wait(&f));
	USER_CHECK_ERR(ODD ": nothing is written there; give a file");
	ATF_CHECK_EQ(before, count_files());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, inputs_of_every_kind);
	ATF_TP_ADD_TC(tp, outputs_of_every_kind);
	ATF_TP_ADD_TC(tp, an_unverified_receipt_goes_to_no_device);
	return atf_no_error();
}
