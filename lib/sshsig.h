/*
 * SSH signatures as `ssh-keygen -Y sign' writes them (OpenSSH's
 * PROTOCOL.sshsig): armoured, over a message and a namespace.
 *
 * Reading one decides nothing: the key inside is the sender's own choice.
 * sshsig_check() with a key from allowed_signers decides (lib/signers.h does
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
	unsigned char	 key[1100];	/* RSA fits, to be refused by name */
	size_t		 keylen;
	char		 ns[SSHSIG_NAMESPACE_MAX + 1];
	enum sshsig_hash hash;		/* of the message */
	unsigned char	 sig[SSHKEY_SIG_MAX];
	size_t		 siglen;
};

/*
 * Reads an armoured signature; copies all it keeps.  Strict: what ssh-keygen
 * would not write is -1 with EBADMSG and *w.
 */
int	sshsig_parse(struct sshsig *, const void *armor, size_t len,
	    struct why *w);

/*
 * 0 when the signature is `key's (compared whole with the one it names) over
 * this message in this namespace; else -1 with EBADMSG.
 */
int	sshsig_check(const struct sshsig *, const struct sshkey *key,
	    const char *ns, const void *msg, size_t len);

#endif
