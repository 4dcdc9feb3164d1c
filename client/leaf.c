#include "leaf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "lib/doc/json.h"
#include "lib/note.h"
#include "need.h"

#define NAME_LETTERS	"abcdefghijklmnopqrstuvwxyz0123456789_"

struct leaf_reader {
	const unsigned char	*p, *end, *start;
	struct parsed_leaf		*leaf;
	struct why		*w;
};

static int
bad(const struct leaf_reader *r, const char *what)
{
	return why_set(r->w, "the leaf is not a casemate event: byte %zu: %s",
	    (size_t)(r->p - r->start), what);
}

static bool
take(struct leaf_reader *r, char c)
{
	if (r->p == r->end || *r->p != (unsigned char)c)
		return false;
	r->p++;
	return true;
}

static int
hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* As UTF-8. */
static void
add_rune(struct buf *out, unsigned rune)
{
	unsigned char s[3];
	size_t n = 0;

	if (rune < 0x80) {
		s[n++] = (unsigned char)rune;
	} else {
		if (rune < 0x800) {
			s[n++] = (unsigned char)(0xc0 | rune >> 6);
		} else {
			s[n++] = (unsigned char)(0xe0 | rune >> 12);
			s[n++] = (unsigned char)(0x80 | (rune >> 6 & 0x3f));
		}
		s[n++] = (unsigned char)(0x80 | (rune & 0x3f));
	}
	buf_add(out, s, n);
}

/* The four digits after \u; only of what json_put_string() escapes. */
static int
take_unicode(struct leaf_reader *r, struct buf *out)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		int d = r->p == r->end ? -1 : hex_digit(*r->p);

		if (d == -1)
			return bad(r, "\\u needs four hex digits");
		v = v << 4 | (unsigned)d;
		r->p++;
	}
	if (v == 0 || (v > 0x7f && !utf8_acts(v)))
		return bad(r, "\\u of a character that needs no escape");
	add_rune(out, v);
	return 0;
}

static int
take_escape(struct leaf_reader *r, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (r->p == r->end)
		return bad(r, "ends in an escape");
	if (*r->p == 'u') {
		r->p++;
		return take_unicode(r, out);
	}
	at = memchr(from, *r->p, sizeof(from) - 1);
	if (at == NULL)
		return bad(r, "unknown escape");
	buf_add(out, &to[at - from], 1);
	r->p++;
	return 0;
}

static int
take_string(struct leaf_reader *r, struct buf *out)
{
	if (!take(r, '"'))
		return bad(r, "a string was expected");
	while (!take(r, '"')) {
		if (r->p == r->end)
			return bad(r, "ends in a string");
		if (*r->p < 0x20)
			return bad(r, "a control character in a string");
		if (take(r, '\\')) {
			if (take_escape(r, out) == -1)
				return -1;
			continue;
		}
		buf_add(out, r->p++, 1);
	}
	return 0;
}

static int
take_number(struct leaf_reader *r, struct buf *out)
{
	const unsigned char *first = r->p;
	uint64_t number;

	while (r->p != r->end && *r->p >= '0' && *r->p <= '9')
		buf_add(out, r->p++, 1);
	if (checkpoint_parse_number(&number, (const char *)first,
	    (size_t)(r->p - first)) == -1)
		return bad(r, "a whole number was expected");
	return 0;
}

/* ["text",...]; the value is the JSON. */
static int
take_list(struct leaf_reader *r, struct buf *out)
{
	const unsigned char *first = r->p++;
	struct buf text = { 0 };
	bool more = !take(r, ']');
	int ret = 0;

	while (more && (ret = take_string(r, &text)) == 0) {
		more = take(r, ',');
		if (more || take(r, ']'))
			continue;
		ret = bad(r, "a comma or ] was expected");
		break;
	}
	buf_free(&text);
	buf_add(out, first, (size_t)(r->p - first));
	return ret;
}

static int
take_value(struct leaf_reader *r, struct buf *out, enum leaf_kind *kindp)
{
	switch (r->p == r->end ? '\0' : *r->p) {
	case '"':
		*kindp = LEAF_TEXT;
		return take_string(r, out);
	case '[':
		*kindp = LEAF_LIST;
		return take_list(r, out);
	default:
		*kindp = LEAF_NUMBER;
		return take_number(r, out);
	}
}

