/* Decodes any bytes; what is accepted must be what base64_put writes. */
#include "base64.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static unsigned char plain[8192], again[BASE64_LEN(8192)];
	size_t n;
	struct put p;

	if (base64_get(plain, sizeof(plain), &n, data, len) == -1)
		return 0;
	put_init(&p, again, sizeof(again));
	base64_put(&p, plain, n);
	if (p.err != 0 || p.len != len || memcmp(again, data, len) != 0)
		abort();
	return 0;
}
