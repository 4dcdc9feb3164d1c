/*
 * Reading a ledger leaf: one JSON object (RFC 8259) whose members are texts,
 * numbers, lists of texts, or the one object `data' with members of the same
 * three kinds.  Strict: refuses what ledgerd does not write.  No recursion.
 */
#ifndef LEAF_H
#define LEAF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/why.h"

#define LEAF_MEMBERS_MAX	64	/* 10, and those of the longest event */
#define LEAF_NAME_MAX		63

enum leaf_kind {
	LEAF_TEXT,
	LEAF_NUMBER,
	LEAF_LIST,
};

struct leaf_member {
	char	 name[LEAF_NAME_MAX + 1];	/* "type", "data.job" */
	char	*value;	/* a text unescaped, else as `json'; no NUL in it */
	char	*json;	/* as it is in the leaf */
	bool	 inner;	/* of `data' */
	enum leaf_kind	 kind;
};

struct parsed_leaf {
	struct leaf_member	member[LEAF_MEMBERS_MAX];
	size_t			n;
};

/* -1 with EBADMSG and *w.  leaf_free() in any case. */
int	leaf_parse(struct parsed_leaf *, const void *json, size_t len,
	    struct why *w);
void	leaf_free(struct parsed_leaf *);

/* The member of this name, or NULL. */
const struct leaf_member *leaf_find(const struct parsed_leaf *,
	    const char *name);
/* A member's value, "" when it is missing. */
const char	*leaf_get(const struct parsed_leaf *, const char *name);

#endif
