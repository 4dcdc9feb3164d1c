#include "keygen.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vm/proc.h"
#include "file.h"
#include "lib/filekind.h"
#include "lib/msg/msg.h"
#include "need.h"
#include "say.h"

#define OUT_MAX	SIG_MAX
#define LINE_LEN	1024	/* of `ssh-keygen -l' */
#define KEY_FILE_MAX	(1 << 20) /* one of RSA has 12 KiB, others less */
#define PROGRAM	"ssh-keygen"
#define MAKE_ONE	"make one with `ssh-keygen -t ed25519'"

static void
read_all(int fd, struct buf *out)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(out, 4096), 4096);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0 || out->len > OUT_MAX)
			return;
		out->len += (size_t)n;
	}
}

/* Its messages go to a file in memory, which is never full. */
static int
run(struct keygen *k, int err)
{
	const char *argv[KEYGEN_ARGS_MAX + 2] = { PROGRAM };
	struct proc_fd fds[3] = { {err, 2} };
	size_t nfds = 2;
	int out[2];
	pid_t pid;

	memcpy(argv + 1, k->args, sizeof(k->args));
	if (pipe2(out, O_CLOEXEC) == -1) {
		say_errno("pipe");
		return -1;
	}
	fds[1] = (struct proc_fd){out[1], 1};
	if (k->in != -1)
		fds[nfds++] = (struct proc_fd){k->in, 0};
	pid = proc_start(argv, PROC_ATTACHED, -1, fds, nfds);
	close(out[1]);
	if (pid != -1)
		read_all(out[0], &k->out);
	close(out[0]);
	if (pid != -1)
		return proc_wait(pid);
	say(PROGRAM " is in the Debian package openssh-client");
	return -1;
}

int
keygen_run(struct keygen *k)
{
	int err = memfd_create("casemate-keygen", MFD_CLOEXEC), status;

	if (err == -1) {
		say_errno("cannot make room for messages of " PROGRAM);
		return -1;
	}
	status = run(k, err);
	if (lseek(err, 0, SEEK_SET) == 0)
		read_all(err, &k->err);
	close(err);
	return status;
}

void
keygen_free(struct keygen *k)
{
	buf_free(&k->out);
	buf_free(&k->err);
}

/* `out' begins with "256 SHA256:... comment (ED25519)\n". */
static int
check_type(const char *key, const char *out)
{
	const int bits = (int)strspn(out, "0123456789");
	char line[LINE_LEN], *type;

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(out, "\n"), out);
	if ((type = strrchr(line, '(')) == NULL)
		return 0;
	type++;
	type[strcspn(type, ")")] = '\0';
	if (strcmp(type, "ED25519") == 0 ||
	    (strcmp(type, "ECDSA") == 0 && strncmp(out, "256 ", 4) == 0))
		return 0;
	if (strstr(type, "-SK") != NULL)
		say("%s: is a security key (%s), which an appliance does not "
		    "accept; " MAKE_ONE, key, type);
	else
		say("%s: is a key of type %s with %.*s bits; an appliance "
		    "accepts Ed25519 and ECDSA with 256 bits; " MAKE_ONE, key,
		    type, bits, out);
	return -1;
}

/* The private key of "NAME.pub" is NAME, and the other way round. */
static char *
other_half(const char *key)
{
	const size_t len = strlen(key);

	if (len > 4 && strcmp(key + len - 4, ".pub") == 0)
		return need_printf("%.*s", (int)(len - 4), key);
	return need_printf("%s.pub", key);
}

/* ssh-keygen opens it, too, and would wait for a FIFO or read without end. */
static int
check_other_half(const char *key)
{
	char *other = other_half(key);
	const char *what = NULL;
	struct stat st;

	if (stat(other, &st) == 0 && !S_ISDIR(st.st_mode)) {
		if (!S_ISREG(st.st_mode))
			what = filekind_word(st.st_mode);
		else if (st.st_size > KEY_FILE_MAX)
			what = "far larger than a key";
	}
	if (what != NULL)
		say("%s: the file %s, which " PROGRAM " reads with it, is %s; "
		    "remove that", key, other, what);
	free(other);
	return what == NULL ? 0 : -1;
}

