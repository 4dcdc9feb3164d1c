/* The runner's requests to read a leaf, and what is kept beside it. */
#include "ledgerd.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "beside.h"
#include "erase.h"
#include "fsck.h"
#include "lib/evidence_names.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "lib/receipt.h"
#include "own.h"
#include "site.h"

int
read_receipt(struct ledgerd *l, uint64_t index, char buf[RECEIPT_MAX],
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
		own_note_damage(l, index, store_error(&l->store));
		return -1;
	}
	put_init(&p, buf, RECEIPT_MAX);
	receipt_format(&p, leaf, len, index, &proof, c->note, c->note_len);
	*lenp = p.len;
	return 0;
}

struct bytes
read_disclosures(struct ledgerd *l, uint64_t index, uint32_t mask)
{
	static unsigned char room[DISCLOSURES_MAX];
	struct beside beside;
	struct put p;

	put_init(&p, room, sizeof(room));
	if (mask == 0)
		return (struct bytes){ room, 0 };
	if (beside_open(&beside, &l->store, index) == -1 ||
	    beside_disclose(&beside, mask, &p) == -1) {
		log_info("leaf %" PRIu64 " cannot be disclosed: %s", index,
		    store_error(&l->store));
		p.len = 0;
	}
	return (struct bytes){ room, p.len };
}

/* Returns why the leaf cannot be given with a receipt, or NULL. */
static const char *
read_failure(struct ledgerd *l, uint64_t index, char receipt[RECEIPT_MAX],
    size_t *lenp)
{
	if (index >= l->store.tip.tree.size)
		return "there is no such leaf";
	if (l->checkpoint.denied || index >= l->checkpoint.size)
		return "keyd has signed no checkpoint that covers it";
	if (read_receipt(l, index, receipt, lenp) == -1)
		return store_error(&l->store);
	return NULL;
}

/* With the last checkpoint, which may be of a larger tree than its first. */
static void
send_leaf(struct ledgerd *l, uint32_t seq, uint64_t index, uint32_t mask)
{
	static char receipt[RECEIPT_MAX];
	size_t len;
	const char *failure = read_failure(l, index, receipt, &len);

	if (failure != NULL)
		MSG_SEND(&l->runner, ledger_failed, .seq = seq,
		    .message = failure);
	else
		MSG_SEND(&l->runner, ledger_leaf, .seq = seq, .index = index,
		    .receipt = { receipt, len },
		    .disclosures = read_disclosures(l, index, mask));
}

void
read_leaf(void *ctx, const struct msg_ledger_read *m)
{
	send_leaf(ctx, m->seq, m->index, m->fields);
}

void
read_field(void *ctx, const struct msg_ledger_disclose *m)
{
	struct ledgerd *l = ctx;
	struct beside_field f;
	struct beside b;
	struct why why;

	if (m->field >= WITHHELD_COUNT)
		die(EXIT_PEER, "runner broke the protocol: there is no field "
		    "%u", m->field);
	if (erase_find_field(&l->store, m->index, (enum withheld)m->field, &b,
	    &f, &why) == -1)
		MSG_SEND(&l->runner, ledger_failed, .seq = m->seq,
		    .not_kept = true, .message = why.text);
	else
		send_leaf(l, m->seq, m->index,
		    withheld_bit((enum withheld)m->field));
}

/* Some steps; between two requests others are served. */
void
read_fsck(void *ctx, const struct msg_ledger_fsck *m)
{
	static char room[DATA_MAX];
	struct ledgerd *l = ctx;
	struct fsck f;

	fsck_start(&f, &l->store, m->next, m->page);
	fsck_some(&f, room, sizeof(room));
	MSG_SEND(&l->runner, ledger_fsck_is, .seq = m->seq, .next = f.next,
	    .page = f.page, .done = f.done, .leaves = f.leaves,
	    .nodes = f.nodes, .disclosures = f.disclosures, .files = f.files,
	    .findings = f.findings, .text = { room, f.text.len });
}

/* The nth file of the site that was in force at the leaf. */
static int
find_site_file(struct beside *b, uint64_t n, struct beside_file *f)
{
	uint64_t leaf;
	int ret = site_find(b->store, b->site, &leaf);

	if (ret != 1 || leaf == b->index)
		return ret == -1 ? -1 : 0;
	if (beside_open(b, b->store, leaf) == -1)
		return -1;
	for (ret = beside_file(b, 0, f); ret == 1;
	    ret = beside_file(b, f->next, f))
		if (strncmp(f->name, EVIDENCE_SITE, strlen(EVIDENCE_SITE)) ==
		    0 && n-- == 0)
			return 1;
	return ret;
}

/* The leaf's own files, and then those of its site. */
static int
find_file(struct ledgerd *l, const struct msg_ledger_evidence *m,
    struct beside *b, struct beside_file *f)
{
	uint64_t n = m->file;
	int ret;

	if (beside_open(b, &l->store, m->index) == -1)
		return -1;
	ret = beside_nth(b, &n, f);
	return ret == 0 ? find_site_file(b, n, f) : ret;
}

static void
send_part(struct ledgerd *l, const struct msg_ledger_evidence *m,
    const struct beside_file *f, struct bytes data, bool last)
{
	MSG_SEND(&l->runner, ledger_evidence_is, .seq = m->seq,
	    .name = f->name, .forgotten = f->kind == LEAF_FILE_FORGOTTEN,
	    .last = last, .data = data);
}

void
read_evidence(void *ctx, const struct msg_ledger_evidence *m)
{
	static unsigned char room[DATA_MAX];
	struct beside_file f = { .kind = LEAF_FILE_BYTES };
	struct ledgerd *l = ctx;
	struct beside b;
	bool last = true;
	size_t len = 0;
	int ret = find_file(l, m, &b, &f);

	if (ret == 0)
		f = (struct beside_file){ .kind = LEAF_FILE_BYTES };
	if (ret == 1)
		ret = beside_read(&b, &f, m->offset, room, sizeof(room), &len,
		    &last);
	if (ret == -1)
		MSG_SEND(&l->runner, ledger_failed, .seq = m->seq,
		    .message = errno == ENOENT ? "there is no such leaf" :
		    store_error(&l->store));
	else
		send_part(l, m, &f, (struct bytes){ room, len }, last);
	explicit_bzero(room, len);
}
