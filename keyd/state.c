#include "state.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/filekind.h"
#include "lib/rules/files.h"
#include "lib/sha256.h"

#define NAME_LEN	32	/* of keyd's files, and ".new" */

static int
fail(struct why *w, const char *name, const char *what)
{
	int saved = errno;

	why_set(w, "%s: %s: %s; check the disk that it is on", name, what,
	    strerror(saved));
	errno = saved;
	return -1;
}

/* O_NONBLOCK: a FIFO would block.  Links and sockets cannot be opened. */
static int
open_file(int dirfd, const char *name, struct why *w)
{
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	int saved = errno;
	struct stat st;

	if (fd == -1) {
		if (saved != ENOENT &&
		    filekind_check_at(dirfd, name, w) == -1)
			return -1;
		errno = saved;
		return fail(w, name, "cannot be opened");
	}
	if (fstat(fd, &st) == 0 && filekind_check(name, &st, w) == 0)
		return fd;
	close(fd);
	errno = EBADMSG;
	return -1;
}

int
state_read(int dirfd, const char *name, void *buf, size_t cap, size_t *lenp,
    struct why *w)
{
	unsigned char more;
	ssize_t n, extra = 0;
	int fd, saved;

	fd = open_file(dirfd, name, w);
	if (fd == -1)
		return -1;
	n = files_read_all(fd, buf, cap);
	if (n != -1)
		extra = files_read_all(fd, &more, 1);
	saved = errno;
	close(fd);
	errno = saved;
	if (n == -1 || extra == -1)
		return fail(w, name, "cannot be read");
	if (extra != 0) {
		why_set(w, "%s: damaged, it has more than the %zu bytes that "
		    "keyd writes; " STATE_ADVICE, name, cap);
		errno = EFBIG;
		return -1;
	}
	*lenp = (size_t)n;
	return 0;
}

int
state_write_at(int fd, const void *data, size_t len, size_t offset)
{
	const unsigned char *p = data;
	ssize_t n;

	while (len != 0) {
		n = pwrite(fd, p, len, (off_t)offset);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		p += n;
		len -= (size_t)n;
		offset += (size_t)n;
	}
	return fdatasync(fd);
}

int
state_replace(int dirfd, const char *name, const void *data, size_t len,
    struct why *w)
{
	char new[NAME_LEN];
	int fd, rc, saved;

	snprintf(new, sizeof(new), "%s.new", name);
	if (unlinkat(dirfd, new, 0) == -1 && errno != ENOENT)
		return fail(w, new, "cannot be removed");
	fd = openat(dirfd, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return fail(w, new, "cannot be made");
	rc = state_write_at(fd, data, len, 0);
	if (rc == 0)
		rc = fsync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	if (rc == -1)
		return fail(w, new, "cannot be written");
	if (renameat(dirfd, new, dirfd, name) == -1 || fsync(dirfd) == -1)
		return fail(w, name, "cannot be put in place");
	return 0;
}

void
state_check(const void *data, size_t len, unsigned char check[STATE_CHECK_LEN])
{
	unsigned char hash[SHA256_LEN];

	sha256(data, len, hash);
	memcpy(check, hash, STATE_CHECK_LEN);
}
