/*
 * One order to read (status, jobs, ledger, output), from its command to the
 * last byte of the answer.
 *
 *	FREE --submit--> DECIDE --granted--> RECORD --committed--> SEND
 *	    --all is sent--> FREE
 *	    (DECIDE --denied--> RECORD --committed--> FREE)
 *
 * What is told of jobs is as of the grant, and is told once the decision is on
 * disk.  What goes wrong on the way refuses the rest.
 */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "tail.h"
#include "lib/words.h"

#define READERS		8	/* at a time, as jobs */

struct runner;

enum reader_state { READER_FREE, READER_DECIDE, READER_RECORD, READER_SEND };

/* What keyd says of an order, as far as it was verified and read. */
struct asked {
	unsigned	 verb;		/* of verb.def, or 0 */
	uint64_t	 first;		/* ledger */
	uint32_t	 count;
	char		 job[JOB_ID_LEN + 1];	/* output */
	char		 id[JOB_ID_LEN + 1];	/* the order's */
	char		 submitter[PRINCIPAL_MAX + 1];
	unsigned char	 command_sha256[DIGEST_LEN];
};

struct reader {
	enum reader_state state;
	uint32_t	 conn;
	bool		 attached;	/* its client is there */
	uint32_t	 seq;		/* of the request under way */
	uint64_t	 deadline_ms;	/* of the state, or of its next step */
	struct asked	 asked;
	unsigned	 refused;	/* a reason, or 0 */
	char		 text[TEXT_MAX];	/* why; else to be said */
	struct tail	*answer;	/* all but leaves */
	uint64_t	 at, end;	/* sent of it, or the next leaf */
	bool		 leaf_asked;	/* ledgerd has the question */
	void		*leaf;		/* its answer, until there is room */
	size_t		 leaf_len;
	void		*receipt;	/* of the decision, for the end */
	size_t		 receipt_len;
	uint64_t	 uncredited;	/* bytes that the client lacks */
};

/* A free one takes an order: command and signature, as keyd gets them. */
void	reader_submit(struct runner *, struct reader *, uint32_t conn,
	    const void *order, size_t len);

/* Events.  r->asked is filled before the first two. */
void	reader_granted(struct runner *, struct reader *);
void	reader_denied(struct runner *, struct reader *, enum reason,
	    const char *message, bool is_signed);
void	reader_appended(struct runner *, struct reader *, const void *receipt,
	    size_t len);
/* ledgerd does not: record the decision, or answer with the leaf. */
void	reader_unappended(struct runner *, struct reader *,
	    const char *message);
void	reader_leaf(struct runner *, struct reader *, uint64_t index,
	    const void *receipt, size_t len);
void	reader_credit(struct runner *, struct reader *, uint32_t bytes);
void	reader_leave(struct runner *, struct reader *);	/* its client went */
void	reader_stop(struct runner *, struct reader *);	/* appliance stops */
void	reader_keyd_reset(struct runner *, struct reader *);
void	reader_ledger_reset(struct runner *, struct reader *);
void	reader_timeout(struct runner *, struct reader *);

/* Sends what there is room for, of all readers. */
void	reader_turn(struct runner *);

/* The verdict before it is recorded, or after: the first one holds. */
int	reader_refuse(struct reader *, enum reason, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));	/* -1 */

/* answer.c: fills answer, at, end and text; -1 refused. */
int	answer_make(struct runner *, struct reader *);

#endif
