/*
 * One page of LMDB's file: a header and sorted nodes, each with a key.  The
 * nodes of a branch page name the page below them, those of a leaf page have
 * values.
 */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAGE		4096	/* LMDB's page size on this machine */
#define PAGE_HEADER	16	/* u64 number, u16 pad, flags, two bounds */
#define PAGE_RECORD	48	/* bytes that describe a table */
#define PAGE_METAS	2	/* the first pages, not part of a table */

enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8 };
enum { PAGE_BIGDATA = 1, PAGE_SUBDATA = 2 };		/* flags of nodes */

enum page_keys {
	KEYS_NAME,		/* bytes */
	KEYS_BIG,		/* 64-bit numbers, big-endian */
	KEYS_NATIVE,		/* 64-bit numbers in native byte order */
};

struct page_table {
	enum page_keys	 keys;
	bool		 names;		/* its values are tables */
	unsigned	 depth;		/* 0: empty */
	uint64_t	 root;
	uint64_t	 pages, entries;
};

struct page_node {
	const unsigned char	*key;
	size_t			 keylen;
	unsigned		 flags;
	size_t			 len;
	const unsigned char	*data;
	uint64_t		 child;		/* or the first overflow page */
};

/*
 * A number of up to 8 bytes in native byte order, like the file.  Inline, so
 * that each of the hundreds in a page is one load and not a call of memcpy.
 */
static inline uint64_t
page_load(const unsigned char *p, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, p, len);
	return v;
}

/*
 * Whether this is page nr of the table, a branch or a leaf page, whose nodes
 * all lie in it, in order, and name pages below `end'.
 */
bool	page_check(const struct page_table *, uint64_t nr, bool branch,
	    uint64_t end, const unsigned char *page);

/* The page must have been checked. */
size_t	page_count(const unsigned char *page);
bool	page_node(const unsigned char *page, size_t i, bool branch,
	    struct page_node *);
/* The node's key, of a table whose keys are numbers. */
uint64_t page_number(const struct page_table *, const struct page_node *);

#endif
