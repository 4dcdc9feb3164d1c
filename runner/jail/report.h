/*
 * What a job's processes of ours tell the runner, over one pipe in packet
 * mode.  The job itself never holds its end.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

#include "lib/msg/msg.h"

enum report_kind {
	REPORT_REFUSED = 1,	/* reason, text: it cannot run */
	REPORT_READY,		/* text: what the probe saw; waits for a byte */
	REPORT_NOEXEC,		/* value: errno; told to go, it could not */
	REPORT_ENDED,		/* value: wait status of the job itself */
};

struct report {
	enum report_kind	kind;
	uint8_t			reason;		/* enum reason */
	uint32_t		value;
	char			text[TEXT_MAX];
};

/* -1 when it cannot be written; nothing more can be done then. */
int	report_send(int fd, const struct report *);
/* 1 for a report, 0 for none now, -1 at the end (errno 0) or EBADMSG. */
int	report_read(int fd, struct report *);

#endif
