/*
 * The measurer: a child of the runner that computes the SHA-256 of whole
 * disks.  It is forked before the runner reads a byte from outside, has the
 * runtimes' disks open and nothing else, and may make few system calls besides
 * reading them.  A disk that does not respond delays only the jobs that wait
 * for its digest.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/runtimes.h"

/* The folder of the runtimes' block devices in the runner's root. */
#define MEASURE_DISKS	"/disks"

struct measured {
	size_t		i;		/* in the list of runtimes */
	int		err;		/* 0, or errno: it cannot be read */
	uint64_t	bytes;		/* that were read */
	unsigned char	sha256[DIGEST_LEN];
};

/*
 * Forks the measurer, which opens DIR/NAME for each runtime, and returns the
 * socket to it.  Exits 111 on failure.
 */
int	measure_start(const char *dir, const struct runtimes *);

/*
 * Requests the digest of runtime i; only one request for it at a time.  Exits
 * 111 when the measurer has ended.
 */
void	measure_ask(int sock, size_t i);

/*
 * Reads the next result; blocks until there is one.  Exits 111 when the
 * measurer has ended.
 */
void	measure_take(int sock, struct measured *);

/*
 * Computes the SHA-256 of a whole file or disk, and its size.  Returns 0, or -1
 * with errno.
 */
int	measure_file(int fd, unsigned char digest[DIGEST_LEN],
	    uint64_t *bytes);

#endif
