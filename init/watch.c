#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/iopause.h>
#include <skalibs/selfpipe.h>

#include "lib/log.h"

#define FIRST_SERVICE	(1 + WATCH_EXTRAS)	/* behind signals, extras */

int
watch_init(struct watch *w)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGPWR };

	memset(w, 0, sizeof(*w));
	for (int i = 0; i < WATCH_EXTRAS; i++)
		w->extras[i].fd = -1;
	w->deadline = tain_infinite;
	w->signals = selfpipe_init();
	if (w->signals == -1)
		return -1;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (selfpipe_trap(signals[i]) == -1)
			return -1;
	return tain_now_set_stopwatch_g() ? 0 : -1;
}

size_t
watch_add(struct watch *w, const char *name, unsigned stop_ms,
    const struct super_sys *sys)
{
	size_t i = w->n++;

	super_init(&w->supers[i], name, stop_ms, sys);
	w->notify[i] = -1;
	svdir_init(&w->dirs[i]);
	return i;
}

size_t
watch_index(const struct watch *w, const struct super *s)
{
	return (size_t)(s - w->supers);
}

static void
close_notify(struct watch *w, size_t i)
{
	if (w->notify[i] != -1)
		close(w->notify[i]);
	w->notify[i] = -1;
}

int
watch_notify_pipe(struct watch *w, size_t i)
{
	int p[2];

	close_notify(w, i);
	if (pipecoe(p) == -1)
		return -1;
	ndelay_on(p[0]);
	w->notify[i] = p[0];
	w->notice[i][0] = '\0';
	return p[1];
}

/* Keeps the text before the newline, as far as it fits; then: ready. */
static void
read_notify(struct watch *w, size_t i)
{
	char *notice = w->notice[i];
	char text[NOTICE_MAX];
	ssize_t n = read(w->notify[i], text, sizeof(text));
	char *newline;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {		/* closed before it was ready */
		close_notify(w, i);
		return;
	}
	newline = memchr(text, '\n', (size_t)n);
	if (newline != NULL)
		n = newline - text;
	if (strlen(notice) + (size_t)n < NOTICE_MAX)
		strncat(notice, text, (size_t)n);
	if (newline == NULL)
		return;
	close_notify(w, i);
	super_event(&w->supers[i], SUPER_READY);
}

static struct super *
find_pid(struct watch *w, pid_t pid)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->supers[i].pid == pid)
			return &w->supers[i];
	return NULL;
}

/* Process 1 also gets orphans: it must wait for them, too. */
static void
reap(struct watch *w)
{
	struct super *s;
	int wstat;
	pid_t pid;

	while ((pid = wait_nohang(&wstat)) > 0) {
		s = find_pid(w, pid);
		if (s == NULL)
			continue;
		if (w->notify[watch_index(w, s)] != -1)
			read_notify(w, watch_index(w, s));
		close_notify(w, watch_index(w, s));
		super_died(s, wstat);
	}
}

static void
read_signals(struct watch *w)
{
	int signo;

	while ((signo = selfpipe_read()) > 0) {
		if (signo == SIGCHLD)
			reap(w);
		else
			w->on_stop(signo);
	}
	if (signo == -1)
		log_info("cannot read signals: %m");
}

static void
earliest(const struct watch *w, tain *deadline)
{
	*deadline = w->deadline;
	for (size_t i = 0; i < w->n; i++)
		if (tain_less(&w->supers[i].deadline, deadline))
			*deadline = w->supers[i].deadline;
}

/*
 * A bug of ours or the kernel's.  Any event may have been missed, so check all
 * of them, 100 times a second, and stop the services in order.
 */
static void
cannot_wait(struct watch *w, iopause_fd *x, unsigned n)
{
	const struct timespec pause = { 0, 10000000 };

	if (!w->failing) {
		log_info("cannot wait for events: %m; stopping");
		w->failing = true;
		w->on_stop(0);
	}
	nanosleep(&pause, NULL);
	tain_now_g();
	for (unsigned i = 0; i < n; i++)
		x[i].revents = x[i].events;
}

static void
list_descriptors(struct watch *w, iopause_fd *x)
{
	*x++ = (iopause_fd){ .fd = w->signals, .events = IOPAUSE_READ };
	for (int i = 0; i < WATCH_EXTRAS; i++)
		*x++ = (iopause_fd){ .fd = w->extras[i].fd,
		    .events = w->extras[i].write ? IOPAUSE_WRITE :
		    IOPAUSE_READ };
	for (size_t i = 0; i < w->n; i++) {
		*x++ = (iopause_fd){ .fd = w->notify[i],
		    .events = IOPAUSE_READ };
		*x++ = (iopause_fd){ .fd = w->dirs[i].control,
		    .events = IOPAUSE_READ };
	}
}

static void
read_services(struct watch *w, const iopause_fd *x)
{
	for (size_t i = 0; i < w->n; i++) {
		if (x[2 * i].revents != 0 && w->notify[i] != -1)
			read_notify(w, i);
		if (x[2 * i + 1].revents != 0)
			svdir_control(&w->dirs[i], &w->supers[i]);
	}
}

void
watch_turn(struct watch *w)
{
	iopause_fd x[FIRST_SERVICE + 2 * WATCH_MAX];
	const unsigned n = FIRST_SERVICE + 2 * (unsigned)w->n;
	tain deadline;

	list_descriptors(w, x);
	earliest(w, &deadline);
	if (iopause_g(x, n, &deadline) == -1)
		cannot_wait(w, x, n);
	read_services(w, x + FIRST_SERVICE);
	if (x[0].revents != 0)
		read_signals(w);
	for (int i = 0; i < WATCH_EXTRAS; i++)
		if (x[1 + i].revents != 0 && w->extras[i].fd != -1)
			w->extras[i].on_event();
	for (size_t i = 0; i < w->n; i++)
		super_check(&w->supers[i]);
}
