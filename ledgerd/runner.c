/* The runner's requests, and the replies. */
#include "ledgerd.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "leaf.h"
#include "lib/consistency.h"
#include "commit.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "own.h"

bool
runner_may_send(const struct ledgerd *l)
{
	return l->ready && !queue_is_full(&l->queue) &&
	    chan_fits(&l->runner);
}

/* A struct leaf_finder's. */
static bool
find_recent(void *arg, const char *name, size_t namelen, struct bytes content,
    uint64_t *leaf)
{
	struct ledgerd *l = arg;
	struct recent_key key;

	if (content.len < RECENT_LEN || queue_forgets(&l->queue))
		return false;
	recent_key(&key, name, namelen, content);
	return recent_find(&l->recent, &key, l->store.tip.tree.size, leaf);
}

static void
do_append(void *ctx, const struct msg_ledger_append *m)
{
	const struct event_info *event = event_info(m->event);
	struct ledgerd *l = ctx;
	const struct leaf_finder finder = { find_recent, l };
	struct leaf_data data;
	struct append *a;
	int ret;

	if (event == NULL || event->from != PEER_RUNNER)
		die(EXIT_PEER, "runner broke the protocol: event %u is not "
		    "its to send", m->event);
	ret = leaf_data_make(&data, event, m->fields, m->evidence, &finder);
	if (ret == -1 && errno != EMSGSIZE)
		die(EXIT_PEER, "runner broke the protocol: malformed fields of "
		    "%s", event->type);
	a = queue_push(&l->queue, &data);
	a->seq = m->seq;
	a->want_receipt = m->want_receipt;
	a->event = event;
	if (ret == 0)
		return;
	a->failure = "the event does not fit into a leaf of the ledger; "
	    "use a shorter name";
}

static void
do_info(void *ctx, const struct msg_ledger_info *m)
{
	struct ledgerd *l = ctx;
	unsigned char root[TREE_HASH];

	(void)m;
	tree_root(&l->store.tip.tree, root);
	MSG_SEND(&l->runner, ledger_info_is, .size = l->store.tip.tree.size,
	    .root = root, .room = store_room(&l->store, RESERVE));
}

/*
 * The proof that the tree of the first `first' leaves is the beginning of the
 * one with this size and root.  It is empty when that one is smaller: the
 * reader sees this by its size.  -1 when hashes on the disk are damaged.
 */
static int
prove(struct ledgerd *l, uint64_t first, uint64_t size,
    const unsigned char root[TREE_HASH], struct proof *p)
{
	unsigned char first_root[TREE_HASH];
	struct tree t;

	p->count = 0;
	if (first > size)
		return 0;
	if (store_tree(&l->store, first, &t) == -1)
		return -1;
	tree_root(&t, first_root);
	return store_prove_consistency(&l->store, first, first_root, size,
	    root, p);
}

/* The root of the signed tree of this size, or of an earlier one. */
static int
find_root(struct ledgerd *l, uint64_t size, unsigned char root[TREE_HASH])
{
	const struct signed_tree *c = &l->checkpoint;
	struct tree t;

	if (size == c->size) {
		memcpy(root, c->root, TREE_HASH);
		return 0;
	}
	if (store_tree(&l->store, size, &t) == -1)
		return -1;
	tree_root(&t, root);
	return 0;
}

static void
send_proof(struct ledgerd *l, uint32_t seq, uint64_t size,
    const struct proof *first, const struct proof *second)
{
	const struct signed_tree *c = &l->checkpoint;

	MSG_SEND(&l->runner, ledger_proof, .seq = seq, .size = size,
	    .note = { c->note, size == c->size ? c->note_len : 0 },
	    .first = proof_bytes(first), .second = proof_bytes(second));
}

/* Two consistency proofs, to one size; 0 stands for the last checkpoint's. */
static void
do_prove(void *ctx, const struct msg_ledger_prove *m)
{
	struct ledgerd *l = ctx;
	const uint64_t size = m->size == 0 ? l->checkpoint.size : m->size;
	unsigned char root[TREE_HASH];
	const char *failure = NULL;
	struct proof first, second;

	if (l->checkpoint.denied || size > l->checkpoint.size) {
		failure = "keyd has signed no checkpoint that covers it";
	} else if (find_root(l, size, root) == -1 ||
	    prove(l, m->first, size, root, &first) == -1 ||
	    prove(l, m->second, size, root, &second) == -1) {
		failure = store_error(&l->store);
		log_info("no proof from %" PRIu64 " or %" PRIu64 " to %" PRIu64
		    " leaves: %s", m->first, m->second, size, failure);
	}
	if (failure != NULL)
		MSG_SEND(&l->runner, ledger_failed, .seq = m->seq,
		    .message = failure);
	else
		send_proof(l, m->seq, size, &first, &second);
}

/* Its predecessor waits for nothing any more. */
static void
do_reset(void *ctx)
{
	struct ledgerd *l = ctx;

	queue_clear(&l->queue);
}

static bool
may_read(const void *ctx)
{
	return runner_may_send(ctx);
}

static const struct chan_row rows[] = {
	CHAN_WHILE(may_read),	/* the rest stays in the pipe */
	CHAN_ON_RESET(do_reset),
	CHAN_ON(ledger_append, do_append),
	CHAN_ON(ledger_info, do_info),
	CHAN_ON(ledger_read, read_leaf),
	CHAN_ON(ledger_disclose, read_field),
	CHAN_ON(ledger_evidence, read_evidence),
	CHAN_ON(ledger_fsck, read_fsck),
	CHAN_ON(ledger_forget, forget_order),
	CHAN_ON(ledger_erased, forget_result),
	CHAN_ON(ledger_prove, do_prove),
};

void
runner_read(struct ledgerd *l)
{
	CHAN_DISPATCH(&l->runner, rows, l);
}

/* Who caused a leaf gets it whole. */
static void
send_appended(struct ledgerd *l, const struct append *a)
{
	static char receipt[RECEIPT_MAX];
	size_t len = 0;

	if (a->want_receipt && !l->checkpoint.denied &&
	    read_receipt(l, a->index, receipt, &len) == -1)
		len = 0;	/* the leaf is on disk all the same */
	MSG_SEND(&l->runner, ledger_appended, .seq = a->seq,
	    .index = a->index, .leaf_hash = a->hash, .bytes = a->bytes,
	    .receipt = { receipt, len }, .disclosures = read_disclosures(l,
	    a->index, len == 0 ? 0 : UINT32_MAX));
}

/* In order: one that waits for its checkpoint holds back those behind it. */
void
runner_answer(struct ledgerd *l)
{
	struct queue *q = &l->queue;

	for (; q->settled > 0; queue_pop(q)) {
		const struct append *a = queue_at(q, 0);

		if (!chan_fits(&l->runner))
			return;
		if (a->failure != NULL)
			MSG_SEND(&l->runner, ledger_failed, .seq = a->seq,
			    .not_kept = a->not_kept, .message = a->failure);
		else if (a->want_receipt && a->index >= l->checkpoint.size)
			return;
		else
			send_appended(l, a);
	}
}
