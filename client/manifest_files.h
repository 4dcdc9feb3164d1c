/*
 * A manifest's list of files against the files that are there.
 */
#ifndef MATCH_H
#define MATCH_H

#include "buf.h"
#include "folder.h"
#include "lib/grant.h"
#include "ustar.h"

/*
 * 0 when the grant lists exactly these files, with their digests and
 * executable bits.  Else complains about each difference and answers -1.
 * `where' is the folder or bundle in messages.
 */
int	match_check(const char *where, const struct grant *,
	    const struct folder *);

/* Appends a `files:' section that match_check() agrees with. */
void	match_append_section(struct buf *manifest, const struct folder *);

/*
 * Fills `found' with the members that are left: files/PATH, regular, each
 * once.  Complains and returns -1.  folder_free() in any case.
 */
int	match_read_bundle(struct folder *found, const char *where,
	    struct ustar_reader *);

#endif
