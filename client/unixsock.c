#include "unixsock.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "need.h"

#define BACKLOG	128	/* connections that wait while the guest accepts */

static int
address_in(struct sockaddr_un *sun, int dirfd, const char *name)
{
	int n;

	sun->sun_family = AF_UNIX;
	n = snprintf(sun->sun_path, sizeof(sun->sun_path),
	    "/proc/self/fd/%d/%s", dirfd, name);
	if (n < (int)sizeof(sun->sun_path))
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* *dirp is then open, or -1 when it was not needed. */
static int
address(struct sockaddr_un *sun, const char *path, int *dirp)
{
	const char *slash = strrchr(path, '/');
	char *dir;

	*dirp = -1;
	sun->sun_family = AF_UNIX;
	if (strlen(path) < sizeof(sun->sun_path)) {
		strcpy(sun->sun_path, path);
		return 0;
	}
	if (slash == NULL) {
		errno = ENAMETOOLONG;
		return -1;
	}
	dir = need_printf("%.*s", (int)(slash - path + 1), path);
	*dirp = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	return *dirp == -1 ? -1 : address_in(sun, *dirp, slash + 1);
}

int
unixsock_connect(const char *path)
{
	struct sockaddr_un sun = { 0 };
	int dir, fd = -1, r = -1, err;

	if (address(&sun, path, &dir) == 0 &&
	    (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) != -1)
		r = connect(fd, (struct sockaddr *)&sun, sizeof(sun));
	err = errno;
	if (dir != -1)
		close(dir);
	if (r == -1 && fd != -1)
		close(fd);
	errno = err;
	return r == -1 ? -1 : fd;
}

int
unixsock_listen(int dirfd, const char *name)
{
	struct sockaddr_un sun = { 0 };
	mode_t mask;
	int fd, r, err;

	if (address_in(&sun, dirfd, name) == -1)
		return -1;
	unlinkat(dirfd, name, 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	mask = umask(0177);
	r = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
	err = errno;
	umask(mask);
	errno = err;
	if (r == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}
