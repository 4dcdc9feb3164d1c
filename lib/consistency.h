/*
 * A consistency proof as text: the body of a C2SP tlog-witness request.  The
 * line `old SIZE' has the smaller tree's size.  The proof's hashes follow in
 * base 64, a line each.  Then come an empty line and the larger tree's signed
 * checkpoint; both are missing when there is none of this size.
 */
#ifndef CONSISTENCY_H
#define CONSISTENCY_H

#include <stddef.h>
#include <stdint.h>

#include "tree.h"
#include "why.h"
#include "wire.h"

#define CONSISTENCY_MAX	4096	/* 64 hashes and a checkpoint of 1 KiB */

struct consistency {
	uint64_t	 first;		/* the smaller size */
	struct proof	 proof;
	const char	*note;		/* inside the text, or NULL */
	size_t		 note_len;
	unsigned	 note_line;	/* its first line */
};

/* Appends the text.  note_len 0: without a checkpoint. */
void	consistency_format(struct put *, uint64_t first, const struct proof *,
	    const char *note, size_t note_len);

/*
 * Reads what consistency_format() writes, and nothing else.  Nothing in it may
 * be trusted yet.  The text must outlive the proof.  Returns -1 with EBADMSG
 * and *w.
 */
int	consistency_parse(struct consistency *, const char *text, size_t len,
	    struct why *w);

/* A proof's hashes one after another, as messages have them (PROOF_MAX). */
struct bytes	proof_bytes(const struct proof *);
/* Returns -1 with EBADMSG for a part of a hash and for too many. */
int	proof_from_bytes(struct proof *, struct bytes);

#endif
