/*
 * A service's process starts in its own namespaces and cgroup.  It takes its
 * descriptors, moves to its own root, drops each privilege after its last use,
 * and executes the program.  If a step fails, the child logs why and exits
 * with code 111.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

#include "services.h"

struct spawn {
	const int	*fds;
	const char	*mode;		/* kept, ephemeral */
	const char	*boot_id;
};

/*
 * Starts a service.  `notify' becomes its descriptor 3; the caller closes its
 * own copy.  Returns the process id, or -1 after a message on the log.
 */
pid_t	spawn_service(const struct service *, const struct spawn *,
	    int notify);

#endif
