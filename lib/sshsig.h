/*
 * SSH signatures as `ssh-keygen -Y sign' writes them (OpenSSH's
 * PROTOCOL.sshsig): armoured, over a message and a namespace.
 *
 * A signature that can be read proves nothing: the sender chose the key inside.
 * sshsig_check() with a key from allowed_signers does (signers_verify() does
 * both).
 */
#ifndef SSHSIG_H
#define SSHSIG_H

#include <stddef.h>

#include "sshkey.h"

#define SSHSIG_NAMESPACE_MAX	64	/* ours have under 20 bytes */

#define NAMESPACE_COMMAND	"casemate-command"
#define NAMESPACE_MANIFEST	"casemate-manifest"

enum sshsig_hash {
	SSHSIG_SHA256,
	SSHSIG_SHA512,
};

struct sshsig {
	unsigned char	 key[1100];	/* RSA fits: its refusal names it */
	size_t		 keylen;
	char		 ns[SSHSIG_NAMESPACE_MAX + 1];
	enum sshsig_hash hash;		/* of the message */
	unsigned char	 sig[SSHKEY_SIG_MAX];
	size_t		 siglen;
};

/*
 * Reads an armoured signature and copies its parts.  Returns -1 with EBADMSG
 * and *w for what ssh-keygen does not write.
 */
int	sshsig_parse(struct sshsig *, const void *armor, size_t len,
	    struct why *w);

/*
 * Returns 0 when the signature is from this key (compared whole with the one in
 * it) over this message in this namespace; else -1 with EBADMSG.
 */
int	sshsig_check(const struct sshsig *, const struct sshkey *key,
	    const char *ns, const void *msg, size_t len);

#endif
