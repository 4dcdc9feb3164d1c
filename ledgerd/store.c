#include "store.h"

#include <errno.h>
#include <string.h>

#include "lib/wire.h"

struct store_key {
	unsigned char	bytes[STORE_KEY];
	MDB_val		val;
};

/* Big-endian, so that LMDB sorts by number. */
static MDB_val *
key_set(struct store_key *k, uint64_t number)
{
	struct put p;

	put_init(&p, k->bytes, sizeof(k->bytes));
	put_u64(&p, number);
	k->val = (MDB_val){ .mv_size = STORE_KEY, .mv_data = k->bytes };
	return &k->val;
}

/* LMDB reads what these point to; its type has no const. */
static MDB_val
val(const void *data, size_t len)
{
	union {
		const void *in;
		void *out;
	} p = { .in = data };

	return (MDB_val){ .mv_size = len, .mv_data = p.out };
}

void
store_abort(struct store *s)
{
	if (s->txn != NULL)
		mdb_txn_abort(s->txn);
	s->txn = NULL;
}

/* Ends the transaction and returns -1 with one of the documented errors. */
static int
fail(struct store *s, int rc)
{
	store_abort(s);
	s->rc = rc;
	errno = rc == EBADMSG ? EBADMSG : EIO;
	if (rc == MDB_MAP_FULL)
		errno = EFBIG;
	if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG)
		errno = ENOSPC;
	return -1;
}

/*
 * Checks again, since a disk can fail after the ledger was opened.  A new
 * ledger has no tables yet.
 */
int
store_check_append(struct store *s)
{
	const struct page_table *const tables[] = { &s->leaves, &s->nodes };

	if (s->pages.fd == -1)
		return 0;
	if (store_load(s) == -1)
		return -1;
	if (pages_check_append(&s->pages, tables, 2, &s->metas) == 0)
		return 0;
	return store_page_fail(s, NULL);
}

int
store_replace(struct store *s, uint64_t index, struct bytes record)
{
	MDB_val v = val(record.p, record.len);
	struct store_key k;
	int rc = mdb_put(s->txn, s->leaf, key_set(&k, index), &v, 0);

	return rc == 0 ? 0 : fail(s, rc);
}

int
store_set(struct store *s, const char *name, const void *data, size_t len)
{
	MDB_val k = val(name, strlen(name)), v = val(data, len);
	int rc = mdb_put(s->txn, s->names, &k, &v, 0);

	return rc == 0 ? 0 : fail(s, rc);
}

/*
 * Moves what the old format kept in a table of its own.  The table stays, but
 * empty, so that LMDB's handle of it stays valid if this is aborted.
 */
static int
upgrade(struct store *s)
{
	static const char *const names[] = { "boot", "checkpoint" };
	char text[NOTE_TEXT_MAX];
	size_t len;
	int rc;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		rc = store_get(s, names[i], text, sizeof(text), &len);
		if (rc == -1 && errno != ENOENT)
			return fail(s, s->rc);
		if (rc == 0 && store_set(s, names[i], text, len) == -1)
			return -1;
	}
	if (store_set(s, "format", STORE_FORMAT, strlen(STORE_FORMAT)) == -1)
		return -1;
	rc = mdb_drop(s->txn, s->meta, 0);
	return rc == 0 ? 0 : fail(s, rc);
}

int
store_begin(struct store *s, size_t leaves, size_t bytes)
{
	int rc = store_check_append(s) == 0 ? 0 : s->rc;

	if (rc == 0)
		rc = store_make_room(s, store_room_needed(leaves, bytes));
	if (rc == 0)
		rc = mdb_txn_begin(s->env, NULL, 0, &s->txn);
	if (rc != 0) {
		s->txn = NULL;
		return fail(s, rc);
	}
	s->next = s->tip;
	return s->metas.entries == 0 ? 0 : upgrade(s);
}

static int
append(struct store *s, MDB_dbi table, uint64_t number, const void *data,
    size_t len)
{
	MDB_val v = val(data, len);
	struct store_key k;

	return mdb_put(s->txn, table, key_set(&k, number), &v, MDB_APPEND);
}

static int
append_late(struct store *s)
{
	struct tip *t = &s->next;
	uint64_t first = tree_node_number(0, t->kept);
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < t->nlate; i++)
		rc = append(s, s->node, first + i, t->late[i], TREE_HASH);
	t->kept = t->tree.size;
	t->nlate = 0;
	return rc;
}

/* TEXT NUL BESIDE, written where LMDB keeps it. */
static int
append_record(struct store *s, uint64_t index, struct bytes text,
    struct bytes beside)
{
	MDB_val v = { .mv_size = text.len + 1 + beside.len };
	struct store_key k;
	char *to;
	int rc;

	rc = mdb_put(s->txn, s->leaf, key_set(&k, index), &v,
	    MDB_APPEND | MDB_RESERVE);
	if (rc != 0)
		return rc;
	to = v.mv_data;
	memcpy(to, text.p, text.len);
	to[text.len] = '\0';
	memcpy(to + text.len + 1, beside.p, beside.len);
	return 0;
}

int
store_put(struct store *s, struct bytes text, struct bytes beside)
{
	struct tip *t = &s->next;
	int rc;

	tree_hash_leaf(text.p, text.len, t->last);
	rc = append_record(s, t->tree.size, text, beside);
	if (rc == 0 && t->tree.size - t->kept == STORE_LATE)
		rc = append_late(s);
	if (rc != 0)
		return fail(s, rc);
	t->nlate += tree_append(&t->tree, t->last, t->late + t->nlate);
	return 0;
}

void
store_tip_put(const struct tip *t, struct put *p)
{
	uint64_t first = tree_node_number(0, t->kept);
	unsigned char root[TREE_HASH];

	tree_root(&t->tree, root);
	put_u64(p, t->tree.size);
	put_raw(p, root, sizeof(root));
	for (uint64_t i = t->kept; i < t->tree.size; i++)
		put_raw(p, t->late[tree_node_number(0, i) - first], TREE_HASH);
}

static int
set_tip(struct store *s)
{
	unsigned char text[STORE_TIP_MAX];
	struct put p;

	put_init(&p, text, sizeof(text));
	store_tip_put(&s->next, &p);
	return store_set(s, "tip", text, p.len);
}

/*
 * After a failed write of its root page, whose outcome is unknown, LMDB refuses
 * all further transactions.
 */
static bool
is_lost(struct store *s)
{
	MDB_txn *txn;

	if (mdb_txn_begin(s->env, NULL, 0, &txn) != 0)
		return true;
	mdb_txn_abort(txn);
	return false;
}

int
store_commit(struct store *s)
{
	int rc;

	if (set_tip(s) == -1)
		return -1;
	rc = mdb_txn_commit(s->txn);
	s->txn = NULL;		/* in any case */
	if (rc != 0 && is_lost(s)) {
		s->rc = rc;
		errno = EIO;
		return -1;
	}
	if (rc != 0)
		return fail(s, rc);
	s->tip = s->next;
	s->stale = s->pages.fd != -1;
	return 0;
}
