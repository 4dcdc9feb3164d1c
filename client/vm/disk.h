/*
 * The data disk: a file with an ext4 file system for ledger and keys.
 */
#ifndef DISK_H
#define DISK_H

#include <stdint.h>

#include "lib/why.h"

#define DISK_SIZE_MIN	(16u << 20)	/* ext4 with its journal */
#define DISK_SIZE	(1ull << 30)	/* sparse */

/*
 * Makes the disk if there is no such file: sparse, ext4 with journal and
 * label, whole or not at all.  Never changes an existing file.
 * 1: made, 0: existed.  Complains and returns -1.
 */
int	disk_make(const char *path, uint64_t size);

enum disk_state {
	DISK_USABLE,
	DISK_IN_USE,	/* by a QEMU, or by this host itself */
	DISK_BAD,	/* not writable, no ext4, cut short */
};

/* Whether an existing disk can be used now; *w says why not. */
enum disk_state	disk_check(const char *path, struct why *w);

#endif
