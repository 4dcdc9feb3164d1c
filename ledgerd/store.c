#include "store.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "leaf.h"
#include "lib/msg/msg.h"
#include "lib/wire.h"

#define KEY_LEN		8
#define REMADE_MAX	4096		/* nodes computed for one proof */
#define PAGE_HEAD	16		/* before a value in its own pages */
#define NODE_HEAD	10		/* of an entry, with its pointer */
#define ROOM_STEP	(256u << 10)	/* few calls, little waste */
/*
 * Pages that a transaction writes besides those of its leaves: in each of five
 * trees (our tables, LMDB's list of tables, its free list) the path from the
 * root to the last page, page splits, and entries of the free list.
 */
#define PAGES_FIXED	96

struct store_key {
	unsigned char	bytes[KEY_LEN];
	MDB_val		val;
};

/* Big-endian, so that LMDB sorts by number. */
static MDB_val *
key_set(struct store_key *k, uint64_t number)
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
	return s->rc == EBADMSG ? s->damage : mdb_strerror(s->rc);
}

/* Turns an error of pages.h into the store's; names the leaves affected. */
static int
page_fail(struct store *s, const struct page_table *t)
{
	const struct pages *p = &s->pages;
	uint64_t last = s->tip.tree.size - 1;
	int n;

	s->rc = errno;
	if (errno != EBADMSG)
		return -1;
	n = snprintf(s->damage, sizeof(s->damage), "page %" PRIu64 " of "
	    "data.mdb is damaged", p->bad);
	if (t != &s->leaves || !p->bad_keys)
		return -1;
	if (last > p->last)
		last = p->last;
	n += snprintf(s->damage + n, sizeof(s->damage) - (size_t)n, ", which "
	    "held leaves %" PRIu64 " to %" PRIu64, p->first, last);
	snprintf(s->damage + n, sizeof(s->damage) - (size_t)n, "; only a copy "
	    "of the data disk still has these");
	errno = EBADMSG;
	return -1;
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

/* The most bytes that a transaction with these leaves adds to the file. */
static uint64_t
room_needed(size_t leaves, size_t bytes)
{
	uint64_t pages = bytes / PAGE + 2 * leaves + leaves / 32 + PAGES_FIXED;

	return pages * PAGE;
}

/*
 * Allocates disk blocks at the end of the file for what a transaction may add.
 * On a file system without fallocate(2) it only extends the file: store_open()
 * expects the length that LMDB records, and LMDB does not write every page
 * that it counts.
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
		rc = errno;	/* free what was allocated */
		(void)!ftruncate(fd, size);
		return rc;
	}
	s->room = end;
	return 0;
}

uint64_t
store_room(const struct store *s, uint64_t kept)
{
	const uint64_t fixed = kept + room_needed(1, 0);
	uint64_t used, end;
	struct statvfs st;
	MDB_envinfo info;
	int fd;

	mdb_env_info(s->env, &info);
	mdb_env_get_fd(s->env, &fd);
	if (fstatvfs(fd, &st) == -1)
		return 0;
	used = ((uint64_t)info.me_last_pgno + 1) * PAGE + fixed;
	end = s->room + (uint64_t)st.f_bavail * st.f_frsize;
	if (end > info.me_mapsize)
		end = info.me_mapsize;
	return used < end ? end - used : 0;
}

/* A leaf over half a page gets its own pages.  Each leaf adds two nodes. */
uint64_t
store_cost(size_t len)
{
	const uint64_t hashes = 2 * (NODE_HEAD + KEY_LEN + TREE_HASH);

	if (len <= PAGE / 2)
		return len + NODE_HEAD + KEY_LEN + hashes;
	return (len + PAGE_HEAD + PAGE - 1) / PAGE * PAGE + hashes;
}

/*
 * Checks again, since a disk can fail after the ledger was opened.  A new
 * ledger has no tables yet.
 */
