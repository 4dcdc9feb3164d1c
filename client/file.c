#include "file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/filekind.h"
#include "save.h"
#include "say.h"

const char *
file_reason(int dirfd, const char *name)
{
	static char text[64];
	const int error = errno;
	struct stat st;

	if (error == ENOENT && strcmp(name, "-") == 0)
		return "standard input is not read here; give a file's name";
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return strerror(error);
	if (error == ELOOP)
		return "it is a link that leads to itself";
	if (error == ENOENT && S_ISLNK(st.st_mode))
		return "it is a link to a file that does not exist";
	if ((error != ENOTDIR && error != ENXIO) ||
	    fstatat(dirfd, name, &st, 0) == -1 || S_ISDIR(st.st_mode))
		return strerror(error);
	snprintf(text, sizeof(text), "it is %s", filekind_word(st.st_mode));
	return text;
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
			say("%s: %s", shown, file_reason(dirfd, name));
		return -1;
	}
	if (fstat(fd, st) == -1) {
		say_errno("%s", shown);
		close(fd);
		return -1;
	}
	if (!S_ISREG(st->st_mode)) {
		say("%s: is %s; a regular file is needed", shown,
		    filekind_word(st->st_mode));
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

int
file_check(const char *path)
{
	struct stat st;
	int fd = open_regular(AT_FDCWD, path, FILE_FOLLOW, path, &st);

	if (fd == -1)
		return -1;
	close(fd);
	return 0;
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

int
file_save(const char *path, const void *data, size_t len, mode_t mode)
{
	struct save s;
	int ret = save_open(&s, path, mode);

	if (ret == 0)
		ret = save_data(&s, data, len);
	save_close(&s);
	return ret;
}
