/*
 * Reads a receipt of any bytes; what is accepted must be exactly what
 * receipt_format writes.
 */
#include "receipt.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static struct receipt r;
	static char again[RECEIPT_MAX];
	struct checkpoint c;
	struct why why;
	struct put p;
	struct note_key key = { .name = "casemate" };

	if (receipt_parse(&r, (const char *)data, len, &why) == -1)
		return 0;
	put_init(&p, again, sizeof(again));
	receipt_format(&p, r.leaf, r.leaf_len, r.index, &r.proof, r.note,
	    r.note_len);
	if (p.err != 0 || p.len != len || memcmp(again, data, len) != 0)
		abort();
	if (receipt_verify(&r, &key, &c, &why) == 0)
		abort();	/* nobody has the key of all zeros */
	return 0;
}
