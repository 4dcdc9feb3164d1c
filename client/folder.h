/*
 * The files of a job's folder, read once into memory, so that the bytes that
 * are hashed are packed.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "lib/msg/msg.h"

struct folder_file {
	char		*path;		/* below files/ */
	bool		 executable;
	unsigned char	 sha256[DIGEST_LEN];
	struct buf	 data;
};

struct job_folder {
	struct folder_file	*files;	/* sorted by path, in byte order */
	size_t			 n;
};

/*
 * Reads DIR/files and all below it; a missing folder has no files.  Refuses
 * what a bundle cannot hold: links, devices, names that name_check_path
 * refuses, more than MANIFEST_FILES_MAX files or BUNDLE_MAX bytes.  Complains
 * and returns -1.  folder_free() in any case.
 */
int	folder_load(struct job_folder *, const char *dir);
void	folder_free(struct job_folder *);
/* The file with this path, or NULL. */
const struct folder_file *folder_find(const struct job_folder *,
	    const char *path);

/* Names in an open folder, sorted, without "." and ".."; NULL-terminated. */
char	**folder_names(int dirfd, const char *shown);
void	folder_free_names(char **);

#endif
