/*
 * SHA-256.  The hashing is BearSSL's: constant time, no tables, no allocation.
 */
#ifndef SHA256_H
#define SHA256_H

#include <bearssl.h>

#include <stddef.h>

#define SHA256_LEN	32

struct sha256 {
	br_sha256_context	ctx;
};

/*
 * Init, then any number of updates, then final, which returns the hash of all
 * data so far.  More updates may follow.
 */
void	sha256_init(struct sha256 *);
void	sha256_update(struct sha256 *, const void *, size_t);
void	sha256_final(const struct sha256 *, unsigned char out[SHA256_LEN]);

/* All in one call.  `out' may lie inside the data. */
void	sha256(const void *, size_t, unsigned char out[SHA256_LEN]);

/* The digest in hex, with a NUL. */
void	sha256_hex(const unsigned char digest[SHA256_LEN],
	    char hex[2 * SHA256_LEN + 1]);

#endif
