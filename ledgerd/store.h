/*
 * The ledger on disk: leaves and the complete subtrees over them, in LMDB.
 *
 * Theory of operation.  Every change is one LMDB transaction with LMDB's
 * default flags: when store_commit() returns 0, the leaves are on disk; a
 * crash at any moment leaves the state of the last commit.  Tables:
 *
 *	leaf	u64 index (big-endian)		the leaf's record, see leaf.h
 *	node	u64 tree_node_number		32 bytes
 *
 * LMDB's table of their names also has single values, which docs/ledger.md
 * lists, among them the format and the tip.  The old format has them in a table
 * "meta", from which the first transaction moves them.
 *
 * Keys only grow, so that each put goes to the last page of its table.  To
 * write few pages in a small transaction, the nodes that the last leaves made
 * are written late, those of STORE_LATE leaves at once.  Until then they are
 * computed from the hashes in the tip, so that each leaf's hash is on disk
 * apart from the leaf.
 *
 * A full disk must be noticed before LMDB writes: LMDB reports a short write
 * as EIO, which does not say that the disk is full.  So space for a
 * transaction is allocated with fallocate(2) before it starts.
 *
 * LMDB trusts its file; a damaged page would crash the process or worse.  So
 * LMDB is only used to write, after all pages that it will read for this were
 * checked.  All other reads go through pages.h.  A node that cannot be read is
 * computed from the nodes or leaves below it.  Damage on disk is never
 * repaired.
 *
 * Only one process uses the ledger at a time: it locks the folder.  LMDB's own
 * locking, a mutex shared between processes, is off.
 */
#ifndef STORE_H
#define STORE_H

#include <lmdb.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pages.h"
#include "lib/note.h"
#include "lib/tree.h"
#include "lib/why.h"

#define STORE_FORMAT	"casemate-ledger@v2"
#define STORE_FORMAT_OLD "casemate-ledger@v1"	/* see leaf.h */
#define STORE_MIB	1024	/* default maximum, about 330,000 leaves */

#define STORE_KEY	8	/* bytes of a number */
#define STORE_LATE	32	/* the tip fits into its page with the others */
#define STORE_TIP_MAX	(STORE_KEY + TREE_HASH + STORE_LATE * TREE_HASH)

struct tip {
	struct tree	tree;
	unsigned char	last[TREE_HASH];	/* the last leaf's hash */
	uint64_t	kept;		/* leaves whose nodes are on disk */
	unsigned	nlate;		/* nodes of the others, in order */
	unsigned char	late[2 * STORE_LATE + TREE_LEVELS][TREE_HASH];
};

struct store {
	MDB_env		*env;
	MDB_dbi		 leaf, node, names;
	MDB_dbi		 meta;		/* of an old ledger */
	struct pages	 pages;
	struct page_table	 leaves, nodes, metas;	/* as committed */
	bool		 stale;		/* they were, before the last commit */
	int		 dir;
	struct tip	 tip;		/* as committed */
	MDB_txn		*txn;		/* the open transaction, or NULL */
	struct tip	 next;		/* the tip after txn */
	/* Of the last leaf when the ledger was opened; "": no leaf. */
	char		 source[NOTE_NAME_MAX + 1];
	const char	*upgraded_from;	/* format to be replaced, or "" */
	uint64_t	 room;		/* bytes of the file with disk blocks */
	int		 rc;		/* LMDB's or the system's last error */
	char		 damage[256];	/* the message if rc is EBADMSG */
};

/*
 * Opens the ledger in a folder, or makes a new one, and checks its tip: the
 * tree's right edge, the recorded root, the last leaf and the hash of the one
 * before it, and the last checkpoint.  A last leaf that cannot be read is
 * logged.  The file may grow to max_mib.  Returns -1 with *w if the file is not
 * a ledger, in use, not writable, or damaged where it grows; nothing was
 * overwritten then.
 */
int	store_open(struct store *, const char *dir, size_t max_mib,
	    struct why *w);
void	store_close(struct store *);

/*
 * A transaction: begin, put, set, commit.  Begin takes the number and total
 * length of the leaves to come, or more to keep some space free after them.
 * If one of the four returns -1, the transaction has ended, nothing was
 * written and the tip is as before:
 *	ENOSPC	the disk is full
 *	EFBIG	the file has reached max_mib
 *	EBADMSG	pages that it would change are damaged
 *	EIO	anything else; the outcome is unknown: the caller must stop
 * store_commit() blocks until all is on disk.
 */
