/*
 * A job's root file system, made of mounts in the job's own mount namespace:
 *
 *	/		tmpfs, read-only, only mount points
 *	/usr, /lib ...	the runtime's top folders and links, read-only
 *	/job		tmpfs with the bundle's files; read-only once unpacked
 *	/tmp		tmpfs, writable, no programs run from it
 *	/dev		null zero full random urandom fd stdin stdout stderr
 *	/dev/shm	as /tmp, with the capability shared-memory
 *	/proc		only the job's own processes
 */
#ifndef ROOT_H
#define ROOT_H

#include "lib/grant.h"
#include "lib/why.h"

/* Folders in the runner's root: an empty one, and the runtimes. */
#define ROOT_MNT	"/root-mnt"
#define ROOT_RUNTIMES	"/runtimes"

#define ROOT_SCRATCH_FILES	32768	/* in /tmp, and in /dev/shm */

/*
 * Builds the root, enters it and detaches the old one.  The caller is the user
 * that will own /job and /tmp and has all capabilities in its user namespace.
 * Returns -1 with why.
 */
int	root_enter(const struct grant *, struct why *);

/* Makes /job read-only. */
int	root_seal(struct why *);

#endif
