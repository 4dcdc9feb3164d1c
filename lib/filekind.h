/*
 * Checks of a file on a disk that another system may have written.  Our files
 * are regular, belong to the process's user and have one name: a link leads
 * elsewhere, a FIFO blocks the opener, a second name gives others access.
 */
#ifndef FILEKIND_H
#define FILEKIND_H

#include <sys/stat.h>

#include "why.h"

#define FILEKIND_ADVICE	"the data disk was changed by another system: put " \
			"back a copy of it, or start with another one"

/* "a symbolic link", "a FIFO" and so on. */
const char	*filekind_word(mode_t mode);

/* Returns 0 for a file as above; else -1 with EBADMSG and *w. */
int		filekind_check(const char *name, const struct stat *,
		    struct why *w);

/* The same by name, without following a link; also -1 with ENOENT. */
int		filekind_check_at(int dirfd, const char *name, struct why *w);

#endif
