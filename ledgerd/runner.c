/* What the runner asks of ledgerd, and the answers. */
#include "ledgerd.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "leaf.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "lib/receipt.h"

/* For any one answer. */
static bool
runner_has_room(const struct ledgerd *l)
{
	return chan_room(&l->runner) >= RECEIPT_MAX + CHAN_PACKET;
}

bool
runner_may_ask(const struct ledgerd *l)
{
	return l->ready && !queue_is_full(&l->queue) && runner_has_room(l);
}

/* Whether the event makes a leaf, at the worst place it could get. */
static int
try_leaf(const struct ledgerd *l, const struct event_info *event,
    const void *fields, size_t len)
{
	static char text[LEAF_MAX];
	static const unsigned char prev[TREE_HASH];
	struct leaf leaf = {
		.index = UINT64_MAX, .source = l->source, .event = event,
		.fields = fields, .fields_len = len, .prev = prev,
	};
	struct put p;

	put_init(&p, text, sizeof(text));
	return leaf_format(&p, &leaf);
}

static void
do_append(struct ledgerd *l, struct get *g)
{
	uint32_t seq = get_u32(g);
	const struct event_info *event = event_info(get_u8(g));
	uint8_t want_receipt = get_u8(g);
	size_t len;
	const void *fields = get_string(g, &len, EVENT_MAX);
	struct request *r;

	if (get_end(g) == -1 || event == NULL || want_receipt > 1)
		die(EXIT_PEER, "the runner's append is malformed");
	r = queue_push(&l->queue, fields, len);
	r->seq = seq;
	r->want_receipt = want_receipt == 1;
	r->event = event;
	if (try_leaf(l, event, fields, len) == 0)
		return;
	if (errno != EMSGSIZE)
		die(EXIT_PEER, "the runner's %s has not its fields",
		    event->type);
	r->failure = "the event does not fit into a leaf of the ledger; "
	    "use a shorter name";
}

static void
do_info(struct ledgerd *l)
{
	unsigned char text[8 + 4 + TREE_HASH + 8], root[TREE_HASH];
	struct put p;

	tree_root(&l->store.tip.tree, root);
	put_init(&p, text, sizeof(text));
	put_u64(&p, l->store.tip.tree.size);
	put_string(&p, root, sizeof(root));
	put_u64(&p, store_room(&l->store, RESERVE));
	chan_send(&l->runner, MSG_LEDGER_INFO_IS, &p);
}

/*
 * Formats the receipt of a committed leaf into buf.  -1 when the disk does not
 * have the leaf, or what proves it, as it was written: store_error() says so.
 */
static int
make_receipt(struct ledgerd *l, uint64_t index, char buf[RECEIPT_MAX],
    size_t *lenp)
{
	static unsigned char leaf[LEAF_MAX];
	const struct signed_tree *c = &l->checkpoint;
	struct proof proof;
	struct put p;
	size_t len;

	if (store_prove_leaf(&l->store, index, c->size, c->root, leaf,
	    sizeof(leaf), &len, &proof) == -1) {
		log_info("leaf %" PRIu64 " cannot be read: %s", index,
		    store_error(&l->store));
		return -1;
	}
	put_init(&p, buf, RECEIPT_MAX);
	receipt_format(&p, leaf, len, index, &proof, c->note, c->note_len);
	*lenp = p.len;
	return 0;
}

static void
send_failure(struct ledgerd *l, uint32_t seq, const char *failure)
{
	unsigned char text[1024];
	struct put p;

	put_init(&p, text, sizeof(text));
	put_u32(&p, seq);
	put_cstr(&p, failure);
	chan_send(&l->runner, MSG_LEDGER_FAILED, &p);
}

/* With the last checkpoint, which may be of a larger tree than its first. */
static void
do_read(struct ledgerd *l, struct get *g)
{
	static unsigned char text[RECEIPT_MAX + 128];
	static char receipt[RECEIPT_MAX];
	uint32_t seq = get_u32(g);
	uint64_t index = get_u64(g);
	struct put p;
	size_t len;

	if (get_end(g) == -1)
		die(EXIT_PEER, "the runner's LEDGER_READ is malformed");
	if (index >= l->store.tip.tree.size) {
		send_failure(l, seq, "there is no such leaf");
	} else if (l->checkpoint.denied || index >= l->checkpoint.size) {
		send_failure(l, seq, "keyd has signed no checkpoint that "
		    "covers it");
	} else if (make_receipt(l, index, receipt, &len) == -1) {
		send_failure(l, seq, store_error(&l->store));
	} else {
		put_init(&p, text, sizeof(text));
		put_u32(&p, seq);
		put_u64(&p, index);
		put_string(&p, receipt, len);
		chan_send(&l->runner, MSG_LEDGER_LEAF, &p);
	}
}

static void
do_message(struct ledgerd *l, enum msg type, struct get *g)
{
	if (type == MSG_LEDGER_APPEND)
		do_append(l, g);
	else if (type == MSG_LEDGER_INFO && get_end(g) == 0)
		do_info(l);
	else if (type == MSG_LEDGER_READ)
		do_read(l, g);
	else
		die(EXIT_PEER, "message 0x%x of the runner is malformed",
		    (unsigned)type);
}

void
runner_read(struct ledgerd *l)
{
	enum chan_event event;
	enum msg type;
	struct get g;

	/* What stays in the pipe holds the runner back. */
	while (runner_may_ask(l)) {
		event = chan_next(&l->runner, &type, &g);
		if (event == CHAN_NONE)
			return;
		if (event == CHAN_RESET)
			queue_clear(&l->queue);
		else
			do_message(l, type, &g);
	}
}

static void
send_appended(struct ledgerd *l, const struct request *r)
{
	static unsigned char text[RECEIPT_MAX + 128];
	static char receipt[RECEIPT_MAX];
	size_t len = 0;
	struct put p;

	if (r->want_receipt && !l->checkpoint.denied &&
	    make_receipt(l, r->index, receipt, &len) == -1)
		len = 0;	/* it is recorded, and that much can be said */
	put_init(&p, text, sizeof(text));
	put_u32(&p, r->seq);
	put_u64(&p, r->index);
	put_string(&p, r->hash, sizeof(r->hash));
	put_u32(&p, r->bytes);
	put_string(&p, receipt, len);
	chan_send(&l->runner, MSG_LEDGER_APPENDED, &p);
}

/* In order: one that waits for its checkpoint holds back those behind it. */
void
runner_answer(struct ledgerd *l)
{
	struct queue *q = &l->queue;

	for (; q->settled > 0; queue_pop(q)) {
		const struct request *r = queue_at(q, 0);

		if (!runner_has_room(l))
			return;
		if (r->failure != NULL)
			send_failure(l, r->seq, r->failure);
		else if (r->want_receipt && r->index >= l->checkpoint.size)
			return;
		else
			send_appended(l, r);
	}
}
