/* One pass of the runner's loop. */
#include <sys/signalfd.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "lib/log.h"
#include "runner.h"

#define STOP_FLUSH_MS	500	/* for the last messages to be taken */
#define WAIT_MAX_MS	60000

/* chan_poll() fills two for each channel. */
enum {
	SLOT_GATE,
	SLOT_KEYD = SLOT_GATE + 2,
	SLOT_LEDGERD = SLOT_KEYD + 2,
	SLOT_SIGNALS = SLOT_LEDGERD + 2,
	SLOT_SPAWNER,
	SLOT_MEASURER,
	SLOT_JOBS,
	SLOT_N = SLOT_JOBS + JOB_SLOTS * JOB_POLLFDS
};

/*
 * SIGTERM: jobs are ended and recorded, then this process ends.  init kills
 * processes that are left.
 */
static void
take_signal(struct runner *r)
{
	struct signalfd_siginfo si;

	if (read(r->signals, &si, sizeof(si)) != sizeof(si) || r->stopping)
		return;
	r->stopping = true;
	keyd_queue_refuse(r, REASON_STOPPING, STOPPING_TEXT);
	prove_refuse(r, REASON_STOPPING, STOPPING_TEXT);
	for (int i = 0; i < JOB_SLOTS; i++)
		job_stop(r, &r->jobs[i]);
	for (int i = 0; i < QUERIES; i++)
		query_stop(r, &r->queries[i]);
}

static bool
has_stopped(const struct runner *r)
{
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE &&
		    r->jobs[i].state != JOB_LINGER)
			return false;
	return r->stopping;
}

static uint64_t
next_deadline(const struct runner *r)
{
	uint64_t next = keyd_queue_deadline(&r->keyd_queue);

	if (prove_deadline(&r->proves) < next)
		next = prove_deadline(&r->proves);
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE &&
		    r->jobs[i].deadline_ms < next)
			next = r->jobs[i].deadline_ms;
	for (int i = 0; i < QUERIES; i++)
		if (r->queries[i].state != QUERY_FREE &&
		    r->queries[i].deadline_ms < next)
			next = r->queries[i].deadline_ms;
	return next;
}

/* Milliseconds to wait, or -1. */
static int
wait_ms(const struct runner *r, int max_ms)
{
	const uint64_t next = next_deadline(r), now = now_ms();
	uint64_t left = next > now ? next - now : 0;

	if (next == UINT64_MAX)
		return max_ms;
	if (left > WAIT_MAX_MS)
		left = WAIT_MAX_MS;
	return max_ms != -1 && left > (uint64_t)max_ms ? max_ms : (int)left;
}

static void
take_timeouts(struct runner *r)
{
	const uint64_t now = now_ms();

	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE &&
		    r->jobs[i].deadline_ms <= now)
			job_timeout(r, &r->jobs[i]);
	for (int i = 0; i < QUERIES; i++)
		if (r->queries[i].state != QUERY_FREE &&
		    r->queries[i].deadline_ms <= now)
			query_timeout(r, &r->queries[i]);
	keyd_queue_timeout(r);
	prove_timeout(r);
}

static void
wait_for_events(struct runner *r, struct pollfd pfd[SLOT_N], int max_ms)
{
	chan_poll(&r->gate, pfd + SLOT_GATE);
	chan_poll(&r->keyd, pfd + SLOT_KEYD);
	chan_poll(&r->ledgerd, pfd + SLOT_LEDGERD);
	pfd[SLOT_SIGNALS] = (struct pollfd){ .fd = r->signals,
	    .events = POLLIN };
	pfd[SLOT_SPAWNER] = (struct pollfd){ .fd = r->spawner,
	    .events = POLLIN };
	pfd[SLOT_MEASURER] = (struct pollfd){ .fd = r->measurer,
	    .events = POLLIN };
	for (int i = 0; i < JOB_SLOTS; i++)
		job_poll(r, &r->jobs[i], pfd + SLOT_JOBS + i * JOB_POLLFDS);
	if (poll(pfd, SLOT_N, wait_ms(r, max_ms)) == -1 && errno != EINTR)
		die_errno("poll");
}

bool
runner_turn(struct runner *r, int max_ms)
{
	struct pollfd pfd[SLOT_N];

	wait_for_events(r, pfd, max_ms);
	/* The spawner only replies: unrequested data means that it died. */
	if (pfd[SLOT_SPAWNER].revents != 0)
		die(EXIT_SYSTEM, "the spawner is gone");
	if (pfd[SLOT_SIGNALS].revents != 0)
		take_signal(r);
	if (pfd[SLOT_MEASURER].revents != 0)
		dispatch_measurer(r);
	for (int i = 0; i < JOB_SLOTS; i++)
		job_turn(r, &r->jobs[i], pfd + SLOT_JOBS + i * JOB_POLLFDS);
	take_timeouts(r);
	chan_flush(&r->gate);
	chan_flush(&r->keyd);
	chan_flush(&r->ledgerd);
	dispatch_keyd(r);
	dispatch_ledgerd(r);
	dispatch_gate(r);
	keyd_queue_turn(r);
	prove_turn(r);
	query_turn(r);
	return !has_stopped(r);
}

void
runner_flush(struct runner *r)
{
	struct chan *const chans[] = { &r->gate, &r->keyd, &r->ledgerd };

	for (size_t i = 0; i < sizeof(chans) / sizeof(chans[0]); i++) {
		struct pollfd pfd[2];

		chan_poll(chans[i], pfd);
		if (pfd[1].fd != -1 && poll(&pfd[1], 1, STOP_FLUSH_MS) == 1)
			chan_flush(chans[i]);
	}
}
