/*
 * Commits: all appends that wait go into one transaction, so that many jobs
 * share one flush of the disk.
 */
#include "ledgerd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "commit.h"
#include "erase.h"
#include "leaf.h"
#include "site.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/msg/msg.h"

static const char disk_full[] = "the data disk is full; stop the appliance, "
    "and enlarge the disk or start with a larger one";
static const char file_full[] = "the ledger has reached its largest size; "
    "keep this data disk and start with a new one";

/*
 * The message for a failed transaction.  An unknown outcome ends the process:
 * the next one opens what is on the disk.
 */
static const char *
failure_text(struct ledgerd *l)
{
	if (errno == ENOSPC)
		return disk_full;
	if (errno == EFBIG)
		return file_full;
	if (errno == EBADMSG) {
		snprintf(l->damage, sizeof(l->damage), "the ledger is damaged "
		    "where it grows, %s; keep the disk for inspection and "
		    "start with another one, or put back a copy of it",
		    store_error(&l->store));
		return l->damage;
	}
	die(EXIT_SYSTEM, "commit after %" PRIu64 " leaves: %s; the ledger is "
	    "opened again", l->store.tip.tree.size, store_error(&l->store));
}

/* Puts one leaf, with the time of now, at the end of the transaction. */
static int
put_leaf(struct ledgerd *l, const struct event_info *event,
    const struct leaf_data *data, uint32_t *bytes)
{
	static char text[LEAF_MAX];
	struct store *s = &l->store;
	struct leaf leaf = {
		.index = s->next.tree.size, .source = l->source,
		.type = event->type, .prev = s->next.last,
		.boot = l->boot_id, .site = l->site, .data = data->text,
	};
	struct put p;

	clock_gettime(CLOCK_REALTIME, &leaf.time);
	clock_gettime(CLOCK_BOOTTIME, &leaf.uptime);
	put_init(&p, text, sizeof(text));
	leaf_format(&p, &leaf);
	if (p.err != 0)		/* leaf_data_make() left room */
		die(EXIT_BUG, "%s cannot be written", event->type);
	*bytes = (uint32_t)store_cost(p.len + 1 + data->beside.len);
	return store_put(s, (struct bytes){ text, p.len }, data->beside);
}

/* Puts the first n waiting appends. */
static int
put_waiting(struct ledgerd *l, size_t n)
{
	struct queue *q = &l->queue;

	for (size_t i = q->settled; i < q->settled + n; i++) {
		struct append *a = queue_at(q, i);

		if (a->failure != NULL)		/* cannot become a leaf */
			continue;
		a->index = l->store.next.tree.size;
		if (put_leaf(l, a->event, &a->data, &a->bytes) == -1)
			return -1;
		memcpy(a->hash, l->store.next.last, TREE_HASH);
	}
	return 0;
}

/*
 * Bytes that must stay free behind these appends: none when all are the ends
 * of jobs, for which they are kept free.
 */
static size_t
reserve(struct queue *q, size_t n)
{
	for (size_t i = q->settled; i < q->settled + n; i++)
		if (queue_at(q, i)->event->nr != EVENT_JOB_FINISHED)
			return RESERVE;
	return 0;
}

/* Stores the last checkpoint with the next leaf, so that it costs no flush. */
static int
put_checkpoint(struct ledgerd *l)
{
	struct signed_tree *c = &l->checkpoint;

	if (c->stored || c->note_len == 0)
		return 0;
	return store_set(&l->store, "checkpoint", c->note, c->note_len);
}

/* The most bytes of these appends' records. */
static size_t
record_bytes(struct queue *q, size_t n)
{
	size_t bytes = 0;

	for (size_t i = q->settled; i < q->settled + n; i++)
		bytes += LEAF_MAX + 1 + queue_at(q, i)->data.beside.len;
	return bytes;
}

/* Of any outcome. */
static int
begin(struct ledgerd *l, size_t leaves, size_t bytes)
{
	if (leaves > l->most_leaves)
		l->most_leaves = leaves;
	return store_begin(&l->store, leaves, bytes);
}

/* After each transaction. */
static void
note_commit(struct ledgerd *l)
{
	l->checkpoint.stored = true;
	l->last_commit_ms = clock_ms();
}

