/*
 * ustar archives (POSIX.1-1988) in memory: a writer of headers, and a strict
 * reader.  The reader accepts regular files and folders with clean relative
 * names, sizes in octal and right checksums.  Each other thing that tar
 * programs write has a message of its own.
 */
#ifndef USTAR_H
#define USTAR_H

#include <stdbool.h>
#include <stddef.h>

#include "why.h"

#define USTAR_BLOCK	512
#define USTAR_NAME_MAX	256	/* prefix, "/", name: 155 + 1 + 100 */

struct ustar {
	const unsigned char	*start, *next;
	size_t			 left;
	unsigned long		 headers;	/* seen so far */
};

struct ustar_member {
	unsigned long		 number;	/* from 1 */
	char			 name[USTAR_NAME_MAX + 1];
	bool			 is_dir;	/* no "/" at the end of name */
	bool			 is_executable;	/* by its owner */
	const unsigned char	*data;
	size_t			 size;
};

/* Whether these bytes begin as an archive does. */
bool	ustar_is(const void *, size_t);

/* The buffer stays the caller's and must outlive the reader. */
void	ustar_init(struct ustar *, const void *, size_t);

/*
 * Returns 1 and a member, 0 at the archive's end, -1 with EBADMSG and *why,
 * which has the member's number.  Its name is "" if the header cannot be read.
 */
int	ustar_next(struct ustar *, struct ustar_member *, struct why *);

/*
 * The header of a regular file; owner, group and time are 0.  The file's bytes
 * follow it, padded with zeros to a multiple of USTAR_BLOCK; two blocks of
 * zeros end an archive.  -1 with ENAMETOOLONG or EFBIG when a header cannot
 * hold the name or the size.
 */
int	ustar_put_header(unsigned char header[USTAR_BLOCK], const char *name,
	    unsigned mode, size_t size);

#endif
