/*
 * Ways to make this very process less able; none can be taken back, and each
 * is inherited.  All answer 0, or -1 and why.
 */
#ifndef CONFINE_H
#define CONFINE_H

#include <linux/filter.h>

#include <stddef.h>

#include "lib/grant.h"
#include "lib/why.h"

enum confine_files {
	CONFINE_NO_FILES,	/* opens nothing more */
	CONFINE_UNPACK,		/* makes files and folders in /job */
	CONFINE_JOB,		/* reads all, runs what came with it, /tmp */
};

/* Whether the kernel has all that a job's sandbox is made of. */
int	confine_check(struct why *);

/* No capabilities, and none through a program: no_new_privs. */
int	confine_caps(struct why *);

/* The same, and an empty bounding set; needs CAP_SETPCAP for that. */
int	confine_powers(struct why *);

/* Landlock, by the layout of a job's root; no TCP; no signals outwards. */
int	confine_files(enum confine_files, struct why *);

/* Landlock: the control groups beneath this directory, and nothing else. */
int	confine_to_cgroup(int dir, struct why *);

/*
 * PR_SET_MDWE: no mapping that could be written becomes one to run, in programs
 * started from here too.  Spared are pages that are mapped twice (for those
 * there is noexec.seccomp) and what a program's headers ask for (program.h).
 */
int	confine_memory(struct why *);

/* 0 when the processor does not run memory without PROT_EXEC. */
int	confine_data(void);

/* The rlimits that control groups have no word for. */
int	confine_limits(struct why *);

/* A filter of system calls on top of those that hold. */
int	confine_calls(const struct sock_filter *, size_t n, struct why *);

#endif
