/* Opening the ledger and checking its tip: see store.h. */
#include "store.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/filekind.h"
#include "leaf.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "lib/note.h"
#include "lib/wire.h"

#define TABLES		3
#define DATA		"data.mdb"
#define NEW		"new"		/* folder of an unfinished ledger */

#define DAMAGED	"data.mdb is a damaged ledger: "
#define REPAIR	"; keep the disk for inspection and start with another one, " \
		"or put back a copy of it"

#define NOT_A_LEDGER	"data.mdb is not a ledger: is this the right data " \
	"disk?  It was left as it is; start with another disk, or move that " \
	"file away"

#define NOT_THIS_FORMAT	"data.mdb is LMDB's but neither a " STORE_FORMAT " nor a " \
	STORE_FORMAT_OLD "; it " \
	"was left as it is: start with another disk, or move that file away"

static noreturn void
assert_failed(MDB_env *env, const char *text)
{
	(void)env;
	die(EXIT_SYSTEM, DAMAGED "%s" REPAIR, text);
}

/* The message for an error of LMDB or the system. */
static int
explain(struct why *w, const char *what, int rc)
{
	if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG)
		return why_set(w, "%s: the data disk is full; enlarge it or "
		    "start with a larger one", what);
	if (rc == MDB_MAP_FULL)
		return why_set(w, "%s: data.mdb has reached its largest size; "
		    "keep this data disk and start with a new one", what);
	return why_set(w, "%s: %s; check the data disk, and that no file on "
	    "it is immutable", what, mdb_strerror(rc));
}

/* Opens and locks the folder, so that this process is the only writer. */
static int
open_dir(struct store *s, const char *dir, struct why *w)
{
	s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir == -1)
		return explain(w, "the ledger's folder", errno);
	if (flock(s->dir, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return why_set(w, "the ledger is in use by another process; "
		    "stop that first");
	return explain(w, "lock on the ledger's folder", errno);
}

static int
open_env(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	int rc = mdb_env_create(&s->env);

	if (rc == 0)
		rc = mdb_env_set_maxdbs(s->env, TABLES);
	if (rc == 0)
		rc = mdb_env_set_mapsize(s->env, max_mib << 20);
	if (rc == 0)
		rc = mdb_env_set_assert(s->env, assert_failed);
	if (rc == 0)
		rc = mdb_env_open(s->env, dir, MDB_NOLOCK | MDB_NOTLS, 0600);
	if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH ||
	    rc == MDB_CORRUPTED)
		return why_set(w, NOT_A_LEDGER);
	return rc == 0 ? 0 : explain(w, DATA, rc);
}

/* LMDB opens its file by name and would accept any kind of file. */
static int
check_kind(struct store *s, struct why *w)
{
	struct stat st;

	if (filekind_check_at(s->dir, DATA, w) == -1 && errno != ENOENT)
		return -1;
	if (fstatat(s->dir, NEW, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode))
		return why_set(w, NEW ": is %s and must be a folder; "
		    FILEKIND_ADVICE, filekind_word(st.st_mode));
	return 0;
}

/* LMDB would write a new database into an empty file. */
static int
check_length(struct store *s, struct why *w)
{
	struct stat st;

	if (fstatat(s->dir, DATA, &st, 0) == -1)
		return explain(w, DATA, errno);
	if (st.st_size == 0)
		return why_set(w, DAMAGED "the file is empty" REPAIR);
	return 0;
}

/* LMDB maps the file, so that it must be as long as its header says. */
static int
check_end(struct store *s, struct why *w)
{
	struct stat st;

	if (fstat(s->pages.fd, &st) == -1)
		return explain(w, DATA, errno);
	if (s->pages.end * PAGE > (uint64_t)st.st_size)
		return why_set(w, DAMAGED "the end of the file is missing"
		    REPAIR);
	return 0;
}

