/*
 * What `casemate up' keeps for the other commands, in a folder for each
 * appliance, ${XDG_STATE_HOME:-~/.local/state}/casemate/NAME:
 *
 *	state		the processes and how to reach the appliance
 *	qemu.pid	QEMU's pid, for people
 *	vsock.sock	the appliance, hybrid CONNECT convention
 *	console.sock	its serial console	console.log	all its output
 *	qmp.sock	QEMU's monitor		qemu.log	QEMU's messages
 *	events.log	what happened to the VM, as QEMU's monitor says it
 *	appliance.vkey	its public key
 *	data.img	its data disk, unless --disk names another
 *
 * The logs and the last two stay when it goes down.
 */
#ifndef STATE_H
#define STATE_H

#include <limits.h>
#include <stdbool.h>

#include "client/target.h"
#include "lib/sha256.h"
#include "proc.h"

#define STAMP_MAX	80
#define STATE_RUNTIMES	2048	/* 16 times a name and a stamp */

/* What the file `state' holds: client/vm/statefile.h. */
struct vm_state {
	char		boot_id[40];	/* of the host, when it went up */
	struct proc	qemu;
	struct proc	device;		/* casemate-vsock; pid 0: none */
	uint64_t	cid;		/* with vhost-vsock; else 0 */
	char		machine[16];
	char		accel[8];
	/* What `up' was asked for. */
	uint64_t	memory_mib, cpus;
	char		site[2 * SHA256_LEN + 1];	/* its cpio's digest */
	char		image[PATH_MAX];
	char		image_stamp[STAMP_MAX];	/* of client/vm/differ.h */
	char		disk[PATH_MAX];	/* "": none */
	char		runtimes[STATE_RUNTIMES];	/* "NAME STAMP " ... */
	uint64_t	ready;		/* 1: it has answered */
};

enum state_found {
	STATE_ERROR,	/* complained */
	STATE_DOWN,	/* not up */
	STATE_STALE,	/* its processes have ended, or the host was booted */
	STATE_UP,	/* QEMU runs */
};

/* Where the folders are; the caller frees.  Complains and returns NULL. */
char	*state_base(void);
/* The folder's path; the caller frees.  Complains and returns NULL. */
char	*state_path(const char *name);
/* A file's path in it. */
char	*state_file(const char *name, const char *file);

/*
 * Makes a folder and those above it (0700).  Returns -1 with errno, and the
 * path of the one that could not be made.
 */
int	state_make(char *path);
/* Makes the folder (0700) and opens it.  Complains and returns -1. */
int	state_open(const char *name);
/*
 * The path of its lock (client/vm/lock.h), or NULL.  `make': its folder is made
 * if it is missing.
 */
char	*state_lock_path(const char *name, bool make);

/* Without a state that can be read, all is 0. */
enum state_found state_load(const char *name, struct vm_state *);
/* Complains and returns -1. */
int	state_save(const char *name, struct vm_state *);
/* Removes all files but those that stay. */
void	state_remove(const char *name);

/* Where this appliance listens. */
int	state_target(const char *name, const struct vm_state *,
	    struct target *);

#endif
