/*
 * A manifest's list of files, held against the files themselves.
 */
#ifndef MANIFEST_FILES_H
#define MANIFEST_FILES_H

#include "buf.h"
#include "folder.h"
#include "lib/manifest.h"
#include "lib/ustar.h"

/*
 * 0 when the manifest lists exactly these files, with their digests and
 * executable bits.  Else complains about each difference and returns -1.
 * `where' is the folder or bundle in messages.
 */
int	manifest_files_check(const char *where, const struct manifest *,
	    const struct job_folder *);

/*
 * Complains and returns -1 when the job certainly cannot run argv[0]; else
 * returns 0.
 */
int	manifest_files_check_program(const char *where,
	    const struct manifest *);

/* Appends a `files:' section that manifest_files_check() accepts. */
void	manifest_files_append(struct buf *manifest, const struct job_folder *);

/*
 * Fills `found' with the rest of the archive's members: files/PATH, regular,
 * each once, and folders that lead to files of the manifest.  Complains and
 * returns -1; folder_free() in any case.
 */
int	manifest_files_read(struct job_folder *found, const char *where,
	    const struct manifest *, struct ustar *);

/* ustar_next() that complains about the bundle `where'. */
int	manifest_files_next(const char *where, struct ustar *,
	    struct ustar_member *);

#endif