/* Checks the file before LMDB, which trusts it, opens it. */
static int
check_pages(struct store *s, struct why *w)
{
	s->pages.fd = openat(s->dir, DATA, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (s->pages.fd == -1)
		return explain(w, DATA, errno);
	if (pages_load(&s->pages, s->pages.fd) == -1) {
		if (errno == ENOTSUP)
			return why_set(w, NOT_A_LEDGER);
		return why_set(w, DAMAGED "page %" PRIu64 ", which says where "
		    "the others are, is not as it was written" REPAIR,
		    s->pages.bad);
	}
	return check_end(s, w);
}

static int
open_tables(struct store *s, MDB_txn *txn, unsigned flags)
{
	int rc = mdb_dbi_open(txn, "leaf", flags, &s->leaf);

	if (rc == 0)
		rc = mdb_dbi_open(txn, "node", flags, &s->node);
	if (rc == 0)
		rc = mdb_dbi_open(txn, "meta", flags, &s->meta);
	return rc;
}

static int
make_tables(struct store *s, struct why *w)
{
	int rc;

	tree_init(&s->tip.tree);
	if (store_begin(s, 0, 0) == -1)
		return explain(w, "a new ledger", s->rc);
	rc = open_tables(s, s->txn, MDB_CREATE);
	if (rc != 0) {
		store_abort(s);
		return explain(w, "a new ledger", rc);
	}
	if (store_set(s, "format", STORE_FORMAT, strlen(STORE_FORMAT)) == -1 ||
	    store_commit(s) == -1)
		return explain(w, "a new ledger", s->rc);
	return 0;
}

/*
 * Makes a new ledger in the folder NEW and renames it once it is complete and
 * on disk, so that a crash leaves either no ledger or an empty one.
 */
static int
make_new(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	char path[PATH_MAX];

	if (faccessat(s->dir, DATA, F_OK, 0) == 0)
		return 0;
	if (errno != ENOENT)
		return explain(w, DATA, errno);
	unlinkat(s->dir, NEW "/" DATA, 0);	/* left by a crash */
	snprintf(path, sizeof(path), "%s/" NEW, dir);
	if (mkdirat(s->dir, NEW, 0700) == -1 && errno != EEXIST)
		return explain(w, "a new ledger", errno);
	if (open_env(s, path, max_mib, w) == -1 || make_tables(s, w) == -1)
		return -1;
	mdb_env_close(s->env);	/* it is opened again by its name */
	s->env = NULL;
	s->room = 0;
	if (renameat(s->dir, NEW "/" DATA, s->dir, DATA) == -1 ||
	    unlinkat(s->dir, NEW, AT_REMOVEDIR) == -1 || fsync(s->dir) == -1)
		return explain(w, "a new ledger", errno);
	return 0;
}

/* Gets LMDB's handles of the tables. */
static int
find_dbis(struct store *s)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return rc;
	rc = open_tables(s, txn, 0);
	if (rc == 0)
		rc = mdb_txn_commit(txn);	/* keeps the tables open */
	else
		mdb_txn_abort(txn);
	return rc;
}

static int
find_tables(struct store *s, struct why *w)
{
	char format[64];
	size_t len = 0;

	if (store_load(s) == -1 && errno == EBADMSG)
		return why_set(w, DAMAGED "%s" REPAIR, store_error(s));
	if (s->rc == ENOENT ||
	    (store_get(s, "format", format, sizeof(format) - 1, &len) == -1 &&
	    errno != EBADMSG))
		return why_set(w, NOT_THIS_FORMAT);
	if (len == 0)
		return why_set(w, DAMAGED "%s" REPAIR, store_error(s));
	format[len] = '\0';
	s->upgraded_from = "";
	if (strcmp(format, STORE_FORMAT_OLD) == 0)
		s->upgraded_from = STORE_FORMAT_OLD;
	else if (strcmp(format, STORE_FORMAT) != 0)
		return why_set(w, NOT_THIS_FORMAT);
	return 0;
}

/* Checks the pages that LMDB reads to append. */
static int
check_appending(struct store *s, struct why *w)
{
	const struct page_table *const tables[] = { &s->leaves, &s->nodes };

	if (pages_check_append(&s->pages, tables, 2, &s->metas) == -1)
		return why_set(w, DAMAGED "page %" PRIu64 ", which is needed "
		    "to record more, is not as it was written" REPAIR,
		    s->pages.bad);
	return 0;
}

/* Checks that the tables have as many entries as a tree of this size. */
static int
check_counts(struct store *s, uint64_t size, struct why *w)
{
	if (s->leaves.entries != size ||
	    s->nodes.entries != tree_node_number(0, size))
		return why_set(w, DAMAGED "it says it has %" PRIu64 " leaves, "
		    "but has %" PRIu64 " of them and %" PRIu64 " nodes" REPAIR,
		    size, s->leaves.entries, s->nodes.entries);
	return 0;
}

/*
 * Appends the last leaf to the tree before it and compares the resulting nodes
 * with those on disk.
 */
static int
check_nodes(struct store *s, uint64_t size, struct why *w)
{
	unsigned char made[TREE_LEVELS][TREE_HASH], kept[TREE_HASH];
	struct tree t;
	unsigned n;

	if (store_tree(s, size - 1, &t) == -1)
		return why_set(w, DAMAGED "a node is missing" REPAIR);
	n = tree_append(&t, s->tip.last, made);
	for (unsigned l = 0; l < n; l++)
		if (store_node(s, l, (size - 1) >> l, kept) == -1 ||
		    memcmp(kept, made[l], TREE_HASH) != 0)
			return why_set(w, DAMAGED "leaf %" PRIu64 " is not "
			    "the one that the tree holds" REPAIR, size - 1);
	return 0;
}

