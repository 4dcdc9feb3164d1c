/*
 * Writes a cpio archive in the newc format, which the kernel unpacks as an
 * initrd.  Owner, group and time are 0, inode numbers count from 1, so that
 * the same input gives the same bytes.
 */
#ifndef CPIO_H
#define CPIO_H

#include <stddef.h>

#include "client/buf.h"

struct cpio {
	struct buf	*out;
	unsigned	 inode;
};

void	cpio_init(struct cpio *, struct buf *out);
void	cpio_add_dir(struct cpio *, const char *name);
void	cpio_add_file(struct cpio *, const char *name, const void *data,
	    size_t len);
/* The trailer, and zeros up to a multiple of 512 bytes. */
void	cpio_end(struct cpio *);

#endif
