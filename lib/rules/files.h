/* The files of a site's folder. */
#ifndef FILES_H
#define FILES_H

#include <sys/types.h>

#include <stddef.h>

#include "lib/doc/error.h"

#define FILES_MAX	256	/* in one folder: one a component */
#define FILES_NAME_MAX	96	/* of one file; leaves room in messages */

/*
 * The files in a folder below dirfd whose names end so, sorted by name; ends
 * with NULL.  A folder that is not there is empty; the one file `also' (or
 * NULL) may be there and is left out.  NULL with *e: a name that is neither or
 * holds more than letters, digits, `-', `_' and `.'; too many; ENOMEM.  The
 * caller frees it with files_free().
 */
char	**files_list(int dirfd, const char *folder, const char *end,
	    const char *also, struct doc_error *e);
void	files_free(char **);

/* Bytes up to the file's end, at most cap: how many, or -1 with errno. */
ssize_t	files_read_all(int fd, void *buf, size_t cap);

/*
 * All of a file below dirfd, which the caller frees.  Follows no link.  NULL
 * with *e and errno: ENOENT when there is none, EBADMSG for all else.
 */
char	*files_read(int dirfd, const char *path, size_t max, size_t *lenp,
	    struct doc_error *e);

#endif
