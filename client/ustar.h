/*
 * POSIX ustar archives in memory: writing one that is the same for the same
 * input, and walking one that came from outside.
 */
#ifndef USTAR_H
#define USTAR_H

#include <stddef.h>

#include "buf.h"

#define USTAR_BLOCK	512
#define USTAR_NAME_MAX	256	/* prefix 155, a slash, name 100 */

struct ustar_member {
	char			 name[USTAR_NAME_MAX + 1];
	char			 type;		/* '0' file, '5' folder, ... */
	unsigned		 mode;
	const unsigned char	*data;		/* into the archive */
	size_t			 len;
};

struct ustar_reader {
	const unsigned char	*base;
	size_t			 len;
	size_t			 at;	/* of the next header */
	const char		*error;	/* what was wrong, after a -1 */
};

/* A regular file.  -1 with ENAMETOOLONG when ustar cannot hold the name. */
int	ustar_add(struct buf *, const char *name, unsigned mode,
	    const void *data, size_t len);
/* The two blocks of zeros that end an archive. */
void	ustar_end(struct buf *);

void	ustar_init(struct ustar_reader *, const void *data, size_t len);
/* 1: a member; 0: the end; -1: malformed, r->at is the bad header's place. */
int	ustar_next(struct ustar_reader *r, struct ustar_member *);

#endif
