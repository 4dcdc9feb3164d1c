/*
 * A service's directory as s6 publishes it, so that s6-svstat, s6-svc and
 * s6-svwait work on ours: supervise/status (packed: two tain of 12 bytes,
 * process id, wait status, flags), supervise/control (a FIFO of one-byte
 * commands), supervise/lock, notification-fd, and event/, where every FIFO
 * that a listener made gets a byte for each change.  Supervision does not
 * depend on it: if a directory cannot be made or written, init logs it once
 * and goes on without it.
 */
#ifndef SVDIR_H
#define SVDIR_H

#include <stdbool.h>

#include "super.h"

struct svdir {
	int	dir;		/* the service directory, or -1 */
	int	control;	/* reading end of the control FIFO, or -1 */
	int	keep;		/* its writing end: no end of file, ever */
	int	lock;
	bool	paused;
};

void	svdir_init(struct svdir *);

/*
 * Makes PATH/NAME with all of the above in it; NAME is the service's.  Returns
 * 0, or -1 with errno: EBUSY when another process supervises it.
 */
int	svdir_open(struct svdir *, const char *path, const struct super *);

/* Writes the status and tells the listeners. */
void	svdir_news(struct svdir *, const struct super *, enum super_news);

/* Carries out the commands in the control FIFO. */
void	svdir_control(struct svdir *, struct super *);

#endif
