/*
 * Checks the bytes of a file that people write, before its grammar.  All are
 * UTF-8 without a byte order mark.  A reader names what else its format refuses;
 * the message says how to save the file.
 */
#ifndef DOC_ENCODING_H
#define DOC_ENCODING_H

#include "error.h"

#define ENCODING_CONTROLS	1u	/* but tab, and CR and LF */
#define ENCODING_CR		2u	/* without LF behind it */
#define ENCODING_CRLF		4u
/* Other line ends of YAML: U+0085, U+2028, U+2029. */
#define ENCODING_BREAKS		8u

/* Returns 0, or -1 with *e at the first byte that is not allowed. */
int	encoding_check(const struct doc_source *, unsigned refused,
	    struct doc_error *);

#endif
