/* A query for what is kept beside a leaf: its files, one part at a time. */
#include "query.h"

#include <stdio.h>
#include <string.h>

#include "lib/evidence_names.h"
#include "lib/log.h"
#include "runner.h"

/* A site has more files than there is room for names. */
static void
note_forgotten(struct query *q, const char *name)
{
	static const char begin[] = "forgotten: ", more[] = ", ...";
	const size_t len = strlen(q->text);

	if (q->unnamed)
		return;
	q->unnamed = len + strlen(begin) + strlen(name) + sizeof(more) >
	    sizeof(q->text);
	snprintf(q->text + len, sizeof(q->text) - len, "%s%s",
	    q->unnamed ? more : len == 0 ? begin : ", ",
	    q->unnamed ? "" : name);
}

static bool
is_of_site(const char *name)
{
	return strncmp(name, EVIDENCE_SITE, strlen(EVIDENCE_SITE)) == 0;
}

/*
 * Forgotten while it was read.  Of a part of a file, or of a site, the client
 * would find that it has not the digest in the leaf.
 */
static bool
is_cut(const struct query *q, const struct msg_ledger_evidence_is *m)
{
	return q->offset != 0 || (q->in_site && is_of_site(m->name));
}

static void
refuse_cut(struct runner *r, struct query *q, const char *name)
{
	char why[TEXT_MAX];

	snprintf(why, sizeof(why), "%s was forgotten while it was read; read "
	    "the rest again", name);
	query_denied(r, q, REASON_NOT_KEPT, why, false);
}

/* -1 without memory; the query has ended then. */
static int
keep_part(struct runner *r, struct query *q,
    const struct msg_ledger_evidence_is *m)
{
	const struct bytes name = { m->name, strlen(m->name) };

	q->in_site |= is_of_site(m->name);
	if (q->offset == 0 && query_keep(r, q, 0, QUERY_NAME, name) == -1)
		return -1;
	return m->data.len == 0 ? 0 : query_keep(r, q, 1, QUERY_BYTES,
	    m->data);
}

/* A name without a file comes after the last. */
void
query_evidence(struct runner *r, struct query *q,
    const struct msg_ledger_evidence_is *m)
{
	if (q->state != QUERY_SEND || !q->leaf_asked)
		die(EXIT_PEER, "ledgerd sent evidence that was not asked for");
	q->leaf_asked = false;
	if (m->name[0] == '\0') {
		q->at = q->end;
		return;
	}
	if (m->forgotten && is_cut(q, m)) {
		refuse_cut(r, q, m->name);
		return;
	}
	if (m->forgotten)
		note_forgotten(q, m->name);
	else if (keep_part(r, q, m) == -1)
		return;
	q->file += m->last;
	q->offset = m->last ? 0 : q->offset + m->data.len;
}
