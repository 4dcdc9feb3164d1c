/*
 * Reads a whole file up to a limit, and writes one so that it is there whole
 * or not at all.
 */
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
 * Appends the regular file `name' below dirfd to `out'.  `shown' is its
 * name in messages.  *executablep (may be NULL) is its owner's x bit.
 * Complains and returns -1 with errno, also when it has more than max bytes.
 */
int	file_read(int dirfd, const char *name, enum file_link,
	    const char *shown, size_t max, struct buf *out, bool *executablep);

/*
 * Replaces `path' by a file with these bytes: written beside it, synced,
 * renamed over it.  Complains and returns -1 with `path' as it was.
 */
int	file_save(const char *path, const void *data, size_t len, mode_t);

/* 0 when file_save() could do that now.  Complains and returns -1. */
int	file_try_save(const char *path);

#endif
