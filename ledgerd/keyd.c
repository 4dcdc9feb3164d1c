/* What ledgerd and keyd say to each other: checkpoints. */
#include "ledgerd.h"

#include <inttypes.h>
#include <string.h>

#include "lib/log.h"
#include "lib/msg/msg.h"

/* Whether keyd's last answer says nothing about a request's receipt. */
static bool
is_uncovered(const struct ledgerd *l, const struct request *r)
{
	return r->failure == NULL && r->want_receipt &&
	    r->index >= l->checkpoint.size;
}

static bool
somebody_needs_one(struct ledgerd *l)
{
	if (!l->ready)
		return true;
	for (size_t i = 0; i < l->queue.settled; i++)
		if (is_uncovered(l, queue_at(&l->queue, i)))
			return true;
	return false;
}

/* One request at a time: what commits meanwhile shares the next one. */
void
keyd_ask(struct ledgerd *l)
{
	unsigned char text[8 + 4 + TREE_HASH];
	struct put p;

	if (!l->keyd_there || l->asked || !somebody_needs_one(l))
		return;
	l->asked = true;
	l->asked_size = l->store.tip.tree.size;
	tree_root(&l->store.tip.tree, l->asked_root);
	put_init(&p, text, sizeof(text));
	put_u64(&p, l->asked_size);
	put_string(&p, l->asked_root, TREE_HASH);
	chan_send(&l->keyd, MSG_CHECKPOINT_SIGN, &p);
}

/*
 * The note's text must be a checkpoint of what was asked.  Its signature is
 * for others to check: the answer came over our own pipe.
 */
static void
check_note(struct ledgerd *l, const char *note, size_t len)
{
	const char *end = memmem(note, len, "\n\n", 2);
	struct checkpoint c;
	struct why why;

	if (end == NULL ||
	    checkpoint_parse(&c, note, (size_t)(end - note) + 1, &why) == -1 ||
	    c.size != l->asked_size ||
	    memcmp(c.root, l->asked_root, TREE_HASH) != 0)
		die(EXIT_PEER, "keyd's checkpoint is not of the %" PRIu64
		    " leaves that were asked", l->asked_size);
	if (l->source[0] != '\0' && strcmp(l->source, c.origin) != 0)
		die(EXIT_PEER, "keyd's name was %s and is %s", l->source,
		    c.origin);
	memcpy(l->source, c.origin, sizeof(l->source));
}

static void
do_signed(struct ledgerd *l, struct get *g)
{
	struct signed_tree *c = &l->checkpoint;
	uint64_t size = get_u64(g);
	size_t len;
	const char *note = get_string(g, &len, sizeof(c->note));

	if (get_end(g) == -1 || !l->asked || size != l->asked_size)
		die(EXIT_PEER, "keyd signed a checkpoint that was not asked");
	check_note(l, note, len);
	l->asked = false;
	c->size = size;
	memcpy(c->root, l->asked_root, sizeof(c->root));
	c->denied = false;
	memcpy(c->note, note, len);
	c->note_len = len;
	c->stored = false;
}

static void
do_denied(struct ledgerd *l, struct get *g)
{
	uint64_t size = get_u64(g);
	char text[TEXT_MAX];

	get_cstr(g, text, sizeof(text));
	if (get_end(g) == -1 || !l->asked || size != l->asked_size)
		die(EXIT_PEER, "keyd denied a checkpoint that was not asked");
	if (!l->ready)
		die(EXIT_REFUSED, "keyd does not sign this ledger: %s", text);
	log_info("no receipts up to leaf %" PRIu64 ": keyd: %s", size, text);
	l->asked = false;
	l->checkpoint.size = size;
	l->checkpoint.denied = true;
}

static void
do_message(struct ledgerd *l, enum msg type, struct get *g)
{
	if (type == MSG_CHECKPOINT_SIGNED)
		do_signed(l, g);
	else if (type == MSG_CHECKPOINT_DENIED)
		do_denied(l, g);
	else
		die(EXIT_BUG, "message 0x%x from keyd", (unsigned)type);
}

void
keyd_read(struct ledgerd *l)
{
	enum chan_event event;
	enum msg type;
	struct get g;

	while ((event = chan_next(&l->keyd, &type, &g)) != CHAN_NONE) {
		if (event == CHAN_MSG) {
			do_message(l, type, &g);
			continue;
		}
		l->keyd_there = true;	/* and it knows of no question */
		l->asked = false;
	}
}
