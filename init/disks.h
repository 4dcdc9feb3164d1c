/*
 * The disks, found by their virtio serial.  "casemate-data" is the data disk
 * (ext4, at /data).  "rt-NAME" is a runtime (EROFS, read-only, at
 * /runner/runtimes/NAME; the runner reads the block device at
 * /runner/disks/NAME).  Other disks are not touched.
 */
#ifndef DISKS_H
#define DISKS_H

#include <stdbool.h>

#include "lib/msg/msg.h"

#define DISKS_LEFT_OUT	16	/* more are only on the log */

struct disks {
	bool	kept;		/* a data disk is at /data */
	int	runtimes;
	/* The same as "NAME=BYTES,NAME=BYTES". */
	char	list[BOOT_RUNTIMES_MAX + 1];
	/* Names of those left out; "" if it is not a name. */
	int	left_out;
	char	names[DISKS_LEFT_OUT][NAME_MAX_LEN + 1];
};

/*
 * Mounts the disks, which replays the data disk's journal; without a data disk
 * it mounts a tmpfs at /data.  Returns -1 when a data disk cannot be used, and
 * logs why and what to do.  A runtime that cannot be used is logged and left
 * out; jobs that name it are refused.
 */
int	disks_mount(struct disks *);

#endif
