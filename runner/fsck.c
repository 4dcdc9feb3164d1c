/* A query to check the whole ledger: its steps, and what they found. */
#include "query.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/log.h"
#include "runner.h"

/*
 * The counts are sent after so many leaves, so that a client sees that the
 * appliance works on.  That is less than 30 s on any disk.
 */
#define PROGRESS	16384

static void
count(struct query_fsck *f, const struct msg_ledger_fsck_is *m)
{
	f->page = m->page;
	f->leaves += m->leaves;
	f->nodes += m->nodes;
	f->disclosures += m->disclosures;
	f->files += m->files;
	f->findings += m->findings;
}

/* One JSON object on a line. */
static int
keep_counts(struct runner *r, struct query *q)
{
	const struct query_fsck *f = &q->fsck;
	char text[256];
	int n = snprintf(text, sizeof(text), "{\"leaves\":%" PRIu64
	    ",\"nodes\":%" PRIu64 ",\"disclosures\":%" PRIu64 ",\"files\":%"
	    PRIu64 ",\"findings\":%" PRIu64 "}\n", f->leaves, f->nodes,
	    f->disclosures, f->files, f->findings);

	return query_keep(r, q, 1, QUERY_DATA,
	    (struct bytes){ text, (size_t)n });
}

void
query_fsck(struct runner *r, struct query *q,
    const struct msg_ledger_fsck_is *m)
{
	const uint64_t before = q->offset;

	if (q->state != QUERY_SEND || !q->leaf_asked)
		die(EXIT_PEER, "ledgerd sent a check that was not asked for");
	q->leaf_asked = false;
	q->offset = m->next;
	count(&q->fsck, m);
	if (m->text.len != 0 && query_keep(r, q, 0, QUERY_LOST, m->text) == -1)
		return;
	if (!m->done && before / PROGRESS == m->next / PROGRESS)
		return;
	if (keep_counts(r, q) == 0 && m->done)
		q->at = q->end - 1;	/* this is the last piece */
}
