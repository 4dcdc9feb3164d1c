/*
 * The measurer: a process of the runner's that reads whole disks and says
 * their SHA-256.  It is forked before the runner has seen a byte from outside,
 * holds the disks of the runtimes and nothing else, and keeps three system
 * calls besides reading them, so that a disk that does not answer holds up
 * nobody but those who wait for its digest.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/runtimes.h"

/* Where init puts the runtimes' disks, block devices, in the runner's root. */
#define MEASURE_DISKS	"/disks"

struct measured {
	size_t		i;		/* in the list of runtimes */
	int		err;		/* 0, or errno: it cannot be read */
	unsigned char	sha256[DIGEST_LEN];
};

/*
 * Forks the measurer, which opens DIR/NAME for each runtime; answers the
 * socket to it.  Exits 111 when it cannot be started.
 */
int	measure_start(const char *dir, const struct runtimes *);

/* Asks for runtime i, once until it is answered.  Exits 111 when it is gone. */
void	measure_ask(int sock, size_t i);

/* The next answer; blocks until there is one.  Exits 111 when there is none. */
void	measure_take(int sock, struct measured *);

/*
 * The SHA-256 of all bytes of a file or a disk, from its beginning.  0, or
 * -1 with errno.
 */
int	measure_file(int fd, unsigned char digest[DIGEST_LEN]);

#endif
