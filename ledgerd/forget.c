/*
 * Orders to forget what is kept beside a leaf.  The order's own leaf and the
 * erasure are one transaction.  After it, copies that LMDB has left are
 * overwritten before the reply.
 */
#include "ledgerd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "erase.h"
#include "lib/log.h"
#include "scrub.h"

/* Whether copies may be left: "1", from the transaction that erases on. */
#define PENDING	"erased"

static const char gone[] = "it was forgotten meanwhile, or cannot be read any "
    "more";

static void
push(struct ledgerd *l, const struct msg_ledger_forget *m)
{
	const struct event_info *event = event_info(EVENT_DISCLOSURE_FORGOTTEN);
	struct leaf_data data;
	struct append *a;

	if (leaf_data_make(&data, event, m->fields, m->evidence, NULL) == -1)
		die(EXIT_PEER, "runner broke the protocol: malformed fields of "
		    "%s", event->type);
	a = queue_push(&l->queue, &data);
	a->seq = m->seq;
	a->want_receipt = true;
	a->event = event;
	a->forgets = true;
	a->target = m->leaf;
	a->field = (enum withheld)m->field;
}

void
forget_order(void *ctx, const struct msg_ledger_forget *m)
{
	struct ledgerd *l = ctx;
	struct erase e;
	struct why why;

	if (m->field >= WITHHELD_COUNT)
		die(EXIT_PEER, "runner broke the protocol: there is no field "
		    "%u", m->field);
	if (erase_plan(&e, &l->store, m->leaf, (enum withheld)m->field,
	    &why) == 0)
		push(l, m);
	else
		MSG_SEND(&l->runner, ledger_failed, .seq = m->seq,
		    .not_kept = true, .message = why.text);
}

void
forget_result(void *ctx, const struct msg_ledger_erased *m)
{
	struct ledgerd *l = ctx;

	MSG_SEND(&l->runner, ledger_erased_is, .seq = m->seq,
	    .message = l->copies);
}

int
forget_plan(struct ledgerd *l, struct append *a, struct erase *e)
{
	struct why why;

	if (erase_plan(e, &l->store, a->target, a->field, &why) == 0)
		return 0;
	log_info("an order to forget is not carried out: %s", why.text);
	a->failure = gone;
	a->not_kept = true;
	return -1;
}

int
forget_apply(struct ledgerd *l, const struct append *a, struct erase *e)
{
	return erase_apply(e, a->index) == -1 ||
	    store_set(&l->store, PENDING, "1", 1) == -1 ? -1 : 0;
}

static void
note_copies(struct ledgerd *l)
{
	snprintf(l->copies, sizeof(l->copies), "copies of it may be left on "
	    "the data disk: %.300s; they are searched for again at the next "
	    "start", store_error(&l->store));
	log_info("what was forgotten: %s", l->copies);
}

void
forget_copies(struct ledgerd *l)
{
	recent_clear(&l->recent);
	l->copies[0] = '\0';
	if (scrub_memory(&l->store, l->most_leaves) == -1 ||
	    scrub_file(&l->store) == -1)
		note_copies(l);
}

static bool
is_pending(struct ledgerd *l)
{
	char value[8];
	size_t len;

	return store_get(&l->store, PENDING, value, sizeof(value), &len) == 0 &&
	    len == 1 && value[0] == '1';
}

/* A full disk only means that they are searched for again. */
void
forget_resume(struct ledgerd *l)
{
	struct store *s = &l->store;

	if (!is_pending(l))
		return;
	if (scrub_file(s) == -1) {
		note_copies(l);
		return;
	}
	if (store_begin(s, 0, 0) == 0 && store_set(s, PENDING, "0", 1) == 0 &&
	    store_commit(s) == 0)
		return;
	if (errno == EIO)
		die(EXIT_SYSTEM, "%s", store_error(s));
}
