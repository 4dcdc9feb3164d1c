/*
 * A reader of LMDB's file without LMDB, which trusts every byte of the file.
 * This code reads each page with pread(2) and checks it before use, so that a
 * damaged page is an error with a page number, and not a crash.
 *
 * Theory of operation.  Each of the first two pages has the roots of two
 * tables, as one of the last two transactions left them: the table of free
 * pages, and the table of the other tables' names.  A table is a B+ tree of
 * pages with sorted keys; values that do not fit into a page have pages of
 * their own.  All this is LMDB 0.9's format, which does not change.  A page is
 * damaged if its number, kind, nodes or keys are not those that its parent
 * says.  Values are not checked here: the ledger has hashes for that.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "page.h"

#define PAGES_DEPTH	8	/* 6 are enough for 10^9 leaves */
#define PAGES_CACHE	16
#define PAGES_SEEN	64	/* all tables' paths have fewer pages */

struct pages {
	int		 fd;
	uint64_t	 end;		/* number of pages in use */
	struct page_table	 free, names;
	/* After the last -1 with EBADMSG: */
	uint64_t	 bad;		/* the damaged page */
	uint64_t	 first, last;	/* the keys that it holds */
	bool		 bad_keys;	/* first and last are known */
	struct pages_cached {
		uint64_t	 nr;		/* 0: none */
		enum page_keys	 keys;		/* what it was checked as */
		bool		 names, branch;
		unsigned char	 data[PAGE];
	} cache[PAGES_CACHE];
	unsigned char	 level[PAGES_DEPTH][PAGE];
	/* Pages in use that pages_check_append() has read. */
	uint64_t	 seen[PAGES_SEEN];
	size_t		 nseen;
};

/*
 * All return 0, or -1 with ENOENT if there is no such key, EMSGSIZE if the
 * value is longer than cap, EBADMSG if a page is damaged or cannot be read.
 */

/*
 * Reads the first pages; call it after each commit.  Returns -1 with ENOTSUP
 * if neither of them is LMDB's.
 */
int	pages_load(struct pages *, int fd);

/* Empties the cache. */
void	pages_forget(struct pages *);

int	pages_find_table(struct pages *, const char *name, enum page_keys,
	    struct page_table *);
int	pages_get_number(struct pages *, const struct page_table *,
	    uint64_t key, void *dst, size_t cap, size_t *lenp);
/* A part of the value, from `at' on; *totalp is its whole length. */
int	pages_get_part(struct pages *, const struct page_table *,
	    uint64_t key, uint64_t at, void *dst, size_t cap, size_t *lenp,
	    uint64_t *totalp);
int	pages_get_name(struct pages *, const struct page_table *,
	    const char *key, void *dst, size_t cap, size_t *lenp);

/* What a walk calls; NULL for what is not wanted. */
struct pages_walk {
	void	*arg;
	/* A checked page of a table.  A walk ends when one of these is -1. */
	int	(*page)(void *arg, uint64_t nr, const unsigned char *page);
	/* A value of len bytes in pages of its own, from page nr on. */
	int	(*value)(void *arg, uint64_t nr, uint64_t len);
};

/* Every page of a table, in the order of its keys. */
int	pages_walk(struct pages *, const struct page_table *,
	    const struct pages_walk *);
/*
 * Checks all pages that LMDB reads when it appends entries to n tables, whose
 * keys are the numbers from 0 without gaps, and sets values in the table
 * `set'.
 */
int	pages_check_append(struct pages *,
	    const struct page_table *const tables[], size_t n,
	    const struct page_table *set);

#endif