/* The next member, with its name ("data." before that of an inner one). */
static struct leaf_member *
new_member(struct leaf_reader *r, bool inner, struct buf *name)
{
	struct parsed_leaf *l = r->leaf;
	struct leaf_member *m = &l->member[l->n];
	int n;

	if (l->n == LEAF_MEMBERS_MAX) {
		bad(r, "too many members");
		return NULL;
	}
	memset(m, 0, sizeof(*m));
	m->inner = inner;
	n = snprintf(m->name, sizeof(m->name), "%s%s", inner ? "data." : "",
	    buf_str(name));
	if (n >= (int)sizeof(m->name))
		bad(r, "a member's name is too long");
	else if (leaf_find(l, m->name) != NULL)
		bad(r, "the member before is a duplicate");
	else
		return m;
	return NULL;
}

static int
take_member(struct leaf_reader *r, bool inner, struct buf *name)
{
	const char *first = (const char *)r->p;
	struct buf value = { 0 };
	struct leaf_member *m;
	enum leaf_kind kind;
	int ret = -1;

	if (take_value(r, &value, &kind) == -1)
		goto out;
	m = new_member(r, inner, name);
	if (m == NULL)
		goto out;
	m->kind = kind;
	m->value = need_str(buf_str(&value));
	m->json = need_printf("%.*s", (int)((const char *)r->p - first),
	    first);
	r->leaf->n++;
	ret = 0;
out:
	buf_free(&value);
	return ret;
}

/* Name and colon; 1 when the member's value is the object `data'. */
static int
take_name(struct leaf_reader *r, bool inner, struct buf *name)
{
	if (take_string(r, name) == -1)
		return -1;
	if (strspn(buf_str(name), NAME_LETTERS) != name->len)
		return bad(r, "a member's name has other characters than a to "
		    "z, 0 to 9 and _");
	if (!take(r, ':'))
		return bad(r, "a colon was expected");
	return !inner && strcmp(buf_str(name), "data") == 0;
}

/*
 * After a value: a comma, or the end of the inner or the outer object.  1 when
 * the outer one ended.
 */
static int
take_end(struct leaf_reader *r, bool *inner)
{
	while (take(r, '}')) {
		if (!*inner)
			return 1;
		*inner = false;
	}
	return take(r, ',') ? 0 : bad(r, "a comma or } was expected");
}

static int
parse_members(struct leaf_reader *r)
{
	bool inner = false;
	int ret;

	if (!take(r, '{'))
		return bad(r, "an object was expected");
	do {
		struct buf name = { 0 };

		ret = take_name(r, inner, &name);
		if (ret == 1) {
			inner = true;
			ret = take(r, '{') ? 0 : bad(r,
			    "data is not an object");
		} else if (ret == 0) {
			ret = take_member(r, inner, &name);
			if (ret == 0)
				ret = take_end(r, &inner);
		}
		buf_free(&name);
	} while (ret == 0);
	if (ret == 1 && r->p != r->end)
		return bad(r, "more bytes follow the object");
	return ret == 1 ? 0 : -1;
}

int
leaf_parse(struct parsed_leaf *l, const void *json, size_t len, struct why *w)
{
	struct leaf_reader r = { .leaf = l, .w = w };

	memset(l, 0, sizeof(*l));
	r.p = r.start = json;
	r.end = r.p + len;
	if (utf8_check(json, len) == -1)
		return bad(&r, "not UTF-8");
	return parse_members(&r);
}

void
leaf_free(struct parsed_leaf *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->member[i].value);
		free(l->member[i].json);
	}
	l->n = 0;
}

const struct leaf_member *
leaf_find(const struct parsed_leaf *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->member[i].name, name) == 0)
			return &l->member[i];
	return NULL;
}

const char *
leaf_get(const struct parsed_leaf *l, const char *name)
{
	const struct leaf_member *m = leaf_find(l, name);

	return m == NULL ? "" : m->value;
}
