/*
 * `casemate up': its options, and what must be there before QEMU starts.
 */
#ifndef UP_H
#define UP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "client/vm/state.h"
#include "client/vm/vm.h"
#include "conn.h"
#include "opts.h"

struct up {
	const char	*name, *image, *site, *disk, *machine, *accel;
	struct opt_list	 runtimes;
	uint64_t	 disk_size, memory_mib, cpus, wait_s;
	bool		 ephemeral, foreground;
	char		*own_image, *own_disk;	/* if no option names one */
	struct buf	 site_cpio;
	char		*real[OPT_LIST_MAX + 3];	/* absolute paths */
	size_t		 nreal;
	struct vm	 vm;
	struct vm_state	 state;			/* of the one that runs */
	struct hello	 hello;
	int		 dir, lock;
	uint64_t	 started;
};

/* The value of one --runtime, "python=FILE".  Complains and returns -1. */
int	up_parse_runtime(struct up *, const char *);

/*
 * Finds all files, reads the site, and describes in *asked what is to run;
 * `accel' is "" for auto.  Changes nothing.  Complains and returns -1.
 */
int	up_resolve(struct up *, struct vm_state *asked);

/*
 * Checks the files, makes the data disk if it is missing, saves the site, and
 * chooses KVM or not.  `interrupted' ends that early.  Complains and returns
 * -1.
 */
int	up_prepare(struct up *, const volatile sig_atomic_t *interrupted);

void	up_free(struct up *);

#endif
