#include "store.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

#define KEY_LEN		8
#define PAGE		4096		/* LMDB's on this machine */
#define ROOM_STEP	(256u << 10)	/* few calls, little waste */
/*
 * Pages that a transaction writes besides its leaves': the paths from the
 * roots of five trees (ours, LMDB's list of tables, its free list) down to
 * their last pages, splits on the way, and entries of the free list.
 */
#define PAGES_FIXED	96

struct key {
	unsigned char	bytes[KEY_LEN];
	MDB_val		val;
};

/* Big-endian, so that LMDB's order is the numbers'. */
static MDB_val *
key_set(struct key *k, uint64_t number)
{
	struct put p;

	put_init(&p, k->bytes, sizeof(k->bytes));
	put_u64(&p, number);
	k->val = (MDB_val){ .mv_size = KEY_LEN, .mv_data = k->bytes };
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

const char *
store_error(const struct store *s)
{
	return mdb_strerror(s->rc);
}

void
store_abort(struct store *s)
{
	if (s->txn != NULL)
		mdb_txn_abort(s->txn);
	s->txn = NULL;
}

/* Ends the transaction and answers -1 with one of the documented errors. */
static int
fail(struct store *s, int rc)
{
	store_abort(s);
	s->rc = rc;
	errno = EIO;
	if (rc == MDB_MAP_FULL)
		errno = EFBIG;
	if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG)
		errno = ENOSPC;
	return -1;
}

/* The most file bytes that a transaction with these leaves can add. */
static uint64_t
room_needed(size_t leaves, size_t bytes)
{
	uint64_t pages = bytes / PAGE + 2 * leaves + leaves / 32 + PAGES_FIXED;

	return pages * PAGE;
}

/*
 * Gives the end of the file disk blocks for what a transaction may add.  On a
 * file system without fallocate(2) it only grows: store_open() relies on the
 * file being as long as LMDB says, which does not write every page it counts.
 */
static int
make_room(struct store *s, uint64_t need)
{
	MDB_envinfo info;
	uint64_t used, end;
	off_t size;
	int fd, rc;

	mdb_env_info(s->env, &info);
	used = ((uint64_t)info.me_last_pgno + 1) * PAGE;
	if (used + need > info.me_mapsize)
		return MDB_MAP_FULL;
	if (used + need <= s->room)
		return 0;
	end = (used + need + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
	if (end > info.me_mapsize)
		end = info.me_mapsize;
	mdb_env_get_fd(s->env, &fd);
	size = lseek(fd, 0, SEEK_END);
	do
		rc = fallocate(fd, 0, (off_t)s->room,
		    (off_t)(end - s->room));
	while (rc == -1 && errno == EINTR);
	if (rc == -1 && errno == EOPNOTSUPP)
		rc = ftruncate(fd, (off_t)end);
	if (rc == -1) {
		rc = errno;	/* hand back what part of it was had */
		(void)!ftruncate(fd, size);
		return rc;
	}
	s->room = end;
	return 0;
}

int
store_begin(struct store *s, size_t leaves, size_t bytes)
{
	int rc = make_room(s, room_needed(leaves, bytes));

	if (rc == 0)
		rc = mdb_txn_begin(s->env, NULL, 0, &s->txn);
	if (rc != 0) {
		s->txn = NULL;
		return fail(s, rc);
	}
	s->next = s->tip;
	return 0;
}

static int
append(struct store *s, MDB_dbi table, uint64_t number, const void *data,
    size_t len)
{
	MDB_val v = val(data, len);
	struct key k;

	return mdb_put(s->txn, table, key_set(&k, number), &v, MDB_APPEND);
}

int
store_put(struct store *s, const void *leaf, size_t len)
{
	unsigned char made[TREE_LEVELS][TREE_HASH];
	uint64_t index = s->next.tree.size;
	unsigned n;
	int rc;

	tree_hash_leaf(leaf, len, s->next.last);
	n = tree_append(&s->next.tree, s->next.last, made);
	rc = append(s, s->leaf, index, leaf, len);
	for (unsigned l = 0; rc == 0 && l < n; l++)
		rc = append(s, s->node, tree_node_number(l, index >> l),
		    made[l], TREE_HASH);
	return rc == 0 ? 0 : fail(s, rc);
}

int
store_set(struct store *s, const char *name, const void *data, size_t len)
{
	MDB_val k = val(name, strlen(name)), v = val(data, len);
	int rc = mdb_put(s->txn, s->meta, &k, &v, 0);

	return rc == 0 ? 0 : fail(s, rc);
}

static int
set_tip(struct store *s)
{
	unsigned char root[TREE_HASH], text[KEY_LEN + TREE_HASH];
	struct put p;

	tree_root(&s->next.tree, root);
	put_init(&p, text, sizeof(text));
	put_u64(&p, s->next.tree.size);
	put_raw(&p, root, sizeof(root));
	return store_set(s, "tip", text, p.len);
}

/*
 * LMDB refuses everything after a failed write of its root page, whose outcome
 * nobody knows.
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
	s->txn = NULL;		/* whatever the answer */
	if (rc != 0 && is_lost(s)) {
		s->rc = rc;
		errno = EIO;
		return -1;
	}
	if (rc != 0)
		return fail(s, rc);
	s->tip = s->next;
	return 0;
}

