/*
 * Other programs: started without a shell, and told apart from a stranger
 * that got the same number later.
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

/* One descriptor of a new program; all others of ours are close-on-exec. */
struct proc_fd {
	int	from;	/* ours */
	int	to;	/* its number there */
};

enum proc_kind {
	PROC_ATTACHED,	/* keeps the terminal; for programs we wait for */
	/* outlives us: own session, no terminal, no core dump, no other fd */
	PROC_SESSION,
	PROC_TIED,	/* the same, but ends with us */
};

/*
 * Starts argv[0], looked up in PATH and then in /usr/sbin and /sbin, in the
 * folder `dirfd' (-1: ours).  Answers its pid; complains and returns -1 when
 * there is no such program or it cannot start.
 */
pid_t	proc_start(const char *const argv[], enum proc_kind, int dirfd,
	    const struct proc_fd *fds, size_t nfds);

/* Waits; the exit status as a shell has it (128 + signal). */
int	proc_wait(pid_t);

/* The start time of a process, 0 when there is none with this pid. */
uint64_t proc_start_time(pid_t);

/*
 * A pidfd of exactly this process, or -1 with ESRCH when it is gone (another
 * one with its number does not count).
 */
int	proc_open(const struct proc *);
int	proc_signal(int pidfd, int sig);
/* True when it ended within the time; a negative time waits for ever. */
bool	proc_ended(int pidfd, int timeout_ms);

/* Where the program named `name' is, "" when nowhere.  The caller frees. */
char	*proc_find(const char *name);

#endif
