/*
 * OpenSSH public keys in their wire form: ssh-ed25519 (RFC 8709, libsodium)
 * and ecdsa-sha2-nistp256 (RFC 5656, BearSSL).  Other types are refused with
 * a text that says so.
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

/* -1 with EBADMSG and *w when it is not a key that we can use. */
int	sshkey_parse(struct sshkey *, const void *blob, size_t len,
	    struct why *w);

/* The type's name as it stands in files, or NULL when we cannot use it. */
const char	*sshkey_type_name(const struct sshkey *);

/* 0 when `sig' (a type's name and its signature) is the key's over the data. */
int	sshkey_verify(const struct sshkey *, const void *sig, size_t siglen,
	    const void *data, size_t len);

/* What `ssh-keygen -l' shows for any key blob. */
void	sshkey_fingerprint(char dst[SSHKEY_FINGERPRINT_LEN + 1],
	    const void *blob, size_t len);

#endif
