/*
 * The data disk: a file with an ext4 file system, where ledger and keys are.
 */
#ifndef DISK_H
#define DISK_H

#include <stdint.h>

#define DISK_SIZE_MIN	(16u << 20)	/* ext4 with a journal, and some room */
#define DISK_SIZE	(1ull << 30)	/* sparse: takes what is written */

/*
 * Makes the disk when there is no such file: sparse, ext4 with journal and
 * label; there at once or not at all.  Leaves any file that is there alone.
 * 1: made, 0: was there.  Complains and returns -1.
 */
int	disk_make(const char *path, uint64_t size);

#endif