static int
check_append(struct store *s)
{
	const struct page_table *const tables[] = { &s->leaves, &s->nodes };

	if (s->pages.fd == -1)
		return 0;
	if (store_load(s) == -1)
		return s->rc;
	if (pages_check_append(&s->pages, tables, 2, &s->metas) == 0)
		return 0;
	page_fail(s, NULL);
	return s->rc;
}

int
store_begin(struct store *s, size_t leaves, size_t bytes)
{
	int rc = check_append(s);

	if (rc == 0)
		rc = make_room(s, room_needed(leaves, bytes));
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
	struct store_key k;

	return mdb_put(s->txn, table, key_set(&k, number), &v, MDB_APPEND);
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
	unsigned char made[TREE_LEVELS][TREE_HASH];
	uint64_t index = s->next.tree.size;
	unsigned n;
	int rc;

	tree_hash_leaf(text.p, text.len, s->next.last);
	n = tree_append(&s->next.tree, s->next.last, made);
	rc = append_record(s, index, text, beside);
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
	if (s->pages.fd == -1 || store_load(s) == 0)
		return 0;
	errno = EIO;		/* it is on disk but cannot be read */
	return -1;
}

int
store_load(struct store *s)
{
	struct pages *p = &s->pages;

	if (pages_load(p, p->fd) == 0 &&
	    pages_find_table(p, "leaf", KEYS_BIG, &s->leaves) == 0 &&
	    pages_find_table(p, "node", KEYS_BIG, &s->nodes) == 0 &&
	    pages_find_table(p, "meta", KEYS_NAME, &s->metas) == 0)
		return 0;
	if (errno == ENOTSUP) {		/* it was LMDB's when opened */
		p->bad = 0;
		errno = EBADMSG;
	}
	return page_fail(s, NULL);
}

int
store_get(struct store *s, const char *name, void *dst, size_t cap,
    size_t *lenp)
{
	pages_forget(&s->pages);
	if (pages_get_name(&s->pages, &s->metas, name, dst, cap, lenp) == 0)
		return 0;
	return page_fail(s, NULL);
}

/* The page is valid but old: it does not hold what the tree says. */
static int
absent(struct store *s, const char *what, uint64_t number)
{
	snprintf(s->damage, sizeof(s->damage), "%s %" PRIu64 " is not in "
	    "data.mdb; only a copy of the data disk still has it", what,
	    number);
	s->rc = errno = EBADMSG;
	return -1;
}

int
store_record(struct store *s, uint64_t index, uint64_t at, void *dst,
    size_t cap, size_t *lenp, uint64_t *totalp)
{
	if (pages_get_part(&s->pages, &s->leaves, index, at, dst, cap, lenp,
	    totalp) == 0)
		return 0;
	if (errno == ENOENT && index < s->tip.tree.size)
		return absent(s, "leaf", index);
	return page_fail(s, &s->leaves);
}

/* The record's beginning, up to the NUL. */
static int
get_leaf(struct store *s, uint64_t index, void *dst, size_t cap, size_t *lenp)
{
	uint64_t total;
	size_t len;

	if (store_record(s, index, 0, dst, cap, &len, &total) == -1)
		return -1;
	*lenp = leaf_text_len(dst, len);
	if (*lenp < len || len == total)
		return 0;
	errno = EMSGSIZE;
	return -1;
}

int
store_leaf(struct store *s, uint64_t index, void *dst, size_t cap,
    size_t *lenp)
{
	pages_forget(&s->pages);
	return get_leaf(s, index, dst, cap, lenp);
}

/* The argument of a struct tree_nodes' `get'. */
struct store_reader {
	struct store	*s;
	unsigned	 remade;	/* nodes that could not be read */
};

static int
read_node(struct store *s, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	uint64_t number = tree_node_number(level, index);
	size_t len;

	if (pages_get_number(&s->pages, &s->nodes, number, hash, TREE_HASH,
	    &len) == 0 && len == TREE_HASH)
		return 0;
	if (errno == EBADMSG)
		return page_fail(s, &s->nodes);
	return absent(s, "node", number);
}

