/*
 * Signing through the host's ssh-keygen, which asks for the passphrase on the
 * terminal or talks to ssh-agent.  No private key passes through here.
 */
#ifndef SIGN_H
#define SIGN_H

#include <stddef.h>

#include "buf.h"

/*
 * Appends the armoured signature of the data to `sig'.  `key' is a private
 * key file, or a public one whose private half an ssh-agent holds.  Complains
 * and answers -1 when there is no signature of a kind an appliance takes.
 */
int	sign_data(const char *key, const char *ns, const void *data,
	    size_t len, struct buf *sig);

#endif
