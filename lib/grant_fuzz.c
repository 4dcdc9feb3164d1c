/*
 * Reads a grant, and with it every kind of the wire's fields, of any bytes, and
 * a denial; what is accepted must be exactly what is written.
 */
#include "grant.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static unsigned char again[1 << 20];

static void
read_denial(const unsigned char *data, size_t len)
{
	static struct denial d;
	struct put p;
	struct get in;

	get_init(&in, data, len);
	if (denial_get(&in, &d) == 0 && get_end(&in) == 0) {
		put_init(&p, again, sizeof(again));
		denial_put(&p, &d);
		if (p.err != 0 || p.len != len ||
		    memcmp(again, data, len) != 0)
			abort();
	}
	grant_free(&d.grant);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
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
	read_denial(data, len);
	return 0;
}
