#include "save.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backoff.h"
#include "lib/clock.h"
#include "lib/filekind.h"
#include "replace.h"
#include "say.h"

#define READER_MS	5000	/* for a reader of a FIFO to start */
#define PROGRESS_MS	60000	/* for it to read something */
#define SILENCE_MS	500	/* before we say what we wait for */

static const struct backoff pause_reader = { 10, 200 };

/* What errno means here and what to do. */
static const struct {
	int		 error;
	const char	*text;
} reasons[] = {
	{ ELOOP, "it is a link that leads to itself; remove it, or give "
	    "another file" },
	{ EROFS, "its file system is read-only; give a file elsewhere" },
	{ EPIPE, "the program that read from it has ended" },
	{ ETIMEDOUT, "nothing has been read from it for a minute" },
};

static const char *
reason(int error)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].error == error)
			return reasons[i].text;
	return strerror(error);
}

static int
complain(const char *path)
{
	const int error = errno;
	char *dir = replace_folder(path);
	struct stat st;

	if (*path == '\0')
		say("the name of the file to write is empty");
	else if (error == ENOENT && lstat(path, &st) == 0)
		say("cannot write %s: it is a link into a folder that does not "
		    "exist; make the folder, or give another file", path);
	else if (error == ENOENT && stat(dir, &st) == -1)
		say("cannot write %s: the folder %s does not exist; make it, "
		    "or give another file", path, dir);
	else
		say("cannot write %s: %s", path, reason(error));
	free(dir);
	errno = error;
	return -1;
}

void
save_hold_signals(sigset_t *old)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM,
	    SIGUSR1, SIGUSR2, SIGTSTP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, old);
}

/* Waits until a device or pipe takes bytes; says so once. */
static int
wait_writable(const struct save *s, bool *said)
{
	struct pollfd pfd = { .fd = s->fd, .events = POLLOUT };

	if (poll(&pfd, 1, SILENCE_MS) != 0)
		return 0;
	if (!*said)
		say("waiting for the program that reads from %s", s->path);
	*said = true;
	if (poll(&pfd, 1, PROGRESS_MS) != 0)
		return 0;
	errno = ETIMEDOUT;
	return -1;
}

static int
write_stream(const struct save *s, const unsigned char *p, size_t len)
{
	bool said = false;

	while (len > 0) {
		ssize_t n = write(s->fd, p, len);

		if (n == -1 && errno == EAGAIN && wait_writable(s, &said) == 0)
			continue;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return complain(s->path);
		p += n;
		len -= (size_t)n;
	}
	/* Not all can be synced: a pipe, a terminal. */
	if (fsync(s->fd) == 0 || errno == EINVAL || errno == EROFS)
		return 0;
	return complain(s->path);
}

/*
 * Standard output or error, if it is the same file or socket: a path like
 * /dev/stdout leads there, and no other file may take its place.
 */
static int
own_descriptor(const struct stat *st)
{
	struct stat own;

	if (!S_ISREG(st->st_mode) && !S_ISSOCK(st->st_mode))
		return -1;
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (fstat(fd, &own) == 0 && own.st_dev == st->st_dev &&
		    own.st_ino == st->st_ino)
			return fd;
	return -1;
}

/* A FIFO cannot be opened until a program reads from it. */
static int
open_fifo(const char *path, int flags)
{
	const uint64_t deadline = clock_ms() + READER_MS;
	struct backoff pauses = pause_reader;
	bool said = false;
	int fd;

	while ((fd = open(path, flags)) == -1 && errno == ENXIO) {
		if (clock_left_ms(deadline) == 0) {
			say("cannot write %s: it is a FIFO, and no program "
			    "reads from it; start the reader first", path);
			return -1;
		}
		if (!said && clock_left_ms(deadline) < READER_MS - SILENCE_MS) {
			say("waiting for a program that reads from %s", path);
			said = true;
		}
		backoff_sleep(backoff_next(&pauses));
	}
	return fd == -1 ? complain(path) : fd;
}

/* Opens what is there.  Complains and returns -1. */
static int
open_there(const char *path, const struct stat *st)
{
	const int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd;

	if (S_ISDIR(st->st_mode) || S_ISSOCK(st->st_mode)) {
		say("%s: is %s; give the name of a file", path,
		    filekind_word(st->st_mode));
		errno = EINVAL;
		return -1;
	}
	if (S_ISFIFO(st->st_mode))
		return open_fifo(path, flags);
	if ((fd = open(path, flags)) == -1)
		return complain(path);
	return fd;
}

