/*
 * Signs through the host's ssh-keygen, which asks for the passphrase on the
 * terminal or uses ssh-agent.  Casemate never reads a private key.
 */
#ifndef SIGN_H
#define SIGN_H

#include <stddef.h>

#include "buf.h"

/*
 * Appends the armoured signature of the data to `sig'.  `key' is a private
 * key file, or a public one whose private half an ssh-agent holds.  Complains
 * and returns -1, also for a signature that an appliance does not accept.
 */
int	sign_data(const char *key, const char *ns, const void *data,
	    size_t len, struct buf *sig);

#endif
