#include "svdir.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/tai.h>

#include "lib/fds.h"
#include "lib/wire.h"

#define STATUS_LEN	35
#define LISTENER	"ftrig1:"	/* the names of listeners' FIFOs */

void
svdir_init(struct svdir *d)
{
	*d = (struct svdir){ .dir = -1, .control = -1, .keep = -1,
	    .lock = -1 };
}

static int
open_control(struct svdir *d)
{
	if (mkfifoat(d->dir, "supervise/control", 0600) == -1 &&
	    errno != EEXIST)
		return -1;
	d->control = openat(d->dir, "supervise/control",
	    O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	d->keep = openat(d->dir, "supervise/control",
	    O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	d->lock = openat(d->dir, "supervise/lock",
	    O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600);
	if (d->control == -1 || d->keep == -1 || d->lock == -1)
		return -1;
	switch (fd_lock(d->lock, 1, 1)) {
	case 1:
		return 0;
	case 0:
		errno = EBUSY;
		break;
	}
	return -1;
}

static bool
is_running(const struct super *s)
{
	return s->pid != 0;
}

static bool
is_wanted(const struct super *s)
{
	switch (s->state) {
	case SUPER_STARTING:
	case SUPER_UP:
	case SUPER_WAITING:
	case SUPER_CYCLING:
		return true;
	case SUPER_DOWN:
	case SUPER_STOPPING:
	case SUPER_KILLED:
	case SUPER_NSTATES:
		break;
	}
	return false;
}

static void
write_status(const struct svdir *d, const struct super *s)
{
	unsigned char status[STATUS_LEN];
	char stamp[TAIN_PACK];
	struct put p;
	int fd;

	tain_pack(stamp, &s->since);
	put_init(&p, status, sizeof(status));
	put_raw(&p, stamp, sizeof(stamp));
	put_raw(&p, stamp, sizeof(stamp));
	put_u64(&p, (uint64_t)s->pid);
	put_u8(&p, (uint8_t)(s->wstat >> 8));
	put_u8(&p, (uint8_t)s->wstat);
	put_u8(&p, (uint8_t)((d->paused ? 1 : 0) | (is_wanted(s) ? 4 : 0) |
	    (s->state == SUPER_UP || !is_running(s) ? 8 : 0)));
	fd = openat(d->dir, "supervise/status.new",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1)
		return;
	if (write(fd, status, p.len) == (ssize_t)p.len)
		renameat(d->dir, "supervise/status.new", d->dir,
		    "supervise/status");
	close(fd);
}

/* Publishes the descriptor on which the service says that it is ready. */
static int
write_notification_fd(const struct svdir *d)
{
	int fd = openat(d->dir, "notification-fd",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = dprintf(fd, "%d\n", FD_NOTIFY);
	close(fd);
	return n > 0 ? 0 : -1;
}

int
svdir_open(struct svdir *d, const char *path, const struct super *s)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", path, s->name);
	if (mkdir(full, 0755) == -1 && errno != EEXIST)
		return -1;
	d->dir = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dir == -1)
		return -1;
	if ((mkdirat(d->dir, "supervise", 0700) == -1 && errno != EEXIST) ||
	    (mkdirat(d->dir, "event", 0755) == -1 && errno != EEXIST))
		return -1;
	if (open_control(d) == -1 || write_notification_fd(d) == -1)
		return -1;
	write_status(d, s);
	return 0;
}

/* A FIFO without a reader was left by a listener that ended: remove it. */
static void
notify_one(int events, const char *name, const char *what)
{
	int fd = openat(events, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1) {
		if (errno == ENXIO)
			unlinkat(events, name, 0);
		return;
	}
	(void)!write(fd, what, strlen(what));
	close(fd);
}

static void
notify(const struct svdir *d, const char *what)
{
	int fd = openat(d->dir, "event", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, LISTENER, strlen(LISTENER)) == 0)
			notify_one(fd, e->d_name, what);
	closedir(dir);
}

void
svdir_news(struct svdir *d, const struct super *s, enum super_news news)
{
	static const char *const events[] = {
		[SUPER_IS_UP] = "u", [SUPER_IS_READY] = "U",
		[SUPER_IS_DOWN] = "dD", [SUPER_IS_GONE] = "dD",
		[SUPER_IS_FATAL] = "O", [SUPER_HAS_FAILED] = "",
	};

	if (d->dir == -1 || news == SUPER_HAS_FAILED)
		return;
	if (news != SUPER_IS_READY)
		d->paused = false;
	write_status(d, s);
	notify(d, events[news]);
}

struct svdir_command {
	char			 letter;
	enum super_event	 event;	/* or: */
	int			 signo;
};

static const struct svdir_command commands[] = {
	{ 'u', SUPER_START, 0 },
	{ 'd', SUPER_STOP, 0 },
	{ 'a', SUPER_NEVENTS, SIGALRM },
	{ 'b', SUPER_NEVENTS, SIGABRT },
	{ 'q', SUPER_NEVENTS, SIGQUIT },
	{ 'h', SUPER_NEVENTS, SIGHUP },
	{ 'k', SUPER_NEVENTS, SIGKILL },
	{ 't', SUPER_NEVENTS, SIGTERM },
	{ 'i', SUPER_NEVENTS, SIGINT },
	{ '1', SUPER_NEVENTS, SIGUSR1 },
	{ '2', SUPER_NEVENTS, SIGUSR2 },
	{ 'p', SUPER_NEVENTS, SIGSTOP },
	{ 'c', SUPER_NEVENTS, SIGCONT },
};

static void
do_command(struct svdir *d, struct super *s, char letter)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct svdir_command *c = &commands[i];

		if (c->letter != letter)
			continue;
		if (c->event != SUPER_NEVENTS)
			super_event(s, c->event);
		else if (s->pid != 0)
			s->sys->signal(s, c->signo);
		if (c->signo == SIGSTOP || c->signo == SIGCONT)
			d->paused = s->pid != 0 && c->signo == SIGSTOP;
	}
	write_status(d, s);
}

void
svdir_control(struct svdir *d, struct super *s)
{
	char letters[32];
	ssize_t n = read(d->control, letters, sizeof(letters));

	for (ssize_t i = 0; i < n; i++)
		do_command(d, s, letters[i]);
}