enum save_found { FOUND_ERROR, FOUND_NOTHING, FOUND_REGULAR, FOUND_STREAM };

/*
 * Opens what is there for writing: *regular for a regular file, s->fd for what
 * data is written into.  Complains on an error.
 */
static enum save_found
look(struct save *s, int *regular)
{
	struct stat st;
	int own, fd;

	if (stat(s->path, &st) == -1) {
		if (errno == ENOENT && *s->path != '\0')
			return FOUND_NOTHING;
		complain(s->path);
		return FOUND_ERROR;
	}
	own = own_descriptor(&st);
	if (own != -1 && (s->fd = fcntl(own, F_DUPFD_CLOEXEC, 3)) != -1)
		return FOUND_STREAM;
	if ((fd = open_there(s->path, &st)) == -1)
		return FOUND_ERROR;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*regular = fd;
		return FOUND_REGULAR;
	}
	s->fd = fd;
	return FOUND_STREAM;
}

static bool
is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* That a file can be made there. */
static int
try_new(const struct save *s)
{
	char *target;

	if (is_link(s->path)) {
		target = save_resolve(s->path, s->mode);
		free(target);
		return target == NULL ? -1 : 0;
	}
	return replace_try(s->path) == 0 ? 0 : complain(s->path);
}

int
save_open(struct save *s, const char *path, mode_t mode)
{
	int regular = -1, ret = 0;
	sigset_t old;

	*s = (struct save){ path, mode, -1 };
	if (strcmp(path, "-") == 0) {
		say("cannot write -: give /dev/stdout for standard output, or "
		    "./- for a file of this name");
		errno = EINVAL;
		return -1;
	}
	switch (look(s, &regular)) {
	case FOUND_ERROR:
		return -1;
	case FOUND_NOTHING:
		save_hold_signals(&old);
		ret = try_new(s);
		sigprocmask(SIG_SETMASK, &old, NULL);
		break;
	case FOUND_REGULAR:
		close(regular);
		break;
	case FOUND_STREAM:
		break;
	}
	return ret;
}

bool
save_is_stream(const struct save *s)
{
	return s->fd != -1;
}

/* The link stays. */
static int
write_new(const struct save *s, const void *data, size_t len)
{
	char *target = NULL;
	int ret;

	if (is_link(s->path) &&
	    (target = save_resolve(s->path, s->mode)) == NULL)
		return -1;
	ret = replace_new(target == NULL ? s->path : target, data, len,
	    s->mode);
	if (ret == -1)
		complain(s->path);
	free(target);
	return ret;
}

static int
write_regular(const struct save *s, int fd, const void *data, size_t len)
{
	const int ret = replace_open_file(fd, data, len);

	if (ret == 0)
		return 0;
	complain(s->path);
	if (ret == -2)
		say("%s: is incomplete now; it could only be written in place",
		    s->path);
	return -1;
}

static int
write_file(struct save *s, const void *data, size_t len)
{
	int regular = -1, ret = -1;

	switch (look(s, &regular)) {
	case FOUND_ERROR:
		break;
	case FOUND_NOTHING:
		ret = write_new(s, data, len);
		break;
	case FOUND_REGULAR:
		ret = write_regular(s, regular, data, len);
		close(regular);
		break;
	case FOUND_STREAM:
		ret = write_stream(s, data, len);
		break;
	}
	return ret;
}

int
save_data(struct save *s, const void *data, size_t len)
{
	sigset_t old;
	int ret;

	if (save_is_stream(s))
		return write_stream(s, data, len);
	save_hold_signals(&old);
	ret = write_file(s, data, len);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}

void
save_close(struct save *s)
{
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
}

char *
save_resolve(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC, mode);
	struct stat st;
	char *real;

	if (fd == -1) {
		complain(path);
		return NULL;
	}
	real = replace_path(fd);
	if (real == NULL)
		say("%s: cannot find out where this link leads; give the file "
		    "itself", path);
	/* Another program may have written a file there meanwhile. */
	else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		unlink(real);
	close(fd);
	return real;
}
