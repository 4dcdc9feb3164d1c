/*
 * Reads a grant, and with it every kind of the wire's fields, of any bytes;
 * what is accepted must be exactly what grant_put writes.
 */
#include "grant.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static unsigned char again[1 << 20];
	static struct grant g;
	struct put p;
	struct get in;

	get_init(&in, data, len);
	grant_init(&g);
	if (grant_get(&in, &g) == 0 && get_end(&in) == 0) {
		put_init(&p, again, sizeof(again));
		grant_put(&p, &g);
		if (p.err != 0 || p.len != len ||
		    memcmp(again, data, len) != 0)
			abort();
	}
	grant_free(&g);
	return 0;
}