static int
commit_batch(struct ledgerd *l, size_t n)
{
	size_t bytes = record_bytes(&l->queue, n) + reserve(&l->queue, n);

	if (begin(l, n, bytes) == -1 ||
	    put_waiting(l, n) == -1 || put_checkpoint(l) == -1 ||
	    store_commit(&l->store) == -1)
		return -1;
	note_commit(l);
	return 0;
}

/* The first that waits, and what it erases.  It may fail without an error. */
static int
commit_forgetting(struct ledgerd *l)
{
	struct append *a = queue_at(&l->queue, l->queue.settled);
	size_t bytes = record_bytes(&l->queue, 1) + RESERVE;
	struct erase e;

	if (forget_plan(l, a, &e) == -1)
		return 0;
	if (begin(l, 1 + e.records, bytes + e.bytes) == -1 ||
	    put_waiting(l, 1) == -1 || forget_apply(l, a, &e) == -1 ||
	    put_checkpoint(l) == -1 || store_commit(&l->store) == -1)
		return -1;
	note_commit(l);
	forget_copies(l);
	return 0;
}

static int
commit_some(struct ledgerd *l, size_t n)
{
	if (queue_at(&l->queue, l->queue.settled)->forgets)
		return commit_forgetting(l);
	return commit_batch(l, n);
}

/* How many go into the next commit: one that forgets goes alone. */
static size_t
batch_len(struct queue *q)
{
	size_t n = 0;

	while (q->settled + n < q->len &&
	    !queue_at(q, q->settled + n)->forgets)
		n++;
	return n == 0 ? 1 : n;
}

/* Later leaves may refer to the files of this one, which is on disk. */
static void
note_files(struct recent *r, const struct append *a)
{
	struct recent_key key;
	struct get g;

	get_init(&g, a->data.evidence.p, a->data.evidence.len);
	while (g.left != 0) {
		const uint8_t kind = get_u8(&g);
		struct bytes content;
		size_t len;
		const char *name = get_string(&g, &len, EVIDENCE_NAME_MAX);

		content.p = get_string(&g, &content.len, UINT32_MAX);
		if (kind != LEAF_FILE_BYTES || content.len < RECENT_LEN)
			continue;
		recent_key(&key, name, len, content);
		recent_add(r, &key, a->index);
	}
}

/* Gives the first n waiting appends their outcome. */
static void
settle(struct ledgerd *l, size_t n, const char *failure)
{
	struct queue *q = &l->queue;

	for (; n > 0; n--) {
		struct append *a = queue_at(q, q->settled);

		if (a->failure == NULL)
			a->failure = failure;
		if (a->failure == NULL && !queue_forgets(q))
			note_files(&l->recent, a);
		queue_settle(q);
	}
}

void
commit_waiting(struct ledgerd *l)
{
	struct queue *q = &l->queue;
	bool alone = false;

	while (l->ready && !l->stopped && q->settled < q->len) {
		const size_t n = alone ? 1 : batch_len(q);
		const char *failure = NULL;

		if (commit_some(l, n) == -1)
			failure = failure_text(l);
		if (failure != NULL && n > 1) {	/* some may fit alone */
			alone = true;
			continue;
		}
		if (failure != NULL)
			log_info("%s refused: %s",
			    queue_at(q, q->settled)->event->type, failure);
		settle(l, n, failure);
	}
}

const char *
commit_own(struct ledgerd *l, const struct own_leaf *own)
{
	struct store *s = &l->store;
	const uint64_t index = s->tip.tree.size;
	uint32_t bytes;

	if (store_begin(s, 1, LEAF_MAX + leaf_data_len(&own->data) +
	    own->reserve) == -1 ||
	    put_leaf(l, own->event, &own->data, &bytes) == -1 ||
	    (own->name != NULL &&
	    store_set(s, own->name, own->value, strlen(own->value)) == -1) ||
	    (own->site != NULL && site_set(s, own->site, index) == -1) ||
	    put_checkpoint(l) == -1 || store_commit(s) == -1)
		return failure_text(l);
	note_commit(l);
	s->upgraded_from = "";
	if (chan_fits(&l->runner))	/* or it asks when it starts again */
		MSG_SEND(&l->runner, ledger_grew, .size = s->tip.tree.size);
	return NULL;
}
