/*
 * What stands under a name on a disk that another system wrote.  Our files are
 * regular ones, of the process's own user, with one name: a link would lead
 * elsewhere, a FIFO would keep the opener waiting, a second name would let
 * somebody else have the same file.
 */
#ifndef FILEKIND_H
#define FILEKIND_H

#include <sys/stat.h>

#include "why.h"

#define FILEKIND_ADVICE	"the data disk was changed by another system: put " \
			"back a copy of it, or start with another one"

/* "a symbolic link", "a FIFO" and so on. */
const char	*filekind_word(mode_t mode);

/* 0 when it is a file as above; -1 with EBADMSG and *w otherwise. */
int		filekind_check(const char *name, const struct stat *,
		    struct why *w);

/* The same of what has the name now, links not followed.  -1 with ENOENT when
 * there is none. */
int		filekind_check_at(int dirfd, const char *name, struct why *w);

#endif
