/*
 * Reading a ledger leaf: one JSON object (RFC 8259) whose members are text,
 * numbers, or the one object `data' with members of the same two kinds.
 * Strict: refuses what ledgerd does not write.  No recursion.
 */
#ifndef LEAF_H
#define LEAF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/why.h"

#define LEAF_MEMBERS_MAX	40	/* 7, and 18 of the longest event */
#define LEAF_NAME_MAX		63

struct leaf_member {
	char	 name[LEAF_NAME_MAX + 1];	/* "type", "data.job" */
	char	*value;				/* unescaped, no NUL in it */
	bool	 is_text;
};

struct parsed_leaf {
	struct leaf_member	member[LEAF_MEMBERS_MAX];
	size_t			n;
};

/* -1 with EBADMSG and *w.  leaf_free() in any case. */
int	leaf_parse(struct parsed_leaf *, const void *json, size_t len,
	    struct why *w);
void	leaf_free(struct parsed_leaf *);

/* A member's value, "" when it is missing. */
const char	*leaf_get(const struct parsed_leaf *, const char *name);

#endif
