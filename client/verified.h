/*
 * A verified receipt: its leaf, and where in the ledger that is.
 */
#ifndef VERIFIED_H
#define VERIFIED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "disclosed.h"
#include "leaf.h"
#include "lib/msg/msg.h"
#include "lib/note.h"
#include "lib/tree.h"
#include "lib/why.h"

struct verified {
	struct parsed_leaf	leaf;		/* as it was signed */
	struct disclosed	withheld;	/* of its fields */
	unsigned char	hash[TREE_HASH];	/* of the leaf */
	uint64_t	index;
	uint64_t	size;		/* of the tree that was signed */
	char		key_name[NOTE_NAME_MAX + 1];
	uint32_t	key_id;
};

/*
 * 0 when the receipt's checkpoint carries the signature of this vkey (one
 * line), its leaf is in that tree, and the leaf is an event of that appliance.
 * -1 with *w.  verified_free() in any case.
 */
int	verified_check(struct verified *, const void *receipt, size_t len,
	    const char *vkey, struct why *w);
/*
 * Takes disclosures of the leaf's withheld fields, as lines of text.  -1 with
 * *w when one is not of this leaf.
 */
int	verified_disclose(struct verified *, const void *lines, size_t len,
	    struct why *w);
void	verified_free(struct verified *);

/*
 * The leaf with its withheld fields, as disclosed_put() shows them;
 * leaf_free().
 */
void	verified_show(const struct verified *, struct parsed_leaf *);
/* Prints a line for each fact. */
void	verified_print(FILE *, const struct verified *);

/*
 * The file of the disclosures that belong to this receipt: FILE.disclosures,
 * and N.disclosures for N.tlog-proof.  The caller frees it.
 */
char	*verified_disclosures_path(const char *receipt);

/*
 * The vkey in a file, without its newline, checked.  Complains and
 * returns -1.
 */
int	verified_load_key(const char *file, char vkey[VKEY_MAX + 1]);

#endif
