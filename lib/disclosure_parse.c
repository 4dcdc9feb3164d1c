#include "disclosure.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base64.h"
#include "lib/doc/utf8.h"

#define NAME_LETTERS	"abcdefghijklmnopqrstuvwxyz0123456789_"

/* The JSON that is left. */
struct reader {
	const char	*p, *end;
};

static bool
take(struct reader *r, const char *token)
{
	const size_t len = strlen(token);

	if ((size_t)(r->end - r->p) < len || memcmp(r->p, token, len) != 0)
		return false;
	r->p += len;
	return true;
}

static bool
take_hex(struct reader *r, int digits)
{
	for (; digits > 0; digits--, r->p++)
		if (r->p == r->end ||
		    memchr("0123456789abcdefABCDEF", *r->p, 22) == NULL)
			return false;
	return true;
}

/* What follows a backslash. */
static bool
take_escape(struct reader *r)
{
	if (take(r, "u"))
		return take_hex(r, 4);
	if (r->p == r->end || memchr("\"\\/bfnrt", *r->p, 8) == NULL)
		return false;
	r->p++;
	return true;
}

static bool
take_string(struct reader *r)
{
	if (!take(r, "\""))
		return false;
	while (!take(r, "\"")) {
		if (r->p == r->end || (unsigned char)*r->p < 0x20)
			return false;
		if (!take(r, "\\"))
			r->p++;
		else if (!take_escape(r))
			return false;
	}
	return true;
}

/* A text, or a list of texts. */
static bool
take_value(struct reader *r)
{
	if (!take(r, "["))
		return take_string(r);
	if (take(r, "]"))
		return true;
	do
		if (!take_string(r))
			return false;
	while (take(r, ","));
	return take(r, "]");
}

static bool
take_salt(struct reader *r)
{
	const size_t len = BASE64URL_LEN(DISCLOSURE_SALT);
	unsigned char salt[DISCLOSURE_SALT];
	size_t n;

	if ((size_t)(r->end - r->p) < len ||
	    base64url_get(salt, sizeof(salt), &n, r->p, len) == -1)
		return false;
	r->p += len;
	return true;
}

int
disclosure_check_name(const char *name, size_t len)
{
	errno = EBADMSG;
	if (len == 0 || len > DISCLOSURE_NAME_MAX)
		return -1;
	for (size_t i = 0; i < len; i++)
		if (memchr(NAME_LETTERS, name[i], sizeof(NAME_LETTERS) - 1) ==
		    NULL)
			return -1;
	return 0;
}

static bool
take_name(struct reader *r, struct disclosure *d)
{
	const char *quote = memchr(r->p, '"', (size_t)(r->end - r->p));

	if (quote == NULL)
		return false;
	d->name = r->p;
	d->name_len = (size_t)(quote - r->p);
	r->p = quote;
	return disclosure_check_name(d->name, d->name_len) == 0;
}

int
disclosure_parse(struct disclosure *d, const void *text, size_t len,
    void *room, struct why *w)
{
	struct reader r = { .p = room };
	size_t n;

	if (memchr(text, '\r', len) != NULL)
		return why_set(w, "has a carriage return: the ends of lines "
		    "were changed");
	if (base64url_get(room, len, &n, text, len) == -1)
		return why_set(w, "is not base64url without padding");
	r.end = r.p + n;
	if (utf8_check(room, n) == -1)
		return why_set(w, "has bytes that are not UTF-8");
	if (!take(&r, "[\"") || !take_salt(&r) || !take(&r, "\",\""))
		return why_set(w, "does not begin with a salt of %d bytes",
		    DISCLOSURE_SALT);
	if (!take_name(&r, d) || !take(&r, "\","))
		return why_set(w, "does not name a field");
	d->value = r.p;
	if (!take_value(&r))
		return why_set(w, "has a value that is neither a text nor a "
		    "list of texts");
	d->value_len = (size_t)(r.p - d->value);
	if (!take(&r, "]") || r.p != r.end)
		return why_set(w, "does not end after its value");
	return 0;
}
