#include "history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoints.h"
#include "lib/consistency.h"
#include "lib/receipt.h"
#include "need.h"
#include "say.h"

enum history_verdict
history_judge(const struct checkpoint *seen, const struct checkpoint *now,
    const struct proof *p)
{
	if (now->size < seen->size)
		return HISTORY_WENT_BACK;
	if (tree_verify_consistency(seen->size, seen->root, now->size,
	    now->root, p) == 0)
		return HISTORY_GROWN;
	return now->size == seen->size ? HISTORY_FORKED : HISTORY_UNPROVEN;
}

/* What the appliance did, and with which two sizes. */
static void
say_verdict(enum history_verdict v, const char *where, const char *sent,
    const struct checkpoint *seen, const struct checkpoint *now)
{
	const unsigned long long from = seen->size, to = now->size;

	switch (v) {
	case HISTORY_GROWN:
		return;
	case HISTORY_WENT_BACK:
		say("%s: THE LEDGER WENT BACK: it had %llu leaves when this "
		    "user saw it last, and now has %llu; %s", where, from, to,
		    sent);
		return;
	case HISTORY_FORKED:
		say("%s: THE LEDGER FORKED: the appliance has signed two "
		    "different ledgers of %llu leaves; %s", where, to, sent);
		return;
	case HISTORY_UNPROVEN:
		say("%s: THE LEDGER FORKED: the appliance does not prove that "
		    "its %llu leaves begin with the %llu that this user saw "
		    "last; %s", where, to, from, sent);
		return;
	}
}

/*
 * Where the two checkpoints are, and what to do.  Others see two pasts in two
 * checkpoints of one size; those of two sizes may be of one past.
 */
static void
say_advice(const struct checkpoints *k, bool prove)
{
	if (k->lock != -1)
		say("the two checkpoints, both signed by the appliance, are "
		    "%s/newest (or proved) and %s/refused; keep copies%s",
		    k->folder, k->folder, prove ? ", they prove it" :
		    ", and receipts from before and after: two that `casemate "
		    "compare' finds to contradict each other prove it");
	say("an older copy of its disk was put back, or it shows other "
	    "ledgers to others: do not trust it, and ask its operator; if you "
	    "know why and accept that the leaves in between are gone, remove "
	    "%s", k->folder == NULL ? "its checkpoints" : k->folder);
}

static int
refuse(struct checkpoints *k, enum history_verdict v, const char *where,
    const char *sent, const struct checkpoint *seen,
    const struct checkpoint *now, struct bytes note)
{
	say_verdict(v, where, sent, seen, now);
	checkpoints_put_refused(k, note.p, note.len);
	say_advice(k, seen->size == now->size);
	return -1;
}

/* The newest checkpoint against one that was seen. */
static int
compare(struct checkpoints *k, const struct seen_checkpoint *seen,
    const struct checkpoint *now, struct bytes hashes, struct bytes note,
    const char *where)
{
	enum history_verdict v = HISTORY_UNPROVEN;
	struct proof p;

	if (!seen->there)
		return 0;
	if (proof_from_bytes(&p, hashes) == 0)
		v = history_judge(&seen->c, now, &p);
	if (v == HISTORY_GROWN)
		return 0;
	return refuse(k, v, where, "nothing was sent to it", &seen->c, now,
	    note);
}

static bool
is_same(const struct seen_checkpoint *seen, const struct checkpoint *now)
{
	return seen->there && seen->c.size == now->size;
}

static int
take_proof(struct checkpoints *k, const struct client_proof *m,
    const char *where, struct checkpoint *now)
{
	struct why w = { "" };

	if (checkpoint_verify(&k->key, m->note.p, m->note.len, 1, now, &w)
	    == -1) {
		say("%s: the appliance's newest checkpoint is not valid: %s; "
		    "nothing was sent to it", where, w.text);
		return -1;
	}
	if (compare(k, &k->proved, now, m->first, m->note, where) == -1 ||
	    compare(k, &k->newest, now, m->second, m->note, where) == -1)
		return -1;
	if (!is_same(&k->newest, now))
		checkpoints_put_newest(k, m->note.p, m->note.len);
	if (!is_same(&k->proved, now))
		checkpoints_put_proved(k, m->note.p, m->note.len);
	return 0;
}

static int
send_prove(const struct checkpoints *k, struct conn *c, struct why *w)
{
	unsigned char frame[sizeof(((union client_payload *)0)->prove)];
	struct put p;

	put_init(&p, frame, sizeof(frame));
	client_put_prove(&p, &(struct client_prove){
	    .first = k->proved.c.size, .second = k->newest.c.size });
	return conn_send(c, CLIENT_PROVE, frame, p.len, w);
}

