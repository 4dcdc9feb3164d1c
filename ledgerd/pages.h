/*
 * LMDB's file read without LMDB, which trusts every byte of it.  Here each page
 * is read with pread(2) and checked before it is used, so that a damaged one
 * is an error with a place, and not the end of the process.
 *
 * Theory of operation.  The first two pages have the roots of two tables, each
 * as one of the last two transactions left it: that of free pages, and that of
 * the other tables' names.  A table is a B+ tree of pages with sorted keys;
 * values that do not fit into a page have pages of their own.  All of that is
 * LMDB 0.9's format, which does not change.  A page whose number, kind, nodes
 * or keys are not what its parent says is damaged.  What a value says is not
 * checked here: the ledger has hashes for that.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "page.h"

#define PAGES_DEPTH	8	/* a thousand million leaves have 6 */
#define PAGES_CACHE	16

struct pages {
	int		 fd;
	uint64_t	 end;		/* pages that the tables may have */
	struct table	 free, names;
	/* Of the last -1 with EBADMSG: */
	uint64_t	 bad;		/* the page */
	uint64_t	 first, last;	/* numbers of the keys that it holds */
	bool		 bad_keys;	/* first and last are known */
	struct pages_cached {
		uint64_t	 nr;		/* 0: none */
		enum page_keys	 keys;		/* and as what it was checked */
		bool		 names, branch;
		unsigned char	 data[PAGE];
	} cache[PAGES_CACHE];
	unsigned char	 level[PAGES_DEPTH][PAGE];
};

/*
 * All return 0, or -1 with ENOENT when there is no such key, EMSGSIZE when the
 * value is longer than cap, EBADMSG when a page is damaged or cannot be read.
 */

/* What the file holds now: to be called after each commit.  -1 with ENOTSUP
 * when neither of the first pages is LMDB's. */
int	pages_load(struct pages *, int fd);

/* Forgets pages that were read before. */
void	pages_forget(struct pages *);

int	pages_find_table(struct pages *, const char *name, enum page_keys,
	    struct table *);
int	pages_get_number(struct pages *, const struct table *, uint64_t key,
	    void *dst, size_t cap, size_t *lenp);
int	pages_get_name(struct pages *, const struct table *, const char *key,
	    void *dst, size_t cap, size_t *lenp);

/*
 * Checks all pages that LMDB reads when entries are appended behind the last
 * ones of n tables, whose keys are the numbers from 0 on without gaps, and
 * values are set in the table `set'.
 */
int	pages_check_append(struct pages *, const struct table *const tables[],
	    size_t n, const struct table *set);

#endif
