#include "sign.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg/msg.h"
#include "client/vm/proc.h"
#include "say.h"
#include "lib/sshkey.h"
#include "lib/sshsig.h"

/* A descriptor from which ssh-keygen can read the data. */
static int
data_fd(const void *data, size_t len)
{
	int fd = memfd_create("casemate-sign", MFD_CLOEXEC);

	if (fd == -1 || write(fd, data, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) == -1) {
		say_errno("cannot hand %zu bytes to ssh-keygen", len);
		if (fd != -1)
			close(fd);
		return -1;
	}
	return fd;
}

static void
read_signature(int fd, struct buf *out)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(out, 4096), 4096);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0 || out->len > SIG_MAX)
			return;
		out->len += (size_t)n;
	}
}

/* ssh-keygen without file names signs its standard input. */
static int
run_keygen(const char *key, const char *ns, int in, struct buf *sig)
{
	const char *argv[] = { "ssh-keygen", "-q", "-Y", "sign", "-n", ns,
	    "-f", key, NULL };
	struct proc_fd fds[2] = { { in, 0 } };
	int out[2], status;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) == -1) {
		say_errno("pipe");
		return -1;
	}
	fds[1] = (struct proc_fd){ out[1], 1 };
	pid = proc_start(argv, PROC_ATTACHED, -1, fds, 2);
	close(out[1]);
	if (pid == -1) {
		close(out[0]);
		return -1;
	}
	read_signature(out[0], sig);
	close(out[0]);
	if ((status = proc_wait(pid)) == 0)
		return 0;
	say("%s: ssh-keygen could not sign with it (its exit status is %d, its "
	    "own message is above); give a private key file, or a public one "
	    "whose private key an ssh-agent holds", key, status);
	return -1;
}

/* Refuse here what an appliance does not accept: it takes two key types. */
static int
check_signature(const char *key, const struct buf *sig)
{
	struct sshsig s;
	struct sshkey k;
	struct why w;

	if (sshsig_parse(&s, sig->data, sig->len, &w) == -1) {
		say("%s: an appliance does not accept its signatures: %s", key,
		    w.text);
		return -1;
	}
	if (sshkey_parse(&k, s.key, s.keylen, &w) == -1) {
		say("%s: an appliance does not accept this key: %s", key,
		    w.text);
		return -1;
	}
	return 0;
}

int
sign_data(const char *key, const char *ns, const void *data, size_t len,
    struct buf *sig)
{
	int in, ret;

	if (access(key, R_OK) == -1) {
		say_errno("%s: cannot read the key", key);
		return -1;
	}
	if ((in = data_fd(data, len)) == -1)
		return -1;
	ret = run_keygen(key, ns, in, sig);
	close(in);
	if (ret == 0)
		ret = check_signature(key, sig);
	return ret;
}
