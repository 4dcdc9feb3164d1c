/*
 * Base 64 of RFC 4648 section 4: the standard alphabet with padding, and no
 * other byte.  The caller joins lines first.  base64url is below.
 */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>

#include "wire.h"

/* Characters for len bytes. */
#define BASE64_LEN(len)	(((len) + 2) / 3 * 4)

/* Appends the text, without a newline. */
void	base64_put(struct put *, const void *, size_t len);

/*
 * Decodes all of the text into dst and sets *lenp.  Returns -1 with EBADMSG for
 * what base64_put() does not write: a foreign byte, missing or early padding,
 * bits set that padding cuts off; with EMSGSIZE when it does not fit into cap
 * bytes.  dst is undefined then.
 */
int	base64_get(void *dst, size_t cap, size_t *lenp, const void *text,
	    size_t len);

/* The same for base64url of section 5, without padding. */
#define BASE64URL_LETTERS						\
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
void	base64url_put(struct put *, const void *, size_t len);
int	base64url_get(void *dst, size_t cap, size_t *lenp, const void *text,
	    size_t len);
/* Characters for len bytes. */
#define BASE64URL_LEN(len)	(((len) * 4 + 2) / 3)

#endif
