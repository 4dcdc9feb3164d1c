/*
 * OpenSSH public keys in their wire form: ssh-ed25519 (RFC 8709, libsodium)
 * and ecdsa-sha2-nistp256 (RFC 5656, BearSSL).  Other types are refused by
 * name.
 */
#ifndef SSHKEY_H
#define SSHKEY_H

#include <stddef.h>

#include "why.h"

#define SSHKEY_BLOB_MAX		104	/* a P-256 key; Ed25519 has 51 bytes */
#define SSHKEY_SIG_MAX		128	/* a P-256 signature has at most 101 */
#define SSHKEY_FINGERPRINT_LEN	50	/* "SHA256:" and 43 digits */

struct sshkey_type;

struct sshkey {
	const struct sshkey_type *type;
	unsigned char	 blob[SSHKEY_BLOB_MAX];	/* compared whole */
	size_t		 len;
	size_t		 point;			/* offset of the key proper */
};

/* Returns -1 with EBADMSG and *w for a key that we cannot use. */
int	sshkey_parse(struct sshkey *, const void *blob, size_t len,
	    struct why *w);

/* The type's name, as in files; NULL for a key that we cannot use. */
const char	*sshkey_type_name(const struct sshkey *);

/* Returns 0 when `sig' (a type and a signature) is the key's over the data. */
int	sshkey_verify(const struct sshkey *, const void *sig, size_t siglen,
	    const void *data, size_t len);

/* What `ssh-keygen -l' shows for any key blob. */
void	sshkey_fingerprint(char dst[SSHKEY_FINGERPRINT_LEN + 1],
	    const void *blob, size_t len);

#endif
