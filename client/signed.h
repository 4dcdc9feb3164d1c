/*
 * A submitter's order: a signed command for one appliance, and whether a
 * receipt is about it.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "buf.h"
#include "lib/command.h"
#include "verified.h"
#include "lib/msg/msg.h"
#include "pack.h"
#include "lib/sha256.h"
#include "lib/words.h"

struct order {
	struct buf	command, sig;
	unsigned char	command_sha256[DIGEST_LEN];
	struct command	what;		/* what it orders */
	char		job[JOB_ID_LEN + 1];
	time_t		made;		/* when its window began */
};

/* How a job ended, as the appliance told the client. */
struct ending {
	bool		refused;
	unsigned	code;		/* an outcome or a reason */
	unsigned	status;
	bool		accepted;	/* ACCEPTED came, with this leaf: */
	unsigned char	accepted_leaf[DIGEST_LEN];
	struct sha256	output[2];	/* stdout, stderr as they came */
	uint64_t	bytes[2];
};

/* The fields of an order to do this with a bundle. */
void	order_bundle(struct command *, enum verb, const struct pack *);

/*
 * Makes and signs a command of this verb and its fields for the appliance with
 * this vkey, good for `wait_s' and five minutes.  Complains and returns -1.
 */
int	order_make(struct order *, const struct command *, const char *vkey,
	    const char *key, uint64_t wait_s);
void	order_free(struct order *);

/*
 * 0 when the proven leaf is this order's and says what the client saw: the
 * same command, bundle, ending and output.  -1 with *w: the appliance lies.
 */
int	order_check(const struct order *, const struct ending *,
	    const struct evidence *, struct why *w);

/*
 * The same for an order to read: that it was allowed, or refused for this
 * reason (else 0).
 */
int	order_check_read(const struct order *, unsigned reason,
	    const struct evidence *, struct why *w);

#endif
