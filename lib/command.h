/*
 * A command: what a signer wants one appliance to do, once.  RFC 4251 fields,
 * signed as with `ssh-keygen -Y sign -n casemate-command':
 *
 *	string	"casemate-command@v1", or @v2 for one with a session
 *	string	verb: a word of verb.def
 *	string	appliance: the vkey that HELLO showed
 *	string	nonce (16 to 32 bytes)
 *	uint64	issued_at, not_after: unix seconds
 *	string	session (v2 only): see command_check_session()
 *
 * and then, for run and explain, one bundle:
 *
 *	string	manifest_sha256 (32 bytes)
 *	string	bundle_sha256 (32 bytes)
 *	uint64	bundle_len
 *
 * for ledger, leaves from the first one on:
 *
 *	uint64	first
 *	uint32	count
 *
 * for consistency, two sizes of the ledger, the second 0 for its newest
 * checkpoint's:
 *
 *	uint64	first
 *	uint64	second
 *
 * for output, the job's id:
 *
 *	string	job (32 hex digits)
 *
 * for evidence, a leaf:
 *
 *	uint64	first
 *
 * for disclose and forget, what of a leaf:
 *
 *	uint64	first
 *	string	field: a name of withheld.def
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "lib/msg/msg.h"
#include "who.h"
#include "why.h"
#include "wire.h"
#include "withheld.h"

#define COMMAND_VERSION		"casemate-command@v1"
#define COMMAND_VERSION_SESSION	"casemate-command@v2"
#define COMMAND_NONCE_MIN	16	/* 128 bits do not collide */
#define COMMAND_NONCE_MAX	32
#define COMMAND_WINDOW_MAX	86400	/* a day: how long a nonce is kept */
#define COMMAND_SKEW_MAX	300	/* a clock that is 5 minutes ahead */
#define COMMAND_LEAVES_MAX	256	/* some half a MiB of receipts */

struct command {
	enum verb	verb;
	char		appliance[VKEY_MAX + 1];
	unsigned char	nonce[COMMAND_NONCE_MAX];
	size_t		noncelen;
	uint64_t	issued_at, not_after;
	char		session[WHO_SESSION_MAX + 1];	/* "": none */
	/* run, explain */
	unsigned char	manifest_sha256[DIGEST_LEN];
	unsigned char	bundle_sha256[DIGEST_LEN];
	uint64_t	bundle_len;
	/*
	 * ledger: from this leaf on; evidence, disclose, forget: the leaf;
	 * consistency: a size
	 */
	uint64_t	first;
	uint32_t	count;
	uint64_t	second;
	/* output */
	char		job[JOB_ID_LEN + 1];
	/* disclose, forget; a name of withheld.def */
	char		field[WITHHELD_NAME_MAX + 1];
};

/* Puts the common fields and those of the verb.  v1 without a session. */
void	command_put(struct put *, const struct command *);

/* Whether the verb has a bundle (run, explain); all others are queries. */
bool	command_has_bundle(enum verb);

/* Returns -1 with EBADMSG and *w. */
int	command_parse(struct command *, const void *, size_t len,
	    struct why *w);

/*
 * A session is the client's own text, which the ledger keeps: a ticket, or who
 * signed in.  1 to WHO_SESSION_MAX bytes of UTF-8 without anything that a
 * terminal obeys (utf8_acts()).  Returns -1 with EBADMSG and *w, which has
 * nothing of the text.
 */
int	command_check_session(const void *, size_t len, struct why *w);

/*
 * Returns 0, or REASON_STALE and *w when the command's window is not valid or
 * `now' is outside it.
 */
enum reason	command_check_time(const struct command *, uint64_t now,
		    struct why *w);

/* The job's id: the first 32 hex digits of the SHA-256 of the command. */
void	command_job(const unsigned char sha256[DIGEST_LEN],
	    char job[JOB_ID_LEN + 1]);

#endif
