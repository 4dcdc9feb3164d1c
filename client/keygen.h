/* Runs ssh-keygen, which alone reads private keys. */
#ifndef KEYGEN_H
#define KEYGEN_H

#include "buf.h"

#define KEYGEN_ARGS_MAX	8

struct keygen {
	const char	*args[KEYGEN_ARGS_MAX];	/* up to a NULL */
	int		 in;	/* its standard input, or -1: ours */
	struct buf	 out;	/* what it wrote, up to some KiB */
	struct buf	 err;
};

/*
 * Runs it.  It asks for a passphrase on the terminal.  Returns its exit status.
 * Complains and returns -1 when it cannot be run.  keygen_free() in any case.
 */
int	keygen_run(struct keygen *);
void	keygen_free(struct keygen *);

/*
 * Checks that an appliance accepts signatures of this key file, as far as
 * ssh-keygen can tell without a passphrase.  Complains and returns -1.
 */
int	keygen_check_key(const char *key);

/* Says why signing with the key failed and what to do. */
void	keygen_say_failure(const char *key, struct keygen *);

#endif
