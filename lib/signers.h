/*
 * The site's allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS), read more
 * strictly than by OpenSSH: one principal a line, no patterns, no certificates,
 * no unknown options, no duplicate key.  Times without `Z' are UTC (OpenSSH:
 * local time, which the appliance does not have).
 */
#ifndef SIGNERS_H
#define SIGNERS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/doc/error.h"
#include "sshkey.h"
#include "codes.h"

#define SIGNERS_MAX		256		/* lines with a key */
#define SIGNERS_FILE_MAX	(256u << 10)	/* 1 KiB for each */
#define SIGNERS_NAMESPACES_MAX	255		/* a handful of names */

struct signer {
	char		 principal[PRINCIPAL_MAX + 1];
	char		 namespaces[SIGNERS_NAMESPACES_MAX + 1]; /* "": any */
	uint64_t	 valid_after;		/* unix seconds; 0: always */
	uint64_t	 valid_before;		/* UINT64_MAX: always */
	struct sshkey	 key;
	unsigned	 line;
};

struct signers {
	struct signer	*list;
	size_t		 n;
};

/*
 * Reads the text of a file called `file' in messages.  Returns -1 with *e and
 * EBADMSG or ENOMEM.  A file without any key is an error.
 */
int	signers_parse(struct signers *, const char *file, const char *text,
	    size_t len, struct doc_error *e);
void	signers_free(struct signers *);

/* The signer with this key blob, or NULL. */
const struct signer	*signers_find(const struct signers *, const void *blob,
			    size_t len);

/* Returns 0, or the reason and *w why the signer may not sign this now. */
enum reason	signers_check(const struct signer *, const char *ns,
		    uint64_t now, struct why *w);

/*
 * Verifies one signature: its form, its namespace, its signer, the signature
 * over the message, and last what its signer may sign now.  Returns 0 with
 * *signerp, or the reason with *w.  `what' names the message to a person
 * ("command").
 */
enum reason	signers_verify(const struct signers *, const char *what,
		    const char *ns, uint64_t now, const void *msg, size_t len,
		    const void *sig, size_t siglen,
		    const struct signer **signerp, struct why *w);

/* Reads YYYYMMDD[HHMM[SS]][Z], in UTC.  Returns -1 with EBADMSG. */
int	signers_parse_time(const char *text, size_t len, uint64_t *tp);

#endif