/* An LMDB error of a read as errno. */
static int
read_fail(struct store *s, int rc)
{
	s->rc = rc;
	errno = rc == MDB_NOTFOUND ? ENOENT : EIO;
	return -1;
}

/* Copies a value out; the transaction is its own. */
static int
read_value(struct store *s, MDB_dbi table, MDB_val *k, void *dst, size_t cap,
    size_t *lenp)
{
	MDB_txn *txn;
	MDB_val v;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return read_fail(s, rc);
	rc = mdb_get(txn, table, k, &v);
	if (rc == 0 && v.mv_size <= cap) {
		memcpy(dst, v.mv_data, v.mv_size);
		*lenp = v.mv_size;
	}
	mdb_txn_abort(txn);
	if (rc != 0)
		return read_fail(s, rc);
	if (v.mv_size > cap) {
		s->rc = errno = EMSGSIZE;
		return -1;
	}
	return 0;
}

int
store_get(struct store *s, const char *name, void *dst, size_t cap,
    size_t *lenp)
{
	MDB_val k = val(name, strlen(name));

	return read_value(s, s->meta, &k, dst, cap, lenp);
}

int
store_leaf(struct store *s, uint64_t index, void *dst, size_t cap,
    size_t *lenp)
{
	struct key k;

	return read_value(s, s->leaf, key_set(&k, index), dst, cap, lenp);
}

/* A struct tree_nodes' `get' inside one read transaction. */
struct reader {
	struct store	*s;
	MDB_txn		*txn;
};

static int
get_node(void *arg, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	struct reader *r = arg;
	struct key k;
	MDB_val v;
	int rc = mdb_get(r->txn, r->s->node,
	    key_set(&k, tree_node_number(level, index)), &v);

	if (rc == 0 && v.mv_size != TREE_HASH)
		rc = MDB_CORRUPTED;
	if (rc != 0)
		return read_fail(r->s, rc);
	memcpy(hash, v.mv_data, TREE_HASH);
	return 0;
}

static int
read_begin(struct store *s, struct reader *r)
{
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &r->txn);

	r->s = s;
	return rc == 0 ? 0 : read_fail(s, rc);
}

int
store_node(struct store *s, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	struct reader r;
	int rc;

	if (read_begin(s, &r) == -1)
		return -1;
	rc = get_node(&r, level, index, hash);
	mdb_txn_abort(r.txn);
	return rc;
}

int
store_tree(struct store *s, uint64_t size, struct tree *t)
{
	struct reader r;
	const struct tree_nodes nodes = { get_node, &r };
	int rc;

	if (read_begin(s, &r) == -1)
		return -1;
	rc = tree_load(t, &nodes, size);
	mdb_txn_abort(r.txn);
	return rc;
}

int
store_prove(struct store *s, uint64_t index, uint64_t size, struct proof *p)
{
	struct reader r;
	const struct tree_nodes nodes = { get_node, &r };
	int rc;

	if (read_begin(s, &r) == -1)
		return -1;
	rc = tree_prove(&nodes, index, size, p);
	mdb_txn_abort(r.txn);
	return rc;
}
