/*
 * The conversation about one job, as a session_talk: SUBMIT to FINISHED or
 * REFUSED, or to EXPLAINED for a command that asks for the decision alone.
 */
#ifndef SUBMIT_H
#define SUBMIT_H

#include "buf.h"
#include "outlet.h"
#include "pack.h"
#include "session.h"

struct submit {
	const struct pack	*pack;
	struct outlet		*outlet;
	struct session		*session;
	uint64_t		 output_max;	/* of the manifest */
	bool			 allowed;	/* explained: it may run */
};

/*
 * Submits, streams the bundle, and copies the job's output to standard output
 * and standard error up to its end.  The message of EXPLAINED is the
 * explanation.  Complains and returns -1 when the connection breaks, the
 * appliance breaks the protocol, or it sends more output than the manifest
 * allows.  The context is a struct submit with pack and outlet.
 */
int	submit_talk(struct session *, void *submit);

#endif
