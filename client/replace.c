#include "replace.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "need.h"

#define NAMES_TRIED	100	/* of 2^32 */

/* A file without its name yet. */
struct temporary {
	int		 dir;		/* its folder */
	const char	*base;		/* the name that it will have there */
	char		 name[32];	/* until then; "": not made */
	int		 fd;
};

char *
replace_folder(const char *path)
{
	char *dir = need_str(path);
	char *slash = strrchr(dir, '/');

	if (slash == NULL) {
		free(dir);
		return need_str(".");
	}
	slash[slash == dir ? 1 : 0] = '\0';
	return dir;
}

char *
replace_path(int fd)
{
	char *self = need_printf("/proc/self/fd/%d", fd), path[PATH_MAX];
	ssize_t n = readlink(self, path, sizeof(path) - 1);
	struct stat st, there;

	free(self);
	if (n <= 0 || fstat(fd, &st) == -1)
		return NULL;
	path[n] = '\0';
	/* It may have another name by now. */
	if (lstat(path, &there) == -1 || there.st_ino != st.st_ino ||
	    there.st_dev != st.st_dev)
		return NULL;
	return need_str(path);
}

/*
 * Opens the folder of a path.  All else is done by its descriptor, so that no
 * folder that takes its place meanwhile gets the file.
 */
static int
open_folder(struct temporary *t, const char *path)
{
	char *dir = replace_folder(path);
	const char *slash = strrchr(path, '/');
	int err;

	*t = (struct temporary){ .fd = -1 };
	t->base = slash == NULL ? path : slash + 1;
	t->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	err = errno;
	free(dir);
	errno = err;
	return t->dir == -1 ? -1 : 0;
}

static int
make_temporary(struct temporary *t, mode_t mode)
{
	uint32_t nr = 0;

	for (int i = 0; i < NAMES_TRIED; i++) {
		(void)!getrandom(&nr, sizeof(nr), 0);
		snprintf(t->name, sizeof(t->name), ".casemate-%08x.tmp", nr);
		t->fd = openat(t->dir, t->name, O_WRONLY | O_CREAT | O_EXCL |
		    O_CLOEXEC, mode);
		if (t->fd != -1)
			return 0;
		t->name[0] = '\0';
		if (errno != EEXIST)
			break;
	}
	return -1;
}

/* The rename is durable once the folder is synced; not all can be. */
static void
sync_folder(const struct temporary *t)
{
	int fd = openat(t->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1) {
		fsync(fd);
		close(fd);
	}
}

/* Gives it its name. */
static int
put_in_place(struct temporary *t)
{
	if (renameat(t->dir, t->name, t->dir, t->base) == -1)
		return -1;
	t->name[0] = '\0';
	sync_folder(t);
	return 0;
}

/* Removes it unless it has its name; keeps errno. */
static void
close_temporary(struct temporary *t)
{
	const int saved = errno;

	if (t->fd != -1)
		close(t->fd);
	if (t->name[0] != '\0')
		unlinkat(t->dir, t->name, 0);
	if (t->dir != -1)
		close(t->dir);
	errno = saved;
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
	return fsync(fd);
}

int
replace_try(const char *path)
{
	struct temporary t;
	int ret = open_folder(&t, path);

	if (ret == 0)
		ret = make_temporary(&t, 0600);
	close_temporary(&t);
	return ret;
}

int
replace_new(const char *path, const void *data, size_t len, mode_t mode)
{
	struct temporary t;
	int ret = open_folder(&t, path);

	if (ret == 0)
		ret = make_temporary(&t, mode);
	if (ret == 0)
		ret = write_all(t.fd, data, len);
	if (ret == 0)
		ret = put_in_place(&t);
	close_temporary(&t);
	return ret;
}

/* Owner, then mode, since a new owner takes bits away. */
static int
keep_owner(int fd, const struct stat *st)
{
	struct stat is;

	if (fstat(fd, &is) == -1)
		return -1;
	if ((is.st_uid != st->st_uid || is.st_gid != st->st_gid) &&
	    fchown(fd, st->st_uid, st->st_gid) == -1)
		return -1;
	return fchmod(fd, st->st_mode & 0777);
}

/* The folder still has the file that is open. */
static bool
is_there(const struct temporary *t, const struct stat *st)
{
	struct stat is;

	return fstatat(t->dir, t->base, &is, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is.st_dev == st->st_dev && is.st_ino == st->st_ino;
}

/* Returns 1 when the file can only be written in place. */
static int
put_in_place_of(const char *path, const struct stat *st, const void *data,
    size_t len)
{
	struct temporary t;
	int ret = -1;

	if (open_folder(&t, path) == -1 || !is_there(&t, st))
		ret = 1;
	else if (make_temporary(&t, 0600) == -1)
		ret = errno == EACCES || errno == EPERM || errno == EROFS ?
		    1 : -1;
	else if (keep_owner(t.fd, st) == -1)
		ret = 1;
	else if (write_all(t.fd, data, len) == 0)
		ret = put_in_place(&t) == 0 ? 0 :
		    errno == EBUSY || errno == EXDEV ? 1 : -1;
	close_temporary(&t);
	return ret;
}

int
replace_open_file(int fd, const void *data, size_t len)
{
	char *path = replace_path(fd);
	struct stat st;
	int ret = 1;

	if (path != NULL && fstat(fd, &st) == 0)
		ret = put_in_place_of(path, &st, data, len);
	free(path);
	if (ret != 1)
		return ret;
	if (ftruncate(fd, 0) == -1)
		return -1;
	return write_all(fd, data, len) == 0 ? 0 : -2;
}