static int
read_leaf(struct store *s, uint64_t index, char text[LEAF_MAX], size_t *lenp,
    unsigned char hash[TREE_HASH], struct why *w)
{
	if (store_leaf(s, index, text, LEAF_MAX, lenp) == -1)
		return why_set(w, DAMAGED "leaf %" PRIu64 " cannot be read: "
		    "%s" REPAIR, index, store_error(s));
	tree_hash_leaf(text, *lenp, hash);
	return 0;
}

/* Checks the last leaf against the tree and the leaf before it. */
static int
check_last(struct store *s, uint64_t size, struct why *w)
{
	unsigned char prev[TREE_HASH] = { 0 };
	char text[LEAF_MAX];
	size_t len;

	if (size > 1 && read_leaf(s, size - 2, text, &len, prev, w) == -1)
		return -1;
	if (read_leaf(s, size - 1, text, &len, s->tip.last, w) == -1 ||
	    check_nodes(s, size, w) == -1)
		return -1;
	if (leaf_check(text, len, size - 1, prev) == -1 ||
	    leaf_source(text, len, s->source) == -1)
		return why_set(w, DAMAGED "leaf %" PRIu64 " does not follow "
		    "the one before it" REPAIR, size - 1);
	return 0;
}

/* Checks that the last checkpoint, if any, is of this tree. */
static int
check_checkpoint(struct store *s, uint64_t size, struct why *w)
{
	char note[NOTE_TEXT_MAX];
	unsigned char root[TREE_HASH];
	struct checkpoint c;
	struct tree t;
	size_t len;

	if (store_get(s, "checkpoint", note, sizeof(note), &len) == -1) {
		if (errno == ENOENT)
			return 0;
		return why_set(w, DAMAGED "the last checkpoint cannot be read"
		    REPAIR);
	}
	if (checkpoint_parse_note(&c, note, len, w) == -1)
		return why_set(w, DAMAGED "the last checkpoint is garbage"
		    REPAIR);
	if (c.size > size)
		return why_set(w, DAMAGED "it has %" PRIu64 " leaves, but a "
		    "checkpoint for %" PRIu64 REPAIR, size, c.size);
	if (store_tree(s, c.size, &t) == -1)
		return why_set(w, DAMAGED "a node is missing" REPAIR);
	tree_root(&t, root);
	if (memcmp(root, c.root, sizeof(root)) != 0)
		return why_set(w, DAMAGED "its first %" PRIu64 " leaves are "
		    "not those of the last checkpoint" REPAIR, c.size);
	return 0;
}

static int
load_tip(struct store *s, struct why *w)
{
	unsigned char tip[8 + TREE_HASH], want[TREE_HASH], root[TREE_HASH];
	uint64_t size;
	struct get g;
	size_t len;

	if (store_get(s, "tip", tip, sizeof(tip), &len) == -1)
		return why_set(w, DAMAGED "its size is not recorded" REPAIR);
	get_init(&g, tip, len);
	size = get_u64(&g);
	memcpy(want, tip + 8, sizeof(want));
	if (len != sizeof(tip) || size > INT64_MAX)
		return why_set(w, DAMAGED "its size is garbage" REPAIR);
	if (check_counts(s, size, w) == -1)
		return -1;
	if (store_tree(s, size, &s->tip.tree) == -1)
		return why_set(w, DAMAGED "a node is missing" REPAIR);
	tree_root(&s->tip.tree, root);
	if (memcmp(root, want, sizeof(root)) != 0)
		return why_set(w, DAMAGED "its tree has not the root that was "
		    "recorded" REPAIR);
	if (size > 0 && check_last(s, size, w) == -1)
		return -1;
	return check_checkpoint(s, size, w);
}

static int
open_lmdb(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	int rc;

	if (open_env(s, dir, max_mib, w) == -1)
		return -1;
	rc = find_dbis(s);
	return rc == 0 ? 0 : explain(w, DATA, rc);
}

int
store_open(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	memset(s, 0, sizeof(*s));
	s->dir = s->pages.fd = -1;
	if (open_dir(s, dir, w) == -1 || check_kind(s, w) == -1 ||
	    make_new(s, dir, max_mib, w) == -1 ||
	    check_length(s, w) == -1 || check_pages(s, w) == -1 ||
	    find_tables(s, w) == -1 || load_tip(s, w) == -1 ||
	    check_appending(s, w) == -1 ||
	    open_lmdb(s, dir, max_mib, w) == -1) {
		store_close(s);
		return -1;
	}
	return 0;
}

void
store_close(struct store *s)
{
	store_abort(s);
	if (s->env != NULL)
		mdb_env_close(s->env);
	if (s->pages.fd != -1)
		close(s->pages.fd);
	if (s->dir != -1)
		close(s->dir);
	s->env = NULL;
	s->dir = s->pages.fd = -1;
}
