#include "doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"

void
doc_free(struct doc *d)
{
	arena_wipe(&d->arena);
	arena_free(&d->arena);
	free(d->nodes);
	memset(d, 0, sizeof(*d));
}

uint32_t
doc_first(const struct doc *d, uint32_t container)
{
	return d->nodes[container].count == 0 ? 0 : container + 1;
}

uint32_t
doc_next(const struct doc *d, uint32_t container, uint32_t child)
{
	uint32_t next = d->nodes[child].next;

	return next < d->nodes[container].next ? next : 0;
}

uint32_t
doc_get_str(const struct doc *d, uint32_t object, const struct str *key)
{
	uint32_t c;

	if (d->nodes[object].kind != DOC_OBJECT)
		return 0;
	for (c = doc_first(d, object); c != 0; c = doc_next(d, object, c))
		if (str_equal(d->nodes[c].key, key))
			return c;
	return 0;
}

uint32_t
doc_get(const struct doc *d, uint32_t object, const char *key)
{
	uint32_t c;

	if (d->nodes[object].kind != DOC_OBJECT)
		return 0;
	for (c = doc_first(d, object); c != 0; c = doc_next(d, object, c))
		if (str_is(d->nodes[c].key, key))
			return c;
	return 0;
}

const char *
doc_kind_name(enum doc_kind kind)
{
	static const char *const names[] = {
		[DOC_NULL] = "null", [DOC_BOOL] = "true or false",
		[DOC_INT] = "a number", [DOC_STRING] = "a string",
		[DOC_ARRAY] = "a list", [DOC_OBJECT] = "an object",
	};

	return names[kind];
}

static int
error_at(const struct doc *d, uint32_t pos, struct doc_error *e,
    const char *fmt, va_list ap)
{
	char text[DOC_MESSAGE_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	return doc_error_at(e, &d->source, pos, "%s", text);
}

int
doc_error(const struct doc *d, uint32_t node, struct doc_error *e,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_at(d, d->nodes[node].pos, e, fmt, ap);
	va_end(ap);
	return -1;
}

int
doc_error_key(const struct doc *d, uint32_t node, struct doc_error *e,
    const char *fmt, ...)
{
	const struct doc_node *n = &d->nodes[node];
	va_list ap;

	va_start(ap, fmt);
	error_at(d, n->key == NULL ? n->pos : n->key_pos, e, fmt, ap);
	va_end(ap);
	return -1;
}

int
doc_error_kind(const struct doc *d, uint32_t node, struct doc_error *e,
    const char *what)
{
	return doc_error(d, node, e, "expected %s, not %s", what,
	    doc_kind_name(d->nodes[node].kind));
}

/* The names of the fields, for a message. */
static const char *
join_names(const struct doc_field *fields, size_t n, char *dst, size_t cap)
{
	size_t len = 0;

	dst[0] = '\0';
	for (size_t i = 0; i < n && len < cap; i++)
		len += (size_t)snprintf(dst + len, cap - len, "%s%s",
		    i == 0 ? "" : ", ", fields[i].name);
	return dst;
}

/* The kinds that a field may have, for a message. */
static const char *
join_kinds(unsigned kinds, char *dst, size_t cap)
{
	size_t len = 0;

	for (int k = DOC_NULL; k <= DOC_OBJECT && len < cap; k++)
		if (kinds & 1u << k)
			len += (size_t)snprintf(dst + len, cap - len, "%s%s",
			    len == 0 ? "" : " or ", doc_kind_name(k));
	return dst;
}

static int
find_field(const struct doc *d, uint32_t node, const struct doc_field *fields,
    size_t n, size_t *index, struct doc_error *e)
{
	const struct doc_node *c = &d->nodes[node];
	char names[160], kinds[96], hint[SUGGEST_TEXT_MAX];
	struct suggest s;

	suggest_init(&s, c->key->bytes, c->key->len);
	for (*index = 0; *index < n; ++*index) {
		if (str_is(c->key, fields[*index].name))
			break;
		suggest_try(&s, fields[*index].name,
		    strlen(fields[*index].name), NULL);
	}
	if (*index == n) {
		doc_error_key(d, node, e, "unknown field `'; %sexpected %s",
		    suggest_text(&s, hint),
		    join_names(fields, n, names, sizeof(names)));
		return doc_error_word(e, c->key->bytes, c->key->len);
	}
	if (fields[*index].kinds != 0 &&
	    !(fields[*index].kinds & 1u << c->kind))
		return doc_error(d, node, e, "`%s' takes %s, not %s%s",
		    fields[*index].name, join_kinds(fields[*index].kinds,
		    kinds, sizeof(kinds)), doc_kind_name(c->kind),
		    fields[*index].kinds == DOC_MAY(ARRAY) ?
		    "; put it in [ ]" : "");
	return 0;
}

int
doc_fields(const struct doc *d, uint32_t object,
    const struct doc_field *fields, size_t n, uint32_t *found,
    struct doc_error *e)
{
	uint32_t c;
	size_t i;

	if (d->nodes[object].kind != DOC_OBJECT)
		return doc_error_kind(d, object, e, "an object");
	memset(found, 0, n * sizeof(*found));
	for (c = doc_first(d, object); c != 0; c = doc_next(d, object, c)) {
		if (find_field(d, c, fields, n, &i, e) == -1)
			return -1;
		found[i] = c;
	}
	for (i = 0; i < n; i++)
		if (found[i] == 0 && !fields[i].optional)
			return doc_error(d, object, e, "no field `%s' in "
			    "this object", fields[i].name);
	return 0;
}
