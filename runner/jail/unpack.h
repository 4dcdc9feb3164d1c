/*
 * Unpacking a bundle: a plain ustar archive (POSIX.1-1988).  Its first two
 * members are manifest.yaml and manifest.yaml.sig.  All others are regular
 * files files/PATH, exactly those of the grant and with its digests, and
 * the folders that lead to them.
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stddef.h>

#include "lib/grant.h"
#include "lib/why.h"

#define UNPACK_NO_DIR	(-1)

/*
 * Checks the archive and writes PATH in dir for each member files/PATH; with
 * UNPACK_NO_DIR it only checks.  Files get mode 0555 or 0444 as the grant
 * says, folders 0755; owners, modes and times in the archive are ignored.  A
 * file is written after its digest was checked.  A program whose headers ask
 * for memory that is writable and executable needs the capability exec-memory.
 *
 * Returns -1 with a message that names the member: EBADMSG when the bundle is
 * wrong, else the errno of what failed.  Files written before stay.
 */
int	unpack(const void *tar, size_t len, const struct grant *, int dir,
	    struct why *);

#endif
