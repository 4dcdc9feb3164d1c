/*
 * The data disk: a file with an ext4 file system for ledger and keys.
 */
#ifndef DISK_H
#define DISK_H

#include <stdint.h>

#define DISK_SIZE_MIN	(16u << 20)	/* ext4 with its journal */
#define DISK_SIZE	(1ull << 30)	/* sparse */

/*
 * Makes the disk if there is no such file: sparse, ext4 with journal and
 * label, whole or not at all.  Never changes an existing file.
 * 1: made, 0: existed.  Complains and returns -1.
 */
int	disk_make(const char *path, uint64_t size);

#endif
