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

#include <stddef.h>
#include <stdint.h>

#include "files.h"
#include "lib/msg/msg.h"

struct sitefile {
	char		 path[SITE_PATH_MAX + 1];
	uint64_t	 len;
	unsigned char	 sha256[DIGEST_LEN];
	const void	*data;		/* once it is mapped */
};

struct sitefiles {
	struct sitefile	*list;
	size_t		 n;
	uint64_t	 bytes;			/* of all contents */
	uint64_t	 names;			/* of all paths */
	unsigned char	 sha256[DIGEST_LEN];	/* zeros: no files */
};

/*
 * Lists the files below dirfd and hashes them.  Returns -1 with *e, also for
 * more than SITE_BYTES_MAX; nothing is to be freed then.
 */
int	sitefiles_make(struct sitefiles *, int dirfd, struct doc_error *e);
void	sitefiles_free(struct sitefiles *);

/*
 * Maps all files, which costs no memory where the kernel has them in its cache.
 * Nothing may change them after that.  Returns -1 with *e if one has changed
 * since the list was made.
 */
int	sitefiles_map(struct sitefiles *, int dirfd, struct doc_error *e);

#endif
