/*
 * Other programs: started without a shell, and identified by pid and start
 * time, so that a later process with the same pid is not taken for one.
 */
#ifndef PROC_H
#define PROC_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "client/buf.h"

struct proc {
	pid_t		pid;		/* 0: none */
	uint64_t	start;		/* /proc/PID/stat field 22 */
};

/* A descriptor for the new program; all others are close-on-exec. */
struct proc_fd {
	int	from;	/* ours */
	int	to;	/* its number there */
};

enum proc_kind {
	PROC_ATTACHED,	/* keeps the terminal; the caller waits for it */
	/* may outlive us: own session, no terminal, core dump or other fd */
	PROC_SESSION,
	PROC_TIED,	/* the same, but gets SIGTERM when we end */
};

/*
 * Starts argv[0], looked up in PATH and then in /usr/sbin and /sbin, in the
 * folder `dirfd' (-1: ours).  Returns its pid; complains and returns -1 when
 * there is no such program or it cannot start.
 */
pid_t	proc_start(const char *const argv[], enum proc_kind, int dirfd,
	    const struct proc_fd *fds, size_t nfds);

/* Waits; returns the exit status, or 128 + signal. */
int	proc_wait(pid_t);

/* The start time of a process; 0 when none has this pid, or it is dying. */
uint64_t proc_start_time(pid_t);

/*
 * A pidfd of exactly this process, or -1 with ESRCH when it has ended, even if
 * another process has its pid now.  Waits at most 10 s for the end of one that
 * is dying.
 */
int	proc_open(const struct proc *);
int	proc_signal(int pidfd, int sig);
/* True when it ended within the time; a negative time waits for ever. */
bool	proc_ended(int pidfd, int timeout_ms);

/* The program's path, "" when it is not found.  The caller frees. */
char	*proc_find(const char *name);

#endif