/* A refusal in place of PROOF: only that of a busy appliance may pass. */
static enum conn_result
take_refusal(const struct checkpoints *k, struct get *g, const char *where,
    struct why *w)
{
	struct client_refused m;

	if (client_get_refused(g, &m) == -1 || reason_word(m.reason) == NULL) {
		say("%s: the appliance broke the protocol: a bad REFUSED",
		    where);
		return CONN_NEVER;
	}
	if (m.reason == REASON_BUSY) {
		why_set(w, "%s", m.message);
		return CONN_LATER;
	}
	say("%s: the appliance does not prove that its ledger has only grown: "
	    "%s", where, m.message);
	if (m.reason == REASON_LEDGER && k->folder != NULL)
		say("if its disk is damaged, and you accept that its past is "
		    "not proved any more, remove %s", k->folder);
	return CONN_NEVER;
}

static enum conn_result
talk(struct checkpoints *k, struct conn *c, const char *where,
    struct checkpoint *now, struct why *w)
{
	struct client_proof m;
	struct conn_frame f;
	int got = send_prove(k, c, w);

	if (got != -1)
		got = conn_next(c, CONN_ANSWER_MS, &f, w);
	if (got == 0)
		why_set(w, "it closed the connection before it proved that its "
		    "ledger has only grown");
	if (got == 0 || (got == -1 && errno == ETIMEDOUT))
		return CONN_LATER;
	if (got == -1) {
		say("%s: %s", where, w->text);
		return CONN_NEVER;
	}
	if (f.type == CLIENT_REFUSED)
		return take_refusal(k, &f.body, where, w);
	if (f.type == CLIENT_PROOF && client_get_proof(&f.body, &m) == 0)
		return take_proof(k, &m, where, now) == 0 ? CONN_OK :
		    CONN_NEVER;
	say("%s: the appliance broke the protocol: it sent no PROOF, or a "
	    "malformed one", where);
	return CONN_NEVER;
}

enum conn_result
history_check(struct conn *c, const char *vkey, const char *where,
    struct checkpoint *now, struct why *w)
{
	enum conn_result result = CONN_NEVER;
	struct checkpoints k;

	if (checkpoints_open(&k, vkey) == 0)
		result = talk(&k, c, where, now, w);
	checkpoints_close(&k);
	return result;
}

/* A smaller one than is kept may be older than another client's. */
static int
add(struct checkpoints *k, const char *where, const struct checkpoint *now,
    struct bytes note, const struct checkpoint *shown)
{
	static const struct proof empty;
	static const char sent[] = "do not trust its answer";

	if (now->size < shown->size)
		return refuse(k, HISTORY_WENT_BACK, where, sent, shown, now,
		    note);
	if (now->size == shown->size && history_judge(shown, now, &empty) !=
	    HISTORY_GROWN)
		return refuse(k, HISTORY_FORKED, where, sent, shown, now,
		    note);
	if (is_same(&k->newest, now) && history_judge(&k->newest.c, now,
	    &empty) != HISTORY_GROWN)
		return refuse(k, HISTORY_FORKED, where, sent, &k->newest.c,
		    now, note);
	if (!k->newest.there || now->size > k->newest.c.size)
		checkpoints_put_newest(k, note.p, note.len);
	return 0;
}

int
history_add_note(const char *vkey, const char *where, struct bytes note,
    const struct checkpoint *shown)
{
	struct checkpoint now;
	struct checkpoints k;
	struct why w = { "" };
	int ret;

	if (checkpoint_parse_note(&now, note.p, note.len, &w) == -1) {
		say("%s: %s", where, w.text);
		return -1;
	}
	ret = checkpoints_open(&k, vkey);
	if (ret == 0)
		ret = add(&k, where, &now, note, shown);
	checkpoints_close(&k);
	return ret;
}

int
history_add_receipt(const char *vkey, const char *where, const void *receipt,
    size_t len, const struct checkpoint *shown)
{
	struct receipt *r = need_alloc(1, sizeof(*r));
	struct why w = { "" };
	int ret = -1;

	if (receipt_parse(r, receipt, len, &w) == -1)
		say("%s: %s", where, w.text);
	else
		ret = history_add_note(vkey, where, (struct bytes){ r->note,
		    r->note_len }, shown);
	free(r);
	return ret;
}
