#include "user.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/buf.h"
#include "client/file.h"
#include "client/need.h"
#include "client/vm/proc.h"
#include "fake_appliance.h"

char user_out[USER_TEXT_MAX], user_err[USER_TEXT_MAX];

void
user_write(const char *path, const char *text, mode_t mode)
{
	fake_check(file_save(path, text, strlen(text), mode) == 0, path);
}

void
user_slurp(const char *file, char dst[USER_TEXT_MAX])
{
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, dst, USER_TEXT_MAX - 1);

	fake_check(fd != -1 && n >= 0, file);
	dst[n] = '\0';
	close(fd);
}

void
user_make_key(void)
{
	const char *argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "",
	    "-f", "key", NULL };

	if (access("key", F_OK) == -1)
		fake_check(proc_wait(proc_start(argv, PROC_ATTACHED, -1, NULL,
		    0)) == 0, "ssh-keygen");
}

void
user_make_job(size_t size)
{
	char *text = need_alloc(size + 1, 1);

	user_make_key();
	fake_check(mkdir("job", 0755) == 0 && mkdir("job/files", 0755) == 0,
	    "job");
	user_write("job/manifest.yaml", "version: 1\nname: t\nargv: [p]\n",
	    0644);
	memset(text, 'x', size);
	user_write("job/files/p", text, 0755);
	free(text);
}

void
user_make_site(void)
{
	char *line;

	user_slurp("key.pub", user_out);
	line = need_printf("a %s", user_out);
	fake_check(mkdir("site", 0755) == 0 && mkdir("site/policy", 0755) == 0,
	    "site");
	user_write("site/allowed_signers", line, 0644);
	user_write("site/policy/r.cedar", "permit(principal == User::\"a\","
	    " action == Action::\"run\", resource);\n", 0644);
	free(line);
}

void
user_become_nobody(void)
{
	fake_check(unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount(".", USER_NOBODYS, NULL, MS_BIND, NULL) == 0 &&
	    chdir(USER_NOBODYS) == 0 && setgid(USER_NOBODY) == 0 &&
	    setuid(USER_NOBODY) == 0, "nobody");
}

int
user_wait(pid_t pid)
{
	int status = proc_wait(pid);

	user_slurp("out", user_out);
	user_slurp("err", user_err);
	return status;
}

static void
save_bytes(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	fake_check(fd != -1 && write(fd, bytes, len) == (ssize_t)len, path);
	close(fd);
}

void
user_make_image(const char *path)
{
	static unsigned char head[1024];

	head[0x1f1] = 1;	/* sectors of set-up code, after the first */
	head[0x1fe] = 0x55;
	head[0x1ff] = 0xaa;
	memcpy(head + 0x202, "HdrS", 4);
	save_bytes(path, head, sizeof(head));
}

void
user_make_runtime(const char *path)
{
	static unsigned char blocks[4096];

	memcpy(blocks + 1024, "\xe2\xe1\xf5\xe0", 4);
	blocks[1024 + 12] = 12;		/* the size of a block, as a power of 2 */
	blocks[1024 + 36] = 1;		/* how many there are */
	save_bytes(path, blocks, sizeof(blocks));
}

int
user_run(const struct cmd *command, const char *const words[])
{
	union {
		const char *const *in;
		char **out;
	} argv = { .in = words };
	pid_t pid;
	int n = 0;

	while (words[n] != NULL)
		n++;
	fflush(NULL);
	if ((pid = fork()) == 0) {
		alarm(60);
		dup2(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		n = command->run(n, argv.out);
		fflush(NULL);
		_exit(n & 0xff);
	}
	return user_wait(pid);
}

int
user_run_job(const char *a, const char *b)
{
	const char *words[] = { "run", "job", "--key", "key", "--on",
	    "unix:" USER_SOCKET, "--receipt", "receipt", "--wait", "2", a, b,
	    NULL };

	return user_run(&cmd_run, words);
}

int
user_query(const struct cmd *command, const char *a, const char *b,
    const char *c)
{
	const char *words[] = { command->name, "--key", "key", "--on",
	    "unix:" USER_SOCKET, "--wait", "5", a, b, c, NULL };

	user_make_key();
	return user_run(command, words);
}
