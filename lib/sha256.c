#include "sha256.h"

void
sha256_init(struct sha256 *h)
{
	br_sha256_init(&h->ctx);
}

void
sha256_update(struct sha256 *h, const void *data, size_t len)
{
	br_sha256_update(&h->ctx, data, len);
}

void
sha256_final(const struct sha256 *h, unsigned char out[SHA256_LEN])
{
	br_sha256_out(&h->ctx, out);
}

void
sha256(const void *data, size_t len, unsigned char out[SHA256_LEN])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, data, len);
	sha256_final(&h, out);
}

void
sha256_hex(const unsigned char digest[SHA256_LEN],
    char hex[2 * SHA256_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_LEN; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * SHA256_LEN] = '\0';
}
