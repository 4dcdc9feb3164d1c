/*
 * Reading a bundle: a plain ustar archive (POSIX.1-1988) and nothing else.
 * Its first two members are manifest.yaml and manifest.yaml.sig; all others
 * are regular files files/PATH, exactly the grant's, with the digests that it
 * names, and the folders that lead to them.
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stddef.h>

#include "lib/grant.h"
#include "lib/why.h"

#define UNPACK_NO_DIR	(-1)

/*
 * Checks the archive and writes its files beneath dir, a file PATH for each
 * member files/PATH; with UNPACK_NO_DIR it only checks.  Files get mode 0555
 * or 0444 as the grant says, folders 0755; owners, modes and times of the
 * archive are not looked at.  A file is written only after its digest was
 * found right; a program that asks for memory to write and run needs the
 * capability for it.
 *
 * -1 and a message naming the member: EBADMSG for what is wrong with the
 * bundle, else the errno of what failed.  Files written before stay.
 */
int	unpack(const void *tar, size_t len, const struct grant *, int dir,
	    struct why *);

#endif
