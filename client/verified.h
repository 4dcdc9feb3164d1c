/*
 * A receipt that has been proven: what its leaf says, and where it stands.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "leaf.h"
#include "lib/msg/msg.h"
#include "lib/note.h"
#include "lib/why.h"

struct evidence {
	struct leaf	leaf;
	uint64_t	index;
	uint64_t	size;		/* of the tree that was signed */
	char		key_name[NOTE_NAME_MAX + 1];
	uint32_t	key_id;
};

/*
 * 0 when the receipt's checkpoint carries the signature of this vkey (one
 * line), its leaf is in that tree, and the leaf is an event of that appliance.
 * -1 with *w.  evidence_free() in any case.
 */
int	evidence_check(struct evidence *, const void *receipt, size_t len,
	    const char *vkey, struct why *w);
void	evidence_free(struct evidence *);

/* One line a fact, in words. */
void	evidence_print(FILE *, const struct evidence *);

/*
 * The vkey in a file, without its newline, checked.  Complains and answers
 * -1.
 */
int	vkey_load(const char *file, char vkey[VKEY_MAX + 1]);

#endif
