/*
 * The fields that a leaf withholds (docs/ledger.md, Withheld fields): which
 * they are, and the values of those that are disclosed.
 */
#ifndef DISCLOSED_H
#define DISCLOSED_H

#include <stddef.h>

#include "buf.h"
#include "leaf.h"
#include "lib/disclosure.h"
#include "lib/why.h"

#define DISCLOSED_MAX	32	/* room for newer versions */

struct disclosed_field {
	char	 digest[DISCLOSURE_DIGEST + 1];
	char	 name[DISCLOSURE_NAME_MAX + 1];	/* "": not known */
	char	*json;				/* NULL: not disclosed */
};

struct disclosed {
	struct disclosed_field	field[DISCLOSED_MAX];
	size_t			n;
};

/*
 * Reads the leaf's digests and these disclosures: lines of text, which end in
 * newlines.  Each must be the only one for a digest of this leaf, and the field
 * that it names must be the one that the kind of leaf has in that place.  A
 * kind or place that this version does not know may have any name that the
 * leaf does not have yet.  -1 with EBADMSG and *w.  disclosed_free() in any
 * case.
 */
int	disclosed_read(struct disclosed *, const struct parsed_leaf *,
	    const void *lines, size_t len, struct why *w);
void	disclosed_free(struct disclosed *);

/* Forgets the values that are disclosed. */
void	disclosed_redact(struct disclosed *);
/* The field of this name, or NULL. */
const struct disclosed_field *disclosed_find(const struct disclosed *,
	    const char *name);

/*
 * Appends the leaf's JSON as a person reads it: the withheld fields are in
 * their places, with their values or with marks such as "[USER]".  Digests of
 * fields whose names are not known stay in "_sd".  A leaf that withholds
 * nothing is appended as it is.
 */
void	disclosed_put(struct buf *out, const struct disclosed *,
	    const struct parsed_leaf *);

#endif
