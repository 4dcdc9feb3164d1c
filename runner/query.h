/*
 * A query: one signed command to read (status, jobs, ledger, consistency, fsck,
 * output, evidence, disclose) or to forget, from the command to the last byte
 * of its answer.
 *
 *	FREE --submit--> DECIDE --granted--> RECORD --committed--> SEND
 *	    --all is sent--> FREE
 *	    (DECIDE --denied--> RECORD --committed--> FREE)
 *
 * The answer is made when keyd grants the query, and is sent once the decision
 * is on disk.  An error on the way refuses the rest.
 */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg/codec.h"
#include "lib/who.h"
#include "lib/withheld.h"
#include "tail.h"
#include "lib/codes.h"

#define QUERIES		8	/* at a time; as many as jobs */

struct runner;

enum query_state { QUERY_FREE, QUERY_DECIDE, QUERY_RECORD, QUERY_SEND };

/* A part of an answer; data is NULL when there is none. */
struct query_part {
	int	 stream;	/* of READ_DATA */
	void	*data;
	size_t	 len;
};

#define QUERY_PARTS	2	/* a receipt, and its disclosures */

struct query {
	enum query_state state;
	uint32_t	 conn;
	bool		 attached;	/* its client has not left */
	uint32_t	 seq;		/* of the outstanding request */
	uint64_t	 deadline_ms;	/* of the state, or of its next step */
	void		*frame;		/* READ's payload, until recorded */
	size_t		 frame_len;
	struct who	 who;		/* once keyd has decided: */
	unsigned	 verb;		/* of verb.def, or 0 */
	uint64_t	 first;		/* leaf, or a size */
	uint32_t	 count;		/* ledger */
	uint64_t	 second;	/* consistency */
	char		 job[JOB_ID_LEN + 1];	/* output */
	char		 field[WITHHELD_NAME_MAX + 1]; /* disclose, forget */
	uint32_t	 fields;	/* mask of those that the reader sees */
	unsigned	 refused;	/* a reason, or 0 */
	char		 text[TEXT_MAX];	/* why; else READ_END's */
	struct tail	*answer;	/* not for what ledgerd sends */
	uint64_t	 at;		/* in the answer; or the next leaf */
	uint64_t	 end;		/* one past the last leaf or piece */
	uint32_t	 file;		/* evidence: the next piece is of it */
	uint64_t	 offset;	/* fsck: the next leaf */
	bool		 in_site;	/* evidence: a file of the site came */
	bool		 unnamed;	/* and not all forgotten ones are named */
	struct query_fsck {
		uint64_t page;		/* the last that is damaged */
		uint64_t leaves, nodes, disclosures, files, findings;
	} fsck;
	bool		 leaf_asked;	/* a request to ledgerd is outstanding */
	struct query_part leaf[QUERY_PARTS];	/* its reply, until there is
						   room */
	struct query_part receipt, disclosures;	/* of the decision, for the
						   end */
	uint64_t	 uncredited;	/* bytes without credit */
};

/*
 * In a free place: takes over the frame, a READ's payload in memory of
 * malloc(), and asks keyd, which must have no request.
 */
void	query_submit(struct runner *, struct query *, uint32_t conn,
	    void *frame, size_t len);

/* Events.  The fields from `who' to `fields' are set before the first two. */
void	query_granted(struct runner *, struct query *);
void	query_denied(struct runner *, struct query *, enum reason,
	    const char *message, bool is_signed);
void	query_appended(struct runner *, struct query *,
	    const struct msg_ledger_appended *);
/* ledgerd did not record the decision, or does not read the leaf. */
void	query_unappended(struct runner *, struct query *,
	    const char *message);
/*
 * It cannot give the leaf; the next ones follow.  Or it cannot give or erase
 * what is beside it, `not_kept' when that is not there.
 */
void	query_leaf_lost(struct runner *, struct query *,
	    const struct msg_ledger_failed *);
void	query_leaf(struct runner *, struct query *,
	    const struct msg_ledger_leaf *);
/* The proof that a query for consistency is for. */
void	query_proof(struct runner *, struct query *,
	    const struct msg_ledger_proof *);
/* A piece of the evidence that a query is for. */
void	query_evidence(struct runner *, struct query *,
	    const struct msg_ledger_evidence_is *);
/* What was ordered is erased; the message says what is left, or "". */
void	query_erased(struct runner *, struct query *, const char *message);
void	query_credit(struct runner *, struct query *, uint32_t bytes);
void	query_leave(struct runner *, struct query *);	/* its client left */
void	query_stop(struct runner *, struct query *);	/* appliance stops */
void	query_keyd_reset(struct runner *, struct query *);
void	query_ledger_reset(struct runner *, struct query *);
void	query_timeout(struct runner *, struct query *);

/* Sends what there is room for, of all queries. */
void	query_turn(struct runner *);

/* Refuses it, recorded or not; the first refusal holds.  Always -1. */
int	query_refuse(struct query *, enum reason, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* fsck.c: some steps of a check. */
void	query_fsck(struct runner *, struct query *,
	    const struct msg_ledger_fsck_is *);
/*
 * Keeps the nth part of a piece until there is room for it.  Without memory,
 * refuses the rest of the answer and returns -1.
 */
int	query_keep(struct runner *, struct query *, size_t n, int stream,
	    struct bytes);
/* The leaf to ask for next. */
uint64_t query_leaf_at(const struct query *);

/* answer.c: sets answer, at, end and text; -1 when it is refused. */
int	answer_make(struct runner *, struct query *);

#endif
