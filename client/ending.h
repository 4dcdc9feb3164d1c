/*
 * How a job or a query ended, as the appliance told the client, and whether a
 * verified receipt agrees.
 */
#ifndef ENDING_H
#define ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/sha256.h"
#include "lib/why.h"
#include "signed.h"
#include "verified.h"

struct ending {
	bool		refused;
	unsigned	code;		/* a reason when refused */
	/* Of a job that was not refused: */
	unsigned	status;		/* `code' is its outcome */
	bool		accepted;	/* ACCEPTED came, with this leaf: */
	unsigned char	accepted_leaf[DIGEST_LEN];
	struct sha256	output[2];	/* stdout, stderr as they came */
	uint64_t	bytes[2];
};

/* Whether the command only reads. */
bool	ending_is_query(const struct signed_command *);

/*
 * 0 when the leaf is this command's and records what the client saw: for a
 * job the same bundle, outcome and output, for a query the same verb and range,
 * for a refusal the same reason.  -1 with *w: the appliance lies.
 */
int	ending_check(const struct ending *, const struct signed_command *,
	    const struct verified *, struct why *w);

#endif
