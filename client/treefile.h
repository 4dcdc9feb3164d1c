/*
 * A checkpoint in a file that the user named: that of a receipt, or a signed
 * note alone.
 */
#ifndef TREEFILE_H
#define TREEFILE_H

#include <stdbool.h>

#include "buf.h"
#include "lib/note.h"
#include "lib/receipt.h"

struct treefile {
	const char		*path;
	struct buf		 text;
	struct receipt		*receipt;	/* NULL: a note alone */
	const char		*note;		/* inside the text */
	size_t			 note_len;
	unsigned		 note_line;
	struct checkpoint	 c;
	uint32_t		 key_id;	/* of its signature, or 0 */
};

/*
 * Reads the file; nothing in it may be trusted yet.  Complains and returns -1.
 * treefile_free() in any case.
 */
int	treefile_load(struct treefile *, const char *path);

/*
 * Returns 0 when the checkpoint has this key's signature and is of its log, and
 * a receipt's leaf is in its tree.  Complains and returns -1.
 */
int	treefile_verify(struct treefile *, const struct note_key *);

void	treefile_free(struct treefile *);

#endif