int	store_begin(struct store *, size_t leaves, size_t bytes);
/*
 * A leaf's text, and what is kept beside it.  Before, s->next.tree.size is the
 * leaf's index; after, .last its hash.
 */
int	store_put(struct store *, struct bytes text, struct bytes beside);
int	store_set(struct store *, const char *name, const void *, size_t len);
int	store_commit(struct store *);
void	store_abort(struct store *);
/*
 * Bytes of the file left for leaves, by the free space on the disk and
 * max_mib, less `kept'.  0 also if the disk does not tell.
 */
uint64_t	store_room(const struct store *, uint64_t kept);
/* How many of them a leaf of this length takes, or fewer. */
uint64_t	store_cost(size_t len);
/* The message for the last -1. */
const char	*store_error(const struct store *);

/*
 * These read what is committed and must not be called between begin and
 * commit.  They return -1 with ENOENT if it does not exist, EMSGSIZE if it is
 * longer than cap, or EBADMSG if its page cannot be read; store_error() names
 * the page.
 */
int	store_get(struct store *, const char *name, void *, size_t cap,
	    size_t *lenp);
/* The leaf's text. */
int	store_leaf(struct store *, uint64_t index, void *, size_t cap,
	    size_t *lenp);
/* A part of its record, from `at' on; *totalp is its whole length. */
int	store_record(struct store *, uint64_t index, uint64_t at, void *,
	    size_t cap, size_t *lenp, uint64_t *totalp);
int	store_node(struct store *, unsigned level, uint64_t index,
	    unsigned char hash[TREE_HASH]);
/* The same without computing it from others. */
int	store_node_kept(struct store *, unsigned level, uint64_t index,
	    unsigned char hash[TREE_HASH]);
/* The tree of the first `size' leaves. */
int	store_tree(struct store *, uint64_t size, struct tree *);
int	store_prove(struct store *, uint64_t index, uint64_t size,
	    struct proof *);

/*
 * Reads a leaf and its proof in the tree with this size and root.  Verifies
 * both: if they are wrong, returns -1 with EBADMSG, and store_error() says
 * which leaves are affected and what to do.
 */
int	store_prove_leaf(struct store *, uint64_t index, uint64_t size,
	    const unsigned char root[TREE_HASH], void *leaf, size_t cap,
	    size_t *lenp, struct proof *);

/*
 * Makes the proof that the tree with the first size and root is the beginning
 * of the one with the second, and verifies it in the same way.
 */
int	store_prove_consistency(struct store *, uint64_t first,
	    const unsigned char first_root[TREE_HASH], uint64_t second,
	    const unsigned char second_root[TREE_HASH], struct proof *);

/*
 * Checks what belongs to no leaf, as store_open() does: the pages that
 * appending needs, and that the tip and the newest checkpoint on the disk are
 * those of the tree.  Returns -1 with *w.
 */
int	store_check_rest(struct store *, struct why *w);

/*
 * Reads the tables' roots from disk.  All functions above do so when they have
 * to; call it before looking at s->pages or a table.
 */
int	store_load(struct store *);

/* For the store's own files. */

#define STORE_DAMAGED	"data.mdb is a damaged ledger: "
#define STORE_REPAIR	"; keep the disk for inspection and start with " \
	"another one, or put back a copy of it"

/* For store_open(): loads and checks the tip.  Returns -1 with *w. */
int	store_load_tip(struct store *, struct why *w);

/* Appends the value of "tip". */
void	store_tip_put(const struct tip *, struct put *);
/* Turns an error of pages.h into the store's; names the leaves affected. */
int	store_page_fail(struct store *, const struct page_table *);
/* The most bytes that a transaction with these leaves adds to the file. */
uint64_t	store_room_needed(size_t leaves, size_t bytes);
/* Makes the file that much longer than it is used.  Returns 0 or an error. */
int	store_make_room(struct store *, uint64_t need);
/*
 * Reads the tables' roots, and checks all pages that LMDB reads when it appends
 * (pages_check_append()).  -1 with EBADMSG; the other one also with *w.
 */
int	store_check_append(struct store *);
int	store_explain_append(struct store *, struct why *w);
/* Puts another record in place of a leaf's, in the transaction. */
int	store_replace(struct store *, uint64_t index, struct bytes record);

#endif
