#include "receipt.h"

#include <inttypes.h>
#include <string.h>

int
receipt_verify(const struct receipt *r, const struct note_key *key,
    struct checkpoint *c, struct why *w)
{
	unsigned char hash[TREE_HASH];

	if (checkpoint_verify(key, r->note, r->note_len, r->note_line, c, w)
	    == -1)
		return -1;
	tree_hash_leaf(r->leaf, r->leaf_len, hash);
	if (tree_verify(hash, r->index, c->size, &r->proof, c->root) == -1)
		return why_set(w, "the leaf is not number %" PRIu64 " of the "
		    "%" PRIu64 " leaves that the appliance signed: leaf, "
		    "index or proof was changed", r->index, c->size);
	return 0;
}
