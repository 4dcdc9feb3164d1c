/* Reads a whole file up to a limit, and writes one. */
#ifndef FILE_H
#define FILE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum file_link {
	FILE_FOLLOW,	/* a name that the user typed */
	FILE_NOFOLLOW,	/* a name found in a folder: no symbolic link */
};

/*
 * Why opening it failed with errno, for a message: the kind of a file that is
 * of the wrong kind, or strerror().  Valid until the next call.
 */
const char *file_reason(int dirfd, const char *name);

/*
 * Appends the regular file `name' below dirfd to `out'.  `shown' is its
 * name in messages.  *executablep (may be NULL) is its owner's x bit.
 * Complains and returns -1 with errno, also when it has more than max bytes.
 */
int	file_read(int dirfd, const char *name, enum file_link,
	    const char *shown, size_t max, struct buf *out, bool *executablep);

/*
 * Returns 0 when the path that the user typed is a regular file that can be
 * read; else complains and returns -1.
 */
int	file_check(const char *path);

/*
 * Writes these bytes to the file that the user named, as save.h says.
 * Complains and returns -1.
 */
int	file_save(const char *path, const void *data, size_t len, mode_t);

#endif