static int
hash_leaf(struct store *s, uint64_t index, unsigned char hash[TREE_HASH])
{
	static char text[LEAF_MAX];
	size_t len;

	if (get_leaf(s, index, text, sizeof(text), &len) == -1)
		return -1;
	tree_hash_leaf(text, len, hash);
	return 0;
}

/*
 * A node that cannot be read is computed from the two below it.  The depth of
 * this recursion is at most the tree's height, and a page of nodes covers few
 * leaves.
 */
static int
get_node(void *arg, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	struct store_reader *r = arg;
	unsigned char right[TREE_HASH];

	if (read_node(r->s, level, index, hash) == 0)
		return 0;
	if (errno != EBADMSG || r->remade++ >= REMADE_MAX)
		return -1;
	if (level == 0)
		return hash_leaf(r->s, index, hash);
	if (get_node(arg, level - 1, 2 * index, hash) == -1 ||
	    get_node(arg, level - 1, 2 * index + 1, right) == -1)
		return -1;
	tree_hash_children(hash, right, hash);
	return 0;
}

int
store_node(struct store *s, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	struct store_reader r = { .s = s };

	pages_forget(&s->pages);
	return get_node(&r, level, index, hash);
}

int
store_tree(struct store *s, uint64_t size, struct tree *t)
{
	struct store_reader r = { .s = s };
	const struct tree_nodes nodes = { get_node, &r };

	pages_forget(&s->pages);
	return tree_load(t, &nodes, size);
}

int
store_prove(struct store *s, uint64_t index, uint64_t size, struct proof *p)
{
	struct store_reader r = { .s = s };
	const struct tree_nodes nodes = { get_node, &r };

	pages_forget(&s->pages);
	return tree_prove(&nodes, index, size, p);
}

/* The leaf and its proof could be read but do not give the root. */
static int
explain_proof(struct store *s, uint64_t index,
    const unsigned char hash[TREE_HASH])
{
	unsigned char kept[TREE_HASH];
	bool text = store_node(s, 0, index, kept) == 0 &&
	    memcmp(kept, hash, sizeof(kept)) != 0;

	snprintf(s->damage, sizeof(s->damage), "%s on the disk are not those "
	    "that were recorded; only a copy of the data disk still has it",
	    text ? "its bytes" : "the hashes that prove it");
	s->rc = errno = EBADMSG;
	return -1;
}

/* A node of the proof is lost, and also the leaves to compute it from. */
static int
explain_nodes(struct store *s)
{
	char what[sizeof(s->damage)];

	if (errno != EBADMSG)
		return -1;
	memcpy(what, s->damage, sizeof(what));
	snprintf(s->damage, sizeof(s->damage), "hashes that prove it are lost: "
	    "%.120s; only a copy of the data disk still has them", what);
	return -1;
}

int
store_prove_leaf(struct store *s, uint64_t index, uint64_t size,
    const unsigned char root[TREE_HASH], void *leaf, size_t cap, size_t *lenp,
    struct proof *p)
{
	unsigned char hash[TREE_HASH];

	if (store_leaf(s, index, leaf, cap, lenp) == -1)
		return -1;
	if (store_prove(s, index, size, p) == -1)
		return explain_nodes(s);
	tree_hash_leaf(leaf, *lenp, hash);
	if (tree_verify(hash, index, size, p, root) == 0)
		return 0;
	return explain_proof(s, index, hash);
}

int
store_prove_consistency(struct store *s, uint64_t first,
    const unsigned char first_root[TREE_HASH], uint64_t second,
    const unsigned char second_root[TREE_HASH], struct proof *p)
{
	struct store_reader r = { .s = s };
	const struct tree_nodes nodes = { get_node, &r };

	pages_forget(&s->pages);
	if (tree_prove_consistency(&nodes, first, second, p) == -1)
		return explain_nodes(s);
	if (tree_verify_consistency(first, first_root, second, second_root, p)
	    == 0)
		return 0;
	snprintf(s->damage, sizeof(s->damage), "hashes on the disk are not "
	    "those that were recorded; only a copy of the data disk still has "
	    "them");
	s->rc = errno = EBADMSG;
	return -1;
}
