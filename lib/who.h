/* Who is behind a job or a query: its id, its people and what they signed. */
#ifndef WHO_H
#define WHO_H

#include "lib/msg/msg.h"
#include "wire.h"

/*
 * What is not verified yet is "" or zeros; a query has neither author nor
 * manifest.
 */
struct who {
	char		job[JOB_ID_LEN + 1];	/* see command_job() */
	char		submitter[PRINCIPAL_MAX + 1];
	char		author[PRINCIPAL_MAX + 1];
	unsigned char	command_sha256[DIGEST_LEN];
	unsigned char	manifest_sha256[DIGEST_LEN];
};

#define WHO_WIRE_MAX	(4 + JOB_ID_LEN + 2 * (4 + PRINCIPAL_MAX) +	\
	2 * (4 + DIGEST_LEN))

void	who_put(struct put *, const struct who *);
void	who_get(struct get *, struct who *);

#endif
