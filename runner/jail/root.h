/*
 * A job's root file system, made of mounts in the job's own mount namespace:
 *
 *	/		tmpfs, read-only, holds nothing but mount points
 *	/usr, /lib ...	the runtime's top folders and links, read-only
 *	/job		tmpfs with the bundle's files; read-only once unpacked
 *	/tmp		tmpfs, writable, no programs run from it
 *	/dev		null zero full random urandom fd stdin stdout stderr
 *	/dev/shm	as /tmp, with the capability shared-memory
 *	/proc		the job's own processes and nothing else
 */
#ifndef ROOT_H
#define ROOT_H

#include "lib/grant.h"
#include "lib/why.h"

/* Where init puts an empty folder and the runtimes in the runner's root. */
#define ROOT_MNT	"/root-mnt"
#define ROOT_RUNTIMES	"/runtimes"

/*
 * Builds it and makes it this process's root; the old one is out of reach
 * afterwards.  The caller is the user that will own /job and /tmp and has all
 * capabilities in a user namespace of its own.  -1 and why.
 */
int	root_enter(const struct grant *, struct why *);

/* Makes /job read-only, for good. */
int	root_seal(struct why *);

#endif
