/*
 * The disks, found by their virtio serial: "casemate-data" is the data disk
 * (ext4, at /data), "rt-NAME" a runtime (EROFS, read-only, at
 * /runner/runtimes/NAME, and for the runner to read as it is at
 * /runner/disks/NAME).  Any other disk is left alone.
 */
#ifndef DISKS_H
#define DISKS_H

#include <stdbool.h>

struct disks {
	bool	kept;		/* there is a data disk, and it is at /data */
	int	runtimes;
};

/*
 * Mounts what there is.  Replays the data disk's journal as part of that.
 * Without a data disk a tmpfs is at /data.  -1 when a data disk is there and
 * cannot be used, which is said on the log with what to do.  A runtime that
 * cannot be used is said too, and left out: its jobs will be refused.
 */
int	disks_mount(struct disks *);

#endif