static int
check_file(const char *key)
{
	struct stat st;

	if (stat(key, &st) == -1) {
		say("%s: cannot find the key: %s; give the path of one, or "
		    MAKE_ONE, key, file_reason(AT_FDCWD, key));
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		say("%s: is %s; give the key file%s", key,
		    filekind_word(st.st_mode),
		    S_ISDIR(st.st_mode) ? " in it" : " itself");
		return -1;
	}
	if (st.st_size > KEY_FILE_MAX) {
		say("%s: has %lld bytes, far more than a key; give the key "
		    "file itself", key, (long long)st.st_size);
		return -1;
	}
	if (access(key, R_OK) == -1) {
		say_errno("%s: cannot read the key; use one of your own", key);
		return -1;
	}
	return check_other_half(key);
}

int
keygen_check_key(const char *key)
{
	struct keygen k = {.args = { "-l", "-f", key }, .in = -1};
	int status, ret = -1;

	if (check_file(key) == -1)
		return -1;
	/* Where it cannot tell, signing fails with a better message. */
	if ((status = keygen_run(&k)) != -1)
		ret = status == 0 ? check_type(key, buf_str(&k.out)) : 0;
	keygen_free(&k);
	return ret;
}

/* A private key of any format, with or without a passphrase. */
static bool
is_private(const char *key)
{
	struct keygen k = {.args = { "-y", "-P", "", "-f", key }, .in = -1};
	int status = keygen_run(&k);
	bool is = status == 0 ||
		  strstr(buf_str(&k.err), "incorrect passphrase") != NULL;

	keygen_free(&k);
	return is;
}

static void
say_open(const char *key)
{
	say("%s: other users can read this private key, so " PROGRAM " does "
	    "not use it; run `chmod 600 %s'", key, key);
}

/* Like ssh-keygen: the private key of KEY.pub is KEY. */
static void
say_pair(const char *key)
{
	const size_t all = strlen(key);
	const bool is_pub = all > 4 && strcmp(key + all - 4, ".pub") == 0;
	const int len = (int)(is_pub ? all - 4 : all);

	say("%s: the public key in %.*s.pub is not that of %.*s; run "
	    "`ssh-keygen -y -f %.*s > %.*s.pub'", key, len, key, len, key, len,
	    key, len, key);
}

static void
say_refused(const char *key)
{
	say("%s: the ssh-agent refused to sign; unlock the agent or confirm "
	    "its question, and try again", key);
}

static void
say_passphrase(const char *key)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd != -1 || getenv("SSH_ASKPASS") != NULL)
		say("%s: the passphrase is wrong; try again", key);
	else
		say("%s: needs a passphrase, and there is no terminal to ask "
		    "for it; add the key to an ssh-agent with ssh-add", key);
	if (fd != -1)
		close(fd);
}

static void
say_public(const char *key)
{
	if (getenv("SSH_AUTH_SOCK") == NULL)
		say("%s: is a public key, and there is no ssh-agent "
		    "(SSH_AUTH_SOCK is not set) that could hold its private "
		    "key; give the private key's file", key);
	else
		say("%s: is a public key, and the ssh-agent does not sign with "
		    "its private key; `ssh-add -l' lists the agent's keys, "
		    "ssh-add adds one", key);
}

static void
say_unreadable(const char *key)
{
	if (is_private(key))
		say("%s: its public key must be beside it; run "
		    "`ssh-keygen -y -f %s > %s.pub'", key, key, key);
	else
		say("%s: is not a key that " PROGRAM " can read; " MAKE_ONE,
		    key);
}

/* By what ssh-keygen says of a failure; the first row that fits counts. */
static const struct {
	const char	*said;
	void		(*say)(const char *key);
} failures[] = {
	{ "UNPROTECTED PRIVATE KEY", say_open },
	{ "doesn't match private", say_pair },
	{ "agent refused operation", say_refused },
	{ "incorrect passphrase", say_passphrase },
	{ "No private key found for", say_public },
	{ "Couldn't load public key", say_unreadable },
};

static void
say_other(const char *key, const char *said)
{
	say("%s: " PROGRAM " could not sign with it, and said:", key);
	while (*said != '\0') {
		const size_t len = strcspn(said, "\n");

		say_quoted(said, len);
		said += len + (said[len] == '\n');
	}
}

void
keygen_say_failure(const char *key, struct keygen *k)
{
	const char *said = buf_str(&k->err);

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (strstr(said, failures[i].said) == NULL)
			continue;
		failures[i].say(key);
		return;
	}
	say_other(key, said);
}
