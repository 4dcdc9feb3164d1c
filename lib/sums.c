#include "sums.h"

#include "sha256.h"

void
sums_put(struct put *p, const unsigned char digest[DIGEST_LEN],
    const void *path, size_t len)
{
	char hex[2 * DIGEST_LEN + 1];

	sha256_hex(digest, hex);
	put_raw(p, hex, 2 * DIGEST_LEN);
	put_raw(p, "  ", 2);
	put_raw(p, path, len);
	put_raw(p, "\n", 1);
}
