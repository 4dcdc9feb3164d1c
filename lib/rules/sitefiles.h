/*
 * The files of a site that are read, in the order of their paths, and one
 * digest over all of them.  Public tools make the same digest in the folder
 * that was packed:
 *
 *	find . -path ./tests -prune -o -type f -print | sed 's,^./,,' |
 *	    LC_ALL=C sort | xargs sha256sum | sha256sum
 */
#ifndef RULES_SITEFILES_H
#define RULES_SITEFILES_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "files.h"
#include "lib/msg/msg.h"

/* The longest is policies/NAME. */
#define SITEFILES_PATH_MAX	(FILES_NAME_MAX + 9)
#define SITEFILES_BYTES_MAX	(8u << 20) /* people take 4 MiB, rules 1 MiB */

struct sitefile {
	char		path[SITEFILES_PATH_MAX + 1];
	uint64_t	len;
	unsigned char	sha256[DIGEST_LEN];
};

struct sitefiles {
	struct sitefile	*list;
	size_t		 n;
	uint64_t	 bytes;			/* of all contents */
	uint64_t	 names;			/* of all paths */
	unsigned char	 sha256[DIGEST_LEN];	/* zeros: no files */
};

/*
 * Lists the files below dirfd and hashes them.  Returns -1 with *e; nothing is
 * to be freed then.
 */
int	sitefiles_make(struct sitefiles *, int dirfd, struct doc_error *e);
void	sitefiles_free(struct sitefiles *);

/*
 * Reads a part of the nth file.  Returns the bytes, 0 at its end, or -1 with
 * errno.
 */
ssize_t	sitefiles_read(const struct sitefiles *, size_t n, int dirfd,
	    uint64_t at, void *, size_t cap);

#endif
