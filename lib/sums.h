/*
 * Digests of files as sha256sum(1) prints them and checks them: a line for each
 * file.
 */
#ifndef SUMS_H
#define SUMS_H

#include "lib/msg/msg.h"
#include "wire.h"

/* Bytes of a line for a path of this length. */
#define SUMS_LINE(pathlen)	(2 * DIGEST_LEN + 2 + (pathlen) + 1)

/* "HEX  PATH\n".  The path must be one that needs no escapes. */
void	sums_put(struct put *, const unsigned char digest[DIGEST_LEN],
	    const void *path, size_t len);

#endif
