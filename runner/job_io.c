/*
 * A job's descriptors: its reports, its output on the way to the client, and
 * what shows its end.
 */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "lib/log.h"
#include "runner/jail/report.h"
#include "runner.h"
#include "say.h"

enum { POLL_PIDFD, POLL_REPORT, POLL_OUT, POLL_ERR, POLL_CGROUP };

/* How much may be read and sent now. */
static size_t
output_room(const struct runner *r, const struct job *j)
{
	const uint64_t window = OUTPUT_WINDOW - j->uncredited;

	if (!chan_fits(&r->gate))
		return 0;
	return window < DATA_MAX ? (size_t)window : DATA_MAX;
}

void
job_poll(const struct runner *r, const struct job *j,
    struct pollfd pfd[JOB_POLLFDS])
{
	bool out = (j->state == JOB_RUN || j->state == JOB_END) &&
	    output_room(r, j) != 0;

	pfd[POLL_PIDFD] = (struct pollfd){
		.fd = j->gone ? -1 : j->child.pidfd, .events = POLLIN,
	};
	pfd[POLL_REPORT] = (struct pollfd){
		.fd = j->child.report, .events = POLLIN,
	};
	pfd[POLL_OUT] = (struct pollfd){
		.fd = out ? j->child.out[0] : -1, .events = POLLIN,
	};
	pfd[POLL_ERR] = (struct pollfd){
		.fd = out ? j->child.out[1] : -1, .events = POLLIN,
	};
	/* It stays ready until it is read, which needs process 1 to be gone. */
	pfd[POLL_CGROUP] = (struct pollfd){
		.fd = j->state == JOB_END && pfd[POLL_PIDFD].fd == -1 ?
		    j->cgroup.events : -1,
		.events = POLLPRI,
	};
}

static void
read_reports(struct runner *r, struct job *j)
{
	struct report rep;
	int rc;

	while (j->child.report != -1 &&
	    (rc = report_read(j->child.report, &rep)) != 0) {
		if (rc == 1) {
			job_reported(r, j, &rep);
			continue;
		}
		if (errno != 0)
			log_info("job %s: a malformed report", j->who.job);
		close(j->child.report);
		j->child.report = -1;
	}
}

/* Reads one chunk of one stream and sends the part within the limit. */
static void
read_output(struct runner *r, struct job *j, int i)
{
	static unsigned char buf[DATA_MAX];
	uint64_t left = j->grant.manifest.limits.output_bytes -
	    j->out[0].bytes - j->out[1].bytes;
	ssize_t n = read(j->child.out[i], buf, output_room(r, j));
	size_t len;

	/* Once all writers are gone, an empty pipe stays empty. */
	if (n == -1 && (errno == EINTR || (errno == EAGAIN && !j->gone)))
		return;
	if (n <= 0) {
		close(j->child.out[i]);
		j->child.out[i] = -1;
		return;
	}
	len = (uint64_t)n < left ? (size_t)n : (size_t)left;
	if (len != 0) {
		sha256_update(&j->out[i].hash, buf, len);
		j->out[i].bytes += len;
		tail_add(j->tail, i + 1, buf, len);
		if (j->attached)
			j->uncredited += len;
		say_output(r, j, i + 1, buf, len);
	}
	if ((uint64_t)n > left)
		job_overrun(r, j);
}

/*
 * After the end of process 1: reads what the pipes still hold, as far as the
 * client takes it.  Does not wait for their end of file: a UNIX socket that the
 * kernel has not freed yet may still hold one of their descriptors.
 */
static void
drain_output(struct runner *r, struct job *j)
{
	for (int i = 0; i < 2; i++)
		while (j->gone && j->child.out[i] != -1 &&
		    output_room(r, j) != 0)
			read_output(r, j, i);
}

/*
 * A job may have sent its UNIX sockets through each other, and with them any
 * file: its output pipes, all of its /tmp.  Such a ring outlives the job until
 * the kernel collects rings, which it does when any UNIX socket is closed.
 */
static void
collect_rings(const struct job *j)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == -1) {
		log_info("job %s: socketpair: %s", j->who.job,
		    strerror(errno));
		return;
	}
	close(pair[0]);
	close(pair[1]);
}

/*
 * Reads reports before handling the exit: both may be pending.  Each step may
 * free the job, so the state is checked again.
 */
void
job_turn(struct runner *r, struct job *j, const struct pollfd pfd[JOB_POLLFDS])
{
	if (pfd[POLL_REPORT].revents != 0 || pfd[POLL_PIDFD].revents != 0)
		read_reports(r, j);
	for (int i = 0; i < 2; i++)
		if (pfd[POLL_OUT + i].revents != 0 && j->child.out[i] != -1 &&
		    output_room(r, j) != 0)
			read_output(r, j, i);
	if (pfd[POLL_PIDFD].revents != 0 && j->child.pidfd != -1 && !j->gone) {
		collect_rings(j);
		job_reaped(r, j);
	}
	if (j->state == JOB_END)
		drain_output(r, j);
	if (j->state == JOB_END)
		job_check_end(r, j);
}
