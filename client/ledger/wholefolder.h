/*
 * Writes a new folder of files, whole or not at all: the files go into a
 * folder beside it, which then gets its name.
 */
#ifndef WHOLEFOLDER_H
#define WHOLEFOLDER_H

#include <stddef.h>

struct wholefolder_file {
	const char	*path;		/* in the folder; name_check_path() */
	const void	*data;
	size_t		 len;
};

/*
 * Checks that the folder can be made: it does not exist, or is empty.
 * Complains and returns -1.
 */
int	wholefolder_check(const char *dir);

/* Makes it, for its owner only.  Complains and returns -1; nothing is left. */
int	wholefolder_save(const char *dir, const struct wholefolder_file *,
	    size_t n);

#endif
