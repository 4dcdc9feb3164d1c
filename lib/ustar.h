/*
 * A strict reader of ustar headers: regular files and folders, names that
 * cannot leave the folder, sizes in octal, checksums that agree.  Everything
 * else that tar programs write has a message of its own.
 */
#ifndef USTAR_H
#define USTAR_H

#include <stdbool.h>
#include <stddef.h>

#include "why.h"

#define USTAR_BLOCK	512
#define USTAR_NAME_MAX	256	/* prefix, "/", name: 155 + 1 + 100 */

struct ustar {
	const unsigned char	*next;
	size_t			 left;
	unsigned long		 headers;	/* seen so far */
};

struct ustar_member {
	char			 name[USTAR_NAME_MAX + 1];
	bool			 is_dir;	/* no "/" at the end of name */
	const unsigned char	*data;
	size_t			 size;
};

/* Reads from the caller's buffer, which must outlive it. */
void	ustar_init(struct ustar *, const void *, size_t);

/* 1 and a member, 0 at the archive's proper end, -1 (EBADMSG) and why. */
int	ustar_next(struct ustar *, struct ustar_member *, struct why *);

#endif
