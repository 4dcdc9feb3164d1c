/*
 * Reads a consistency proof of any bytes; what is accepted must be exactly what
 * consistency_format() writes, and a proof of any hashes never verifies.
 */
#include "consistency.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static const unsigned char first[TREE_HASH] = { 1 };
	static const unsigned char second[TREE_HASH] = { 2 };
	static char again[CONSISTENCY_MAX];
	struct consistency c;
	struct why why;
	struct put p;

	if (consistency_parse(&c, (const char *)data, len, &why) == -1)
		return 0;
	put_init(&p, again, sizeof(again));
	consistency_format(&p, c.first, &c.proof, c.note, c.note_len);
	if (p.err != 0 || p.len != len || memcmp(again, data, len) != 0)
		abort();
	for (uint64_t n = 0; n < 9; n++)
		if (tree_verify_consistency(c.first, first, c.first + n,
		    second, &c.proof) == 0)
			abort();
	return 0;
}
