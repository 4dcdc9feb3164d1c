/*
 * What the runner sends to gate, keyd and ledgerd.  gate gets nothing about a
 * job whose client has left.
 */
#ifndef SAY_H
#define SAY_H

#include <stddef.h>

#include "lib/msg/event.h"
#include "runner.h"

/* To gate. */
void	say_info(struct runner *);
void	say_busy(struct runner *, uint32_t conn, enum reason,
	    const char *message);
void	say_send(struct runner *, const struct job *);
void	say_explanation(struct runner *, const struct job *,
	    const struct client_explained *);
void	say_accepted(struct runner *, const struct job *);
void	say_output(struct runner *, const struct job *, int stream,
	    const void *, size_t);
/* The verdict, with its receipt and disclosures; NULL: not recorded. */
void	say_verdict(struct runner *, const struct job *,
	    const struct msg_ledger_appended *);
void	say_query_data(struct runner *, const struct query *, int stream,
	    const void *, size_t);
void	say_query_end(struct runner *, const struct query *);
void	say_query_refused(struct runner *, const struct query *,
	    const struct msg_ledger_appended *);
void	say_proof(struct runner *, uint32_t conn,
	    const struct msg_ledger_proof *);

/* To keyd; each sets a new seq in the job or query. */
void	say_decide(struct runner *, struct job *);
void	say_query_decide(struct runner *, struct query *);

/*
 * To ledgerd: appends an event, SAY_APPEND(r, job_refused, true, .job = id,
 * ...).  The bool says whether the reply has a receipt.  Returns the seq of the
 * request, which the reply has, too; a reply with a seq that no job and no
 * query has is ignored.  say_append_evidence() before it adds what is kept
 * beside the leaf.
 */
#define SAY_APPEND(r, name, want_receipt, ...)				\
	(event_put_##name(say_append_fields(),				\
	    &(struct event_##name){ __VA_ARGS__ }),			\
	    say_append(r, (enum event)EVENT_NUMBER_##name, want_receipt))
/* Where the next event's fields go. */
struct put	*say_append_fields(void);
/* A file beside the next event's leaf; wiped when that is sent. */
void		 say_append_evidence(const char *name, struct bytes content);
uint32_t	 say_append(struct runner *, enum event, bool want_receipt);

/* The same; each sets a new seq in the job or query. */
void	say_append_accepted(struct runner *, struct job *);
void	say_append_verdict(struct runner *, struct job *);
void	say_append_query(struct runner *, struct query *);
/* An order to forget, and its event. */
void	say_forget(struct runner *, struct query *);
/* Asks for the next piece of what the query is for. */
void	say_query_leaf(struct runner *, struct query *);
/*
 * Asks for consistency proofs from two sizes to a third, 0 for that of the
 * newest checkpoint.  Returns the seq.
 */
uint32_t	 say_prove(struct runner *, uint64_t first, uint64_t second,
		    uint64_t size);

#endif
