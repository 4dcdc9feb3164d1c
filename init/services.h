/*
 * The appliance's services, as a table: who runs with what.  The descriptors
 * of a service are listed by the number that lib/fds.h gives them; each names
 * one of init's own, which live as long as init does.
 */
#ifndef SERVICES_H
#define SERVICES_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "levels.h"

enum {
	UID_GATE = 901,
	UID_RUNNER = 902,
	UID_KEYD = 903,
	UID_LEDGERD = 904,
	UID_CONSOLE = 905,
};

/* init's own descriptors. */
enum held {
	HELD_NONE,
	HELD_NULL,		/* /dev/null */
	HELD_LOG,		/* the console, for writing, never blocking */
	HELD_TTY,		/* the console, for reading and writing */
	HELD_LISTEN,		/* the vsock listening socket */
	HELD_CGROUP,		/* the runner's cgroup */
	HELD_KEYD_STATE,
	HELD_SITE,
	/* pipes: the reading end, then the writing end */
	HELD_GATE_RUNNER_R,	HELD_GATE_RUNNER_W,
	HELD_RUNNER_GATE_R,	HELD_RUNNER_GATE_W,
	HELD_RUNNER_KEYD_R,	HELD_RUNNER_KEYD_W,
	HELD_KEYD_RUNNER_R,	HELD_KEYD_RUNNER_W,
	HELD_RUNNER_LEDGERD_R,	HELD_RUNNER_LEDGERD_W,
	HELD_LEDGERD_RUNNER_R,	HELD_LEDGERD_RUNNER_W,
	HELD_KEYD_LEDGERD_R,	HELD_KEYD_LEDGERD_W,
	HELD_LEDGERD_KEYD_R,	HELD_LEDGERD_KEYD_W,
	HELD_CONSOLE_INIT_R,	HELD_CONSOLE_INIT_W,
	HELD_INIT_CONSOLE_R,	HELD_INIT_CONSOLE_W,
	HELD_N,
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
	unsigned long	 root_flags;	/* mount flags; MS_REC: what is below too */
	const char	*cgroup;
	uint64_t	 caps;		/* kept, as ambient capabilities */
	unsigned long	 memlock;	/* bytes that it may lock */
	int		 oom_score;	/* lower dies later */
	unsigned	 stop_ms;
	enum held	 fds[SERVICE_FDS];	/* by target number */
};

enum service_id {
#define SERVICE(name, word)	SERVICE_##name,
#include "service.def"
#undef SERVICE
	SERVICE_N,
};

extern const struct service	services[SERVICE_N];
extern const struct order_row	service_order[SERVICE_N];

/* The last level that "ready" waits for: the console is a convenience. */
#define SERVICE_READY_LEVEL	2

#endif
