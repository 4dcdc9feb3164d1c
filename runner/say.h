/*
 * What the runner says to gate, keyd and ledgerd, one function a message.
 * gate hears nothing of a job whose client went.
 */
#ifndef SAY_H
#define SAY_H

#include <stddef.h>

#include "runner.h"

void	say_busy(struct runner *, uint32_t conn, enum reason,
	    const char *message);
void	say_send(struct runner *, const struct job *);
void	say_explanation(struct runner *, const struct job *, bool allowed,
	    const char *text, size_t len);
void	say_accepted(struct runner *, const struct job *);
void	say_output(struct runner *, const struct job *, int stream,
	    const void *, size_t);
/* The verdict, with its receipt if there is one. */
void	say_verdict(struct runner *, const struct job *, const void *receipt,
	    size_t len);
void	say_info(struct runner *);

/* To one who reads.  say_unread() is the refusal. */
void	say_read_data(struct runner *, const struct reader *, int stream,
	    const void *, size_t);
void	say_read_end(struct runner *, const struct reader *);
void	say_unread(struct runner *, const struct reader *,
	    const void *receipt, size_t len);

/* Each sets the job's seq anew. */
void	say_decide(struct runner *, struct job *);
void	say_append_accepted(struct runner *, struct job *);
void	say_append_verdict(struct runner *, struct job *);

/* Each sets the reader's seq anew. */
void	say_decide_reading(struct runner *, struct reader *,
	    const void *order, size_t len);
void	say_append_reading(struct runner *, struct reader *);
void	say_ledger_read(struct runner *, struct reader *);	/* leaf d->at */

#endif
