/*
 * The appliance's services, as a table: each one's program, user, root,
 * limits and descriptors.  A service's descriptors are listed by their
 * numbers in lib/fds.h; each entry names the descriptor of init's own
 * (fdstore.h) that the service gets there.
 */
#ifndef SERVICES_H
#define SERVICES_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fdstore.h"
#include "levels.h"

enum {
	UID_GATE = 901,
	UID_RUNNER = 902,
	UID_KEYD = 903,
	UID_LEDGERD = 904,
	UID_CONSOLE = 905,
};

#define SERVICE_FDS	16
#define SERVICE_ARGS	6

struct service {
	const char	*name;		/* as in service.def */
	const char	*path;
	/* "@mode" and "@boot" stand for the mode and the boot's id. */
	const char	*argv[SERVICE_ARGS];
	uid_t		 uid;
	const char	*root;		/* its root directory, from ours */
	unsigned long	 root_flags;	/* mount flags; MS_REC: submounts too */
	const char	*cgroup;
	uint64_t	 caps;		/* kept, as ambient capabilities */
	unsigned long	 memlock;	/* bytes that it may lock */
	unsigned long	 nofile;	/* descriptors; 0: init's own limit */
	int		 oom_score;	/* the lowest is killed last */
	unsigned	 stop_ms;
	enum fdstore	 fds[SERVICE_FDS];	/* by target number */
};

enum service_id {
#define SERVICE(name, word)	SERVICE_##name,
#include "service.def"
#undef SERVICE
	SERVICE_N,
};

extern const struct service	services[SERVICE_N];
extern const struct levels_row	service_levels[SERVICE_N];

/* The last level that "ready" waits for: it does not wait for the console. */
#define SERVICE_READY_LEVEL	2

#endif
