/*
 * The conversation about one job: SUBMIT to FINISHED or REFUSED, or for an
 * order to explain one, to EXPLAINED.
 */
#ifndef SUBMIT_H
#define SUBMIT_H

#include "buf.h"
#include "conn.h"
#include "signed.h"
#include "outlet.h"
#include "pack.h"

struct submit {
	struct conn		*conn;
	const struct pack	*pack;
	const struct order	*order;
	struct outlet		*outlet;
	uint64_t		 output_max;	/* of the manifest */
	struct ending		 end;
	bool			 allowed;	/* explained: it may run */
	struct buf		 message;	/* from the appliance */
	struct buf		 receipt;	/* empty: none */
};

/*
 * Submits, streams the bundle, and copies the job's output to standard output
 * and standard error until its end is told.  0: s->end, message and receipt
 * are filled; nothing of them is proven yet.  The message of an order to
 * explain is the explanation.  Complains and returns -1 when the connection
 * breaks, the appliance breaks the protocol, or it sends more output than the
 * manifest allows.
 */
int	submit_run(struct submit *);
void	submit_free(struct submit *);

#endif
