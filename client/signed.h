/* A command for one appliance, signed by its submitter. */
#ifndef SIGNED_H
#define SIGNED_H

#include <stdint.h>
#include <time.h>

#include "buf.h"
#include "lib/command.h"
#include "lib/msg/msg.h"

struct signed_command {
	struct buf	text, sig;
	unsigned char	sha256[DIGEST_LEN];	/* of the text */
	char		id[JOB_ID_LEN + 1];	/* of the job or query */
	struct command	what;			/* the text's fields */
	time_t		made;			/* 0: not made */
};

/*
 * Makes and signs a command of this verb and its fields for the appliance with
 * this vkey, valid for `wait_s' and five minutes.  Complains and returns -1.
 */
int	signed_make(struct signed_command *, const struct command *,
	    const char *vkey, const char *key, uint64_t wait_s);
void	signed_free(struct signed_command *);

#endif
