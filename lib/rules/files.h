/* The files of a site's folder. */
#ifndef RULES_FILES_H
#define RULES_FILES_H

#include <sys/types.h>

#include <stddef.h>

#include "lib/doc/error.h"

#define FILES_MAX	256	/* in one folder: one a component */
#define FILES_NAME_MAX	96	/* of one file; leaves room in messages */

/*
 * Lists the files in a folder below dirfd whose names end in `end', sorted by
 * name and closed with NULL; files_free() frees the list.  A missing folder is
 * empty.  The file `also' (or NULL) is permitted and left out.  Returns NULL
 * with *e for any other name, one with characters other than letters, digits,
 * `-', `_' and `.', too many files, and ENOMEM.
 */
char	**files_list(int dirfd, const char *folder, const char *end,
	    const char *also, struct doc_error *e);
void	files_free(char **);

/* Reads to the file's end or cap.  Returns the bytes, or -1 with errno. */
ssize_t	files_read_all(int fd, void *buf, size_t cap);

/*
 * Opens a regular file below dirfd, without following a link.  Returns -1 as
 * files_read() returns NULL.
 */
int	files_open(int dirfd, const char *path, struct doc_error *e);

/*
 * Reads a file below dirfd, without following a link.  The caller frees it.
 * Returns NULL with *e and errno: ENOENT when it is missing, else EBADMSG.
 */
char	*files_read(int dirfd, const char *path, size_t max, size_t *lenp,
	    struct doc_error *e);

#endif
