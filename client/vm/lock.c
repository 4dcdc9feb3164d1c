#include "lock.h"

#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/need.h"
#include "client/say.h"
#include "lib/clock.h"
#include "state.h"

#define RETRY_MS 20
#define HOLDER_MAX 64 /* a word and two numbers */

/* In the lock's file. */
static const char *const words[] = {
    [LOCK_UP] = "up",
    [LOCK_DOWN] = "down",
};

static void
write_holder(int fd, enum lock_user user)
{
	char text[HOLDER_MAX];
	int n = snprintf(text, sizeof(text), "%s %ld %llu\n", words[user],
	    (long)getpid(), (unsigned long long)proc_start_time(getpid()));

	/* If this fails, `down' waits for an `up' and cannot stop it. */
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, text, (size_t)n, 0);
}

static enum lock_user
read_holder(int fd, struct proc *holder)
{
	char text[HOLDER_MAX + 1], word[8];
	ssize_t n = pread(fd, text, HOLDER_MAX, 0);
	unsigned long long start;
	long pid;

	*holder = (struct proc){ 0 };
	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "%7s %ld %llu", word, &pid, &start) != 3 || pid <= 0)
		return LOCK_UNKNOWN;
	*holder = (struct proc){(pid_t)pid, start};
	for (int u = LOCK_UP; u <= LOCK_DOWN; u++)
		if (strcmp(words[u], word) == 0)
			return (enum lock_user)u;
	return LOCK_UNKNOWN;
}

int
lock_try(const char *name, enum lock_user user, struct proc *holder,
    enum lock_user *heldp)
{
	char *path = state_lock_path(name, true);
	int fd = -1, err = 0;

	if (path == NULL)
		return -1;
	/* It is written to: never where a link leads. */
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1) {
		if ((err = errno) == ELOOP)
			say("%s: is a link; remove it", path);
		else
			say_errno("%s", path);
	} else if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		write_holder(fd, user);
	} else {
		if ((err = errno) == EWOULDBLOCK)
			*heldp = read_holder(fd, holder);
		else
			say_errno("%s: cannot lock", path);
		close(fd);
		fd = -1;
	}
	free(path);
	errno = err;
	return fd;
}

int
lock_wait(const char *name, enum lock_user user, uint64_t deadline)
{
	enum lock_user held;
	struct proc holder;
	int fd;

	while ((fd = lock_try(name, user, &holder, &held)) == -1 &&
	       errno == EWOULDBLOCK && clock_left_ms(deadline) > 0)
		poll(NULL, 0, RETRY_MS);
	return fd;
}

enum lock_user
lock_last(const char *name)
{
	char *path = state_lock_path(name, false);
	/* A FIFO would block, and a link leads elsewhere. */
	int fd = path == NULL ? -1 :
	    open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	enum lock_user user;
	struct proc holder;
	int alive;

	free(path);
	if (fd == -1)
		return LOCK_UNKNOWN;
	user = read_holder(fd, &holder);
	close(fd);
	if ((alive = proc_open(&holder)) == -1)
		return LOCK_UNKNOWN;
	close(alive);
	return user;
}

void
lock_say_held(const char *name, enum lock_user user)
{
	switch (user) {
	case LOCK_UNKNOWN:
		say("%s: another casemate up or down is at work for it; try "
		    "again when it has ended",
		    name);
		break;
	case LOCK_UP:
		say("%s: another casemate up is starting it; wait for its end, "
		    "or stop it with `casemate down %s'",
		    name, name);
		break;
	case LOCK_DOWN:
		say("%s: casemate down is stopping it; try again when that "
		    "has ended",
		    name);
		break;
	}
}
