/*
 * A service's process: born into its own namespaces and cgroup, it takes its
 * descriptors, moves to its own root, gives up what it does not need, and
 * becomes the program.  Powers go away in the order in which they were last
 * needed; any step that fails ends the child with exit code 111 and its words
 * on the log.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

#include "services.h"

struct spawn {
	const int	*held;
	const char	*mode;		/* kept, ephemeral */
	const char	*boot_id;
};

/*
 * Starts a service.  `notify' becomes its descriptor 3; the caller closes its
 * own copy.  Answers the process id, or -1 (said on the log).
 */
pid_t	spawn_service(const struct service *, const struct spawn *,
	    int notify);

#endif
