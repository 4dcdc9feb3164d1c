/* Checkpoints: asks keyd to sign one, and takes its reply. */
#include "ledgerd.h"

#include <inttypes.h>
#include <string.h>

#include "site.h"
#include "lib/log.h"
#include "lib/msg/msg.h"

/* Whether the last checkpoint does not cover a request's receipt. */
static bool
is_uncovered(const struct ledgerd *l, const struct append *a)
{
	return a->failure == NULL && a->want_receipt &&
	    a->index >= l->checkpoint.size;
}

static bool
is_needed(struct ledgerd *l)
{
	if (!l->ready)
		return l->source[0] == '\0';	/* the first one */
	if (l->checkpoint.size < l->want_size)
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
	if (!l->keyd_there || l->asked || !is_needed(l))
		return;
	l->asked = true;
	l->asked_size = l->store.tip.tree.size;
	tree_root(&l->store.tip.tree, l->asked_root);
	MSG_SEND(&l->keyd, checkpoint_sign, .size = l->asked_size,
	    .root = l->asked_root);
}

/*
 * The note's text must be a checkpoint of what was asked.  Its signature is not
 * checked here: the note came over our own pipe.
 */
static void
check_note(struct ledgerd *l, const char *note, size_t len)
{
	struct checkpoint c;
	struct why why;

	if (checkpoint_parse_note(&c, note, len, &why) == -1 ||
	    c.size != l->asked_size ||
	    memcmp(c.root, l->asked_root, TREE_HASH) != 0)
		die(EXIT_PEER, "keyd's checkpoint is not of the %" PRIu64
		    " leaves that were asked", l->asked_size);
	if (l->source[0] != '\0' && strcmp(l->source, c.origin) != 0)
		die(EXIT_PEER, "keyd's name was %s and is %s", l->source,
		    c.origin);
	memcpy(l->source, c.origin, sizeof(l->source));
}

/* keyd replies to the request that was sent, and to no other. */
static void
check_asked(const struct ledgerd *l, uint64_t size)
{
	if (!l->asked || size != l->asked_size)
		die(EXIT_PEER, "keyd broke the protocol: no checkpoint of %"
		    PRIu64 " leaves was asked for", size);
}

static void
do_signed(void *ctx, const struct msg_checkpoint_signed *m)
{
	struct ledgerd *l = ctx;
	struct signed_tree *c = &l->checkpoint;

	check_asked(l, m->size);
	check_note(l, m->note.p, m->note.len);
	l->asked = false;
	c->size = m->size;
	memcpy(c->root, l->asked_root, sizeof(c->root));
	c->denied = false;
	memcpy(c->note, m->note.p, m->note.len);
	c->note_len = m->note.len;
	c->stored = false;
}

static void
do_denied(void *ctx, const struct msg_checkpoint_denied *m)
{
	struct ledgerd *l = ctx;

	check_asked(l, m->size);
	if (!l->ready)
		die(EXIT_REFUSED, "keyd does not sign this ledger: %s",
		    m->message);
	log_info("no receipts up to leaf %" PRIu64 ": keyd: %s", m->size,
	    m->message);
	l->asked = false;
	l->checkpoint.size = m->size;
	l->checkpoint.denied = true;
}

/* keyd checks that the ledger is its key's. */
static void
send_opened(struct ledgerd *l)
{
	struct signed_tree *c = &l->checkpoint;
	char note[NOTE_TEXT_MAX];
	struct bytes newest = { c->note, c->note_len };

	if (newest.len == 0 && store_get(&l->store, "checkpoint", note,
	    sizeof(note), &newest.len) == 0)
		newest.p = note;
	MSG_SEND(&l->keyd, ledger_opened, .source = l->store.source,
	    .checkpoint = newest);
}

/* Whether the site's files are to be kept: no leaf has them yet. */
static bool
wants_files(struct ledgerd *l)
{
	static const unsigned char none[DIGEST_LEN];
	uint64_t leaf;
	int found;

	if (memcmp(l->site, none, DIGEST_LEN) == 0)
		return false;
	found = site_find(&l->store, l->site, &leaf);
	if (found == -1)
		die(EXIT_REFUSED, "which sites are recorded cannot be read: "
		    "%s", store_error(&l->store));
	return found == 0;
}

/* The next part, or the site is known. */
static void
ask_for_files(struct ledgerd *l)
{
	const struct site_take *t = &l->site_take;

	l->site_there = !site_take_waits(t);
	if (!l->site_there)
		MSG_SEND(&l->keyd, site_read, .file = t->file,
		    .offset = t->offset);
}

static void
do_site(void *ctx, const struct msg_site_is *m)
{
	struct ledgerd *l = ctx;

	/* The site that was booted with stays until the end. */
	if (l->site_named && memcmp(l->site, m->sha256, DIGEST_LEN) != 0)
		die(EXIT_PEER, "keyd broke the protocol: it names another "
		    "site than before");
	memcpy(l->site, m->sha256, DIGEST_LEN);
	l->site_named = true;
	l->heartbeat_s = m->heartbeat_s;
	if (!l->ready && wants_files(l))
		site_take_begin(&l->site_take, m);
	ask_for_files(l);
}

static void
do_site_part(void *ctx, const struct msg_site_part *m)
{
	struct ledgerd *l = ctx;

	site_take_part(&l->site_take, m, l->site);
	ask_for_files(l);
}

/* A new keyd knows of no request. */
static void
do_reset(void *ctx)
{
	struct ledgerd *l = ctx;

	send_opened(l);
	l->keyd_there = true;
	l->asked = false;
}

static const struct chan_row rows[] = {
	CHAN_ON_RESET(do_reset),
	CHAN_ON(site_is, do_site),
	CHAN_ON(site_part, do_site_part),
	CHAN_ON(checkpoint_signed, do_signed),
	CHAN_ON(checkpoint_denied, do_denied),
};

void
keyd_read(struct ledgerd *l)
{
	CHAN_DISPATCH(&l->keyd, rows, l);
}
