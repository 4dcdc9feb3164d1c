/*
 * Reports from our processes in a job to the runner, over one pipe in packet
 * mode.  The job's own program never has the writing end.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

#include "lib/msg/msg.h"

enum report_kind {
	REPORT_REFUSED = 1,	/* reason, text: the job cannot run */
	REPORT_READY,		/* text: the probe's result; waits for a byte */
	REPORT_NOEXEC,		/* value: errno of execve(2) */
	REPORT_ENDED,		/* value: wait status of the job itself; full */
};

/* What had no room left when the job ended by itself. */
enum report_full {
	REPORT_FULL_TMP = 1 << 0,	/* /tmp: no byte */
	REPORT_FULL_SHM = 1 << 1,	/* /dev/shm: no byte */
	REPORT_FULL_FILES = 1 << 2,	/* one of them: no further file */
	REPORT_FULL_ALL = 7,
};

struct report {
	enum report_kind	kind;
	uint8_t			reason;		/* enum reason */
	uint32_t		value;
	uint8_t			full;		/* a set of enum report_full */
	char			text[TEXT_MAX];
};

/* Returns -1 when it cannot be written; nothing more can be done then. */
int	report_send(int fd, const struct report *);
/* Returns 1 for a report, 0 for none yet, -1 at the end (0) or EBADMSG. */
int	report_read(int fd, struct report *);

#endif
