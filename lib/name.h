/* Names that become files, folders and labels. */
#ifndef NAME_H
#define NAME_H

#include "lib/msg/msg.h"

/* Advice for a message. */
#define NAME_ADVICE \
	"use a to z, 0 to 9 and -, at most 63, not beginning with -"

#define NAME_PATH_MAX	255	/* what a ustar header holds */

/*
 * 0 for a name: [a-z0-9], then [a-z0-9-], NAME_MAX_LEN bytes at most.  Else -1,
 * EINVAL.
 */
int	name_check(const char *);

/*
 * 0 for a path that a file of a bundle may have: 1 to NAME_PATH_MAX bytes of
 * UTF-8 without control characters, relative, without an empty, "." or ".."
 * component.  Else -1, EINVAL.
 */
int	name_check_path(const char *);

#endif
