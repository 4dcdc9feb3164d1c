/*
 * A receipt: one leaf of the ledger, the proof that it is in the tree, and the
 * checkpoint over that tree, in the format of c2sp.org/tlog-proof with the
 * leaf as its extra data.  To verify it takes the appliance's vkey and nothing
 * else.  docs/ledger.md has the format.
 *
 * Formatting and parsing (receipt.c) need no cryptography; verifying is in
 * receipt_verify.c, so that ledgerd carries no signature code.
 */
#ifndef RECEIPT_H
#define RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "note.h"
#include "tree.h"
#include "why.h"
#include "wire.h"

struct receipt {
	unsigned char	 leaf[LEAF_MAX];
	size_t		 leaf_len;
	uint64_t	 index;
	struct proof	 proof;
	const char	*note;		/* the checkpoint, inside the text */
	size_t		 note_len;
	unsigned	 note_line;	/* its first line */
};

/* Appends the text.  Any leaf of LEAF_MAX and note of 1 KiB fit RECEIPT_MAX. */
void	receipt_format(struct put *, const void *leaf, size_t leaf_len,
	    uint64_t index, const struct proof *, const char *note,
	    size_t note_len);

/*
 * Reads what receipt_format() writes, and nothing else: an entry without extra
 * data is refused.  Nothing in it may be trusted yet.  The text must outlive
 * the receipt.  Returns -1 with EBADMSG and *w.
 */
int	receipt_parse(struct receipt *, const char *text, size_t len,
	    struct why *w);

/*
 * Returns 0 when the checkpoint has the key's signature, is of the log that the
 * key names, and the leaf is in its tree at the receipt's index: leaf and *c
 * can be trusted then.  Else returns -1 with EBADMSG and *w.
 */
int	receipt_verify(const struct receipt *, const struct note_key *,
	    struct checkpoint *c, struct why *w);

#endif
