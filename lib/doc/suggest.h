/*
 * "Did you mean ...?": finds the known name that is most similar to an unknown
 * one.  Upper and lower case are the same.  Two names are also similar when one
 * begins with the other.
 */
#ifndef DOC_SUGGEST_H
#define DOC_SUGGEST_H

#include <stddef.h>

#define SUGGEST_TEXT_MAX	192
#define SUGGEST_LIST_MAX	160	/* names in a message */

struct suggest {
	const char	*given;
	size_t		 len;
	const char	*meant;		/* NULL: none is near */
	size_t		 meant_len;
	const void	*item;		/* of suggest_try() */
	unsigned	 distance;
	char		 list[SUGGEST_LIST_MAX]; /* "A, B, ..." */
};

/* The name must outlive it. */
void	suggest_init(struct suggest *, const char *given, size_t len);
/* A known name; it must outlive the suggestion. */
void	suggest_try(struct suggest *, const char *name, size_t len,
	    const void *item);
/* "did you mean `NAME'? " for the middle of a message, or "".  Returns dst. */
const char	*suggest_text(const struct suggest *,
		    char dst[SUGGEST_TEXT_MAX]);
/*
 * "did you mean `NAME'?" for the end of a message; else the names that there
 * are: "there are A, B, ...".  Returns dst.
 */
const char	*suggest_hint(const struct suggest *,
		    char dst[SUGGEST_TEXT_MAX]);

#endif
