/*
 * The attempts of the live probe, in three tables; each ends in a row without
 * a name.
 */
#ifndef PROBE_ATTEMPT_H
#define PROBE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/capability.h"

/*
 * One attempt.  try() returns true if it succeeded: then the sandbox is open.
 * It is made for jobs that have all capabilities in `with' and none in
 * `without'.
 */
struct probe_attempt {
	const char	*what;
	bool		(*try)(long arg);
	long		 arg;
	uint32_t	 with, without;
};

#define CAP(name)		(UINT32_C(1) << CAPABILITY_##name)
#define TRY(what, f, arg)	{ what, f, arg, 0, 0 }
#define NO_CODE(what, f, arg)	{ what, f, arg, 0, CAP(EXEC_MEMORY) }

/* Sockets, mounts, namespaces, system calls. */
extern const struct probe_attempt	probe_kernel[];

/* Memory: to execute what was written, and to learn of others' pages. */
extern const struct probe_attempt	probe_memory[];

/* Files, users, limits and what the process has. */
extern const struct probe_attempt	probe_files[];

/* Functions that attempts of several tables use. */
bool	probe_call(long nr);
bool	probe_prctl(long option);
bool	probe_open(const char *path, int flags);

#endif
