#include "qmp.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/unixsock.h"
#include "lib/clock.h"

#define LINE_MAX_LEN	8192	/* the greeting has some 200 bytes */

struct qmp {
	int	fd;
	char	line[LINE_MAX_LEN];
	size_t	len;		/* of what follows the current line */
	size_t	start;
	uint64_t deadline;
};

/* The next line, NULL at the end or at the deadline. */
static const char *
read_line(struct qmp *q)
{
	struct pollfd pfd = { .fd = q->fd, .events = POLLIN };

	memmove(q->line, q->line + q->start, q->len - q->start);
	q->len -= q->start;
	q->start = 0;
	for (;;) {
		char *end = memchr(q->line, '\n', q->len);
		ssize_t n;

		if (end != NULL) {
			*end = '\0';
			q->start = (size_t)(end + 1 - q->line);
			return q->line;
		}
		if (q->len == sizeof(q->line) ||
		    poll(&pfd, 1, clock_left_ms(q->deadline)) < 1)
			return NULL;
		n = recv(q->fd, q->line + q->len, sizeof(q->line) - q->len, 0);
		if (n <= 0)
			return NULL;
		q->len += (size_t)n;
	}
}

/* 0 for "return", -1 with *w for "error" or no reply; skips events. */
static int
run_command(struct qmp *q, const char *command, struct why *w)
{
	char text[128];
	const char *line;
	int n = snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n",
	    command);

	if (send(q->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		return why_set(w, "QEMU's monitor: cannot send %s: %s",
		    command, strerror(errno));
	while ((line = read_line(q)) != NULL) {
		if (strstr(line, "\"return\"") != NULL)
			return 0;
		if (strstr(line, "\"error\"") != NULL)
			return why_set(w, "QEMU's monitor refused %s: %.200s",
			    command, line);
	}
	if (strcmp(command, "quit") == 0)
		return 0;
	return why_set(w, "QEMU's monitor did not answer %s", command);
}

int
qmp_command(
    const char *path, const char *command, int timeout_ms, struct why *w)
{
	struct qmp q = { .fd = unixsock_connect(path),
	    .deadline = clock_ms() + (uint64_t)timeout_ms };
	int ret = -1;

	if (q.fd == -1)
		return why_set(w, "cannot connect to QEMU's monitor: %s",
		    strerror(errno));
	if (read_line(&q) == NULL)
		why_set(w, "QEMU's monitor sent no greeting; does another "
		    "program use it?");
	else if (run_command(&q, "qmp_capabilities", w) == 0)
		ret = run_command(&q, command, w);
	close(q.fd);
	return ret;
}
