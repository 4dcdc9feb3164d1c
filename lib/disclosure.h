/*
 * Disclosures after RFC 9901 (SD-JWT), section 4.2: a salted commitment to one
 * member of a JSON object.  A disclosure is base64url of the JSON text
 *
 *	["SALT","NAME",VALUE]
 *
 * without blanks, SALT being base64url of 16 random bytes.  The object has the
 * base64url of the SHA-256 of the disclosure's text.  Who does not have the
 * disclosure cannot find the value by trying, because the salt is random.
 */
#ifndef DISCLOSURE_H
#define DISCLOSURE_H

#include <stddef.h>

#include "lib/base64.h"
#include "lib/doc/put.h"
#include "why.h"

#define DISCLOSURE_SALT		16	/* bytes, as section 9.3 recommends */
#define DISCLOSURE_DIGEST	43	/* characters */
#define DISCLOSURE_NAME_MAX	63	/* of letters a to z, digits and _ */

/* A disclosure that was read: parts of its JSON text, not closed with a NUL. */
struct disclosure {
	const char	*name, *value;
	size_t		 name_len, value_len;
};

/* Characters of a disclosure and the end of its line; lengths in bytes. */
#define DISCLOSURE_LINE(name, value)					\
	(BASE64URL_LEN(BASE64URL_LEN(DISCLOSURE_SALT) + (name) + (value) + 8) + 1)

/* Appends the disclosure's text; the value is JSON. */
void	disclosure_put(struct put *, const unsigned char salt[DISCLOSURE_SALT],
	    const char *name, const void *value, size_t len);

/* The digest that the object has, closed with a NUL. */
void	disclosure_digest(const unsigned char salt[DISCLOSURE_SALT],
	    const char *name, const void *value, size_t len,
	    char digest[DISCLOSURE_DIGEST + 1]);

/* The digest of a disclosure's text. */
void	disclosure_digest_text(const void *text, size_t len,
	    char digest[DISCLOSURE_DIGEST + 1]);

/*
 * Reads a disclosure's text.  Its JSON goes to `room', which has `len' bytes,
 * and *d points into it.  Strict: the array as it is written above, with a salt
 * of DISCLOSURE_SALT bytes, and a value that is one text or one list of texts
 * without blanks between.  Nothing in it may be trusted before its digest was
 * found in the object.  Returns -1 with EBADMSG and *w.
 */
int	disclosure_parse(struct disclosure *d, const void *text, size_t len,
	    void *room, struct why *w);

/* Whether it can be a withheld member's name. */
int	disclosure_check_name(const char *name, size_t len);

#endif
