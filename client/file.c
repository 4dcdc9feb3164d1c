#include "file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "need.h"
#include "say.h"

static const char *
kind_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a folder";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	}
	return "not a regular file";
}

static int
open_regular(int dirfd, const char *name, enum file_link link,
    const char *shown, struct stat *st)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd;

	if (link == FILE_NOFOLLOW)
		flags |= O_NOFOLLOW;
	if ((fd = openat(dirfd, name, flags)) == -1) {
		if (errno == ELOOP && link == FILE_NOFOLLOW)
			say("%s: is a symbolic link; put the file itself "
			    "there", shown);
		else
			say_errno("%s", shown);
		return -1;
	}
	if (fstat(fd, st) == -1) {
		say_errno("%s", shown);
		close(fd);
		return -1;
	}
	if (!S_ISREG(st->st_mode)) {
		say("%s: is %s; a regular file is needed", shown,
		    kind_name(st->st_mode));
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

/* Reads to the end.  1 when the file has more than max, -1 with errno. */
static int
read_all(int fd, size_t max, struct buf *out)
{
	size_t start = out->len;

	for (;;) {
		unsigned char *p = buf_room(out, 65536);
		ssize_t n = read(fd, p, 65536);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		out->len += (size_t)n;
		if (out->len - start > max)
			return 1;
	}
}

int
file_read(int dirfd, const char *name, enum file_link link, const char *shown,
    size_t max, struct buf *out, bool *executablep)
{
	struct stat st;
	int fd, r;

	if ((fd = open_regular(dirfd, name, link, shown, &st)) == -1)
		return -1;
	r = read_all(fd, max, out);
	if (r == -1)
		say_errno("%s: cannot read", shown);
	close(fd);
	if (r == 1) {
		say("%s: has more than %zu bytes, the most that is allowed "
		    "here", shown, max);
		errno = EMSGSIZE;
		r = -1;
	}
	if (executablep != NULL)
		*executablep = (st.st_mode & S_IXUSR) != 0;
	return r;
}

static int
write_all(int fd, const unsigned char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The rename is durable once the folder is synced; not all can be. */
static void
sync_parent(const char *path)
{
	char *dir = need_str(path);
	char *slash = strrchr(dir, '/');
	int fd;

	if (slash == NULL)
		strcpy(dir, ".");
	else
		slash[slash == dir ? 1 : 0] = '\0';
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) != -1) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

static int
create(const char *path, const char *tmp, mode_t mode)
{
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd == -1)
		say_errno("cannot write %s: cannot create %s", path, tmp);
	return fd;
}

int
file_try_save(const char *path)
{
	char *tmp = need_printf("%s.%ld.tmp", path, (long)getpid());
	struct stat st;
	int fd = -1;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		say("%s: is a folder; give the name of a file", path);
	else
		fd = create(path, tmp, 0600);
	if (fd != -1) {
		close(fd);
		unlink(tmp);
	}
	free(tmp);
	return fd == -1 ? -1 : 0;
}

int
file_save(const char *path, const void *data, size_t len, mode_t mode)
{
	char *tmp = need_printf("%s.%ld.tmp", path, (long)getpid());
	int fd, ret = -1;

	if ((fd = create(path, tmp, mode)) == -1)
		goto out;
	if (write_all(fd, data, len) == -1 || fsync(fd) == -1) {
		say_errno("cannot write %s", tmp);
		goto out;
	}
	if (rename(tmp, path) == -1) {
		say_errno("cannot rename %s to %s", tmp, path);
		goto out;
	}
	sync_parent(path);
	ret = 0;
out:
	if (fd != -1)
		close(fd);
	if (ret == -1 && fd != -1)
		unlink(tmp);
	free(tmp);
	return ret;
}
