#include "odd.h"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/need.h"
#include "lib/test/kept_tree.h"
#include "user.h"

const char *const odd_names[ODD_N] = { "link", "null", "full", "zero",
    "FIFO", "dangling link", "loop", "folder", "missing folder", "socket",
    "missing", "empty", "forbidden", "read-only file system" };

static const char *program, *recipe;

int
odd_run(const struct odd_row *r, const char *argument, bool unprivileged)
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
		alarm(ODD_LIMIT_S);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		if (unprivileged) {
			setenv("XDG_STATE_HOME", USER_NOBODYS "/nobody", 1);
			user_become_nobody();
		}
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

const char *
odd_make(enum odd_kind kind, const char *good)
{
	const int minor = kind == ODD_NULL ? 3 : kind == ODD_FULL ? 7 : 5;
	int made = 0;

	switch (kind) {
	case ODD_LINK:
		made = symlink(good, ODD);
		break;
	case ODD_NULL:
	case ODD_FULL:
	case ODD_ZERO:
		made = mknod(ODD, S_IFCHR | 0666, makedev(1, minor));
		break;
	case ODD_FIFO:
		made = mkfifo(ODD, 0666);
		break;
	case ODD_DANGLING:
		made = symlink("target", ODD);
		break;
	case ODD_LOOP:
		made = symlink(ODD, ODD);
		break;
	case ODD_FOLDER:
		made = mkdir(ODD, 0755);
		break;
	case ODD_SOCKET:
		make_socket();
		break;
	case ODD_EMPTY:
	case ODD_FORBIDDEN:
		user_write(ODD, "", kind == ODD_EMPTY ? 0600 : 0);
		break;
	case ODD_NO_FOLDER:
		return "no/" ODD;
	case ODD_READ_ONLY:
		return "ro/" ODD;
	case ODD_MISSING:
	case ODD_N:
		break;
	}
	ATF_REQUIRE_EQ_MSG(0, made, "%s", odd_names[kind]);
	return ODD;
}

void
odd_clean(void)
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

int
odd_count_files(void)
{
	files = 0;
	unlink("job.tar");
	unlink("site.cpio");
	ATF_REQUIRE_EQ(0, nftw(".", count, 8, FTW_PHYS | FTW_ACTIONRETVAL));
	return files;
}

mode_t
odd_mode(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_mode : 0;
}

void
odd_check_refused(const struct odd_row *r, enum odd_kind kind,
    const char *argument, int status)
{
	const char *name = odd_names[kind];

	ATF_CHECK_MSG(status != 0 && status < 126, "%s %s, %s: %d %s",
	    r->words[0], r->words[1], name, status, user_err);
	ATF_CHECK_MSG(strstr(user_err, argument) != NULL, "%s %s, %s: %s",
	    r->words[0], r->words[1], name, user_err);
	ATF_CHECK_MSG(strstr(user_err, ".tmp") == NULL, "%s", user_err);
}

static void
serve_job(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_job(f, fd, LIE_NONE);
}

void
odd_start_appliance(struct fake *f)
{
	fake_init(f, USER_SOCKET);
	fake_serve(f, 1, serve_job, NULL);
}

static void
make_site(void)
{
	user_make_site();
	user_write("cases", "- case: x\n  command: {submitter: a, author: a, "
	    "manifest: {name: t}}\n  expect: allow\n", 0644);
	user_write("rule", "permit(principal,action,resource);\n", 0644);
	user_write("rule.json", "{\"staticPolicies\":{},\"templates\":{},"
	    "\"templateLinks\":[]}\n", 0644);
}

static void
make_images(void)
{
	char here[4096], *path;

	ATF_REQUIRE(getcwd(here, sizeof(here)) != NULL);
	path = need_printf("%s/bin:%s", here, getenv("PATH"));
	ATF_REQUIRE_EQ(0, mkdir("bin", 0755));
	user_write("bin/qemu-system-x86_64", "#!/bin/sh\nexit 1\n", 0755);
	ATF_REQUIRE_EQ(0, setenv("PATH", path, 1));
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", here, 1));
	user_make_runtime("runtime");
	user_make_image("image");
	free(path);
}

/* Of the receipt's tree, from the empty one. */
static void
make_proof(const struct fake *f)
{
	unsigned char empty[TREE_HASH];
	char note[1024];

	fake_fill(f);
	tree_root(&kept_tree.tree, empty);
	note[fake_put_note(f, note, sizeof(note) - 1, 0, empty, LIE_NONE)] =
	    '\0';
	user_write("root", note, 0644);
	user_write("proof", "old 0\n", 0644);
}

static void
must_run(const struct odd_row *r, int want)
{
	ATF_REQUIRE_EQ_MSG(want, odd_run(r, ODD, false), "%s: %s", r->words[0],
	    user_err);
}

void
odd_make_things(void)
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
	must_run(&(struct odd_row){ .words = { "site", "site", "-o",
	    "site.file" } }, 0);
	must_run(&(struct odd_row){ .words = { "bundle", "job", "-o",
	    "bundle", "--key", "key" } }, 0);
	odd_start_appliance(&f);
	must_run(&(struct odd_row){ .words = { "run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, "--receipt", "receipt" } }, 7);
	ATF_REQUIRE_EQ(0, fake_wait(&f));
	user_write("vkey", f.vkey, 0644);
	make_proof(&f);
}
