/*
 * The ledger on disk: leaves and the complete subtrees over them, in LMDB.
 *
 * Theory of operation.  Every change is one LMDB transaction with LMDB's
 * default flags: when store_commit() answers 0, the leaves are on disk, and a
 * crash at any moment leaves the state after some earlier commit.  Tables:
 *
 *	leaf	u64 index (big-endian)		the leaf's JSON text
 *	node	u64 tree_node_number		32 bytes
 *	meta	"format"			STORE_FORMAT
 *		"tip"				u64 size, root (32)
 *		"boot"				boot id of the last start
 *		"checkpoint"			the last one known, a note
 *
 * Keys only grow, so that each put lands on the last page of its table.
 *
 * A full disk must fail before LMDB writes, not in the middle: LMDB reports a
 * write that was cut short as EIO, which says nothing about the disk.  So room
 * for a transaction is allocated with fallocate(2) before it starts.
 *
 * LMDB trusts its file, and a damaged page would end the process or worse.  So
 * it only writes, after all pages that it reads for that were checked; what
 * is read is read by pages.h.  A node that cannot be read is made again from
 * those below it or from leaves.  What is damaged is never repaired on disk.
 *
 * One process has the ledger at a time: it holds a lock on the folder, and
 * LMDB's own locking (a mutex shared between processes) is off.
 */
#ifndef STORE_H
#define STORE_H

#include <lmdb.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pages.h"
#include "lib/tree.h"
#include "lib/why.h"

#define STORE_FORMAT	"casemate-ledger@v1"
#define STORE_MIB	1024	/* largest file unless told otherwise: some
				 * 500,000 leaves */

struct tip {
	struct tree	tree;
	unsigned char	last[TREE_HASH];	/* the last leaf's hash */
};

struct store {
	MDB_env		*env;
	MDB_dbi		 leaf, node, meta;
	struct pages	 pages;
	struct table	 leaves, nodes, metas;	/* as committed */
	int		 dir;
	struct tip	 tip;		/* as committed */
	MDB_txn		*txn;		/* under way, or NULL */
	struct tip	 next;		/* as txn will leave it */
	uint64_t	 room;		/* file bytes that have disk blocks */
	int		 rc;		/* LMDB's or the system's last error */
	char		 damage[256];	/* what it means when it is EBADMSG */
};

/*
 * Opens the ledger in a folder, or makes one when there is none, and checks
 * its tip: the last leaf and the hash of the one before it, the tree's right
 * edge, the recorded root, and the last checkpoint.  The file grows up to
 * max_mib.  -1 with *w: what is there is not a ledger, or a damaged one, or in
 * use, or cannot be written; nothing was overwritten then.
 */
int	store_open(struct store *, const char *dir, size_t max_mib,
	    struct why *w);
void	store_close(struct store *);

/*
 * A transaction: begin with the number and total length of the leaves to come
 * (or more, where room must stay free behind them), put, set, commit.  On -1
 * from any of the four it is over, nothing was written and the tip is as
 * before:
 *	ENOSPC	no room on the disk
 *	EFBIG	the file has reached max_mib
 *	EBADMSG	pages that it would change are damaged
 *	EIO	anything else, the outcome is unknown: the caller must stop
 * store_commit() blocks until all is on disk.
 */
int	store_begin(struct store *, size_t leaves, size_t bytes);
/* The new leaf's index is s->next.tree.size before, its hash s->next.last. */
int	store_put(struct store *, const void *leaf, size_t len);
int	store_set(struct store *, const char *name, const void *, size_t len);
int	store_commit(struct store *);
void	store_abort(struct store *);
/*
 * File bytes that leaves can still have, as far as the disk and max_mib let
 * the file grow, but for `kept' of them.  0 also when the disk does not say.
 */
uint64_t	store_room(const struct store *, uint64_t kept);
/* How many of them a leaf of this length has; never more than it does. */
uint64_t	store_cost(size_t len);
/* What the last -1 was about, in LMDB's or the system's words. */
const char	*store_error(const struct store *);

/*
 * These read what is committed and must not be called between begin and
 * commit.  -1 with ENOENT when there is no such thing, EMSGSIZE when it is
 * longer than cap, EBADMSG when it cannot be read from its page, whose number
 * store_error() has.
 */
int	store_get(struct store *, const char *name, void *, size_t cap,
	    size_t *lenp);
int	store_leaf(struct store *, uint64_t index, void *, size_t cap,
	    size_t *lenp);
int	store_node(struct store *, unsigned level, uint64_t index,
	    unsigned char hash[TREE_HASH]);
/* The tree of the first `size' leaves. */
int	store_tree(struct store *, uint64_t size, struct tree *);
int	store_prove(struct store *, uint64_t index, uint64_t size,
	    struct proof *);

/*
 * A leaf and its proof in the tree with this size and root: both are right, or
 * it is -1 with EBADMSG, and store_error() says which leaves that concerns and
 * what to do.
 */
int	store_prove_leaf(struct store *, uint64_t index, uint64_t size,
	    const unsigned char root[TREE_HASH], void *leaf, size_t cap,
	    size_t *lenp, struct proof *);

/* For store_open(): reads the roots of the tables as they are on disk. */
int	store_load(struct store *);

#endif
