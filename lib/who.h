/*
 * Who is behind a job or a query: its id, its people, their keys, what they
 * signed, and the rules that decided it.
 */
#ifndef WHO_H
#define WHO_H

#include "lib/msg/msg.h"
#include "sshkey.h"
#include "wire.h"

#define WHO_SESSION_MAX	256	/* a client's own text; see command.h */
#define WHO_RULES_MAX	1024	/* some 30 ids of usual length */

/*
 * What is not verified yet is "" or zeros; a query has neither author nor
 * manifest.  A key is its fingerprint, as `ssh-keygen -l' prints it.  `rules'
 * is explained in lib/rules/ids.h.
 */
struct who {
	char		job[JOB_ID_LEN + 1];	/* see command_job() */
	char		submitter[PRINCIPAL_MAX + 1];
	char		author[PRINCIPAL_MAX + 1];
	char		submitter_key[SSHKEY_FINGERPRINT_LEN + 1];
	char		author_key[SSHKEY_FINGERPRINT_LEN + 1];
	char		session[WHO_SESSION_MAX + 1];
	char		rules[WHO_RULES_MAX + 1];
	unsigned char	command_sha256[DIGEST_LEN];
	unsigned char	manifest_sha256[DIGEST_LEN];
};

#define WHO_WIRE_MAX	(4 + JOB_ID_LEN + 2 * (4 + PRINCIPAL_MAX) +	\
	2 * (4 + SSHKEY_FINGERPRINT_LEN) + 4 + WHO_SESSION_MAX +	\
	4 + WHO_RULES_MAX + 2 * (4 + DIGEST_LEN))

void	who_put(struct put *, const struct who *);
void	who_get(struct get *, struct who *);

#endif
