/*
 * Irreversible restrictions of the calling process.  Children inherit them.
 * All functions return 0, or -1 with why.
 */
#ifndef CONFINE_H
#define CONFINE_H

#include <linux/filter.h>

#include <stddef.h>

#include "lib/limit.h"
#include "lib/why.h"

enum confine_files {
	CONFINE_NO_FILES,	/* opens nothing more */
	CONFINE_UNPACK,		/* makes files and folders in /job */
	CONFINE_JOB,		/* reads all, runs its files, writes /tmp */
};

/* Checks that the kernel and the processor have what a sandbox needs. */
int	confine_check(struct why *);

/* Drops all capabilities and sets no_new_privs. */
int	confine_caps(struct why *);

/* The same, and empties the bounding set, which needs CAP_SETPCAP. */
int	confine_powers(struct why *);

/* Landlock rules for a job's root.  No TCP, no signals to others. */
int	confine_files(enum confine_files, struct why *);

/* Landlock: only the control groups in this directory. */
int	confine_to_cgroup(int dir, struct why *);

/*
 * PR_SET_MDWE: no mapping that was writable becomes executable, in programs
 * started later, too.  It does not cover pages that are mapped twice (see
 * noexec.seccomp) and what a program's headers ask for (see program.h).
 */
int	confine_memory(struct why *);

/* Returns 0 when the processor does not execute memory without PROT_EXEC. */
int	confine_data(void);

/*
 * Sets the resource limits that control groups do not have.  Fails when the
 * process's own are lower: init gives the runner what jobs need.
 */
int	confine_limits(const struct limits *, struct why *);

/* Adds a filter of system calls to those already loaded. */
int	confine_calls(const struct sock_filter *, size_t n, struct why *);

#endif
