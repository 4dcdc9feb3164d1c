#include "doc_make.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct doc_key {
	const struct str	*key;
	uint32_t		 node;
};

static int
error_memory(struct doc_maker *m)
{
	return doc_error_memory(m->e, m->doc->source.file);
}

int
doc_make_init(struct doc_maker *m, struct doc *d, const char *file,
    const char *text, size_t len, size_t max, struct doc_error *e)
{
	memset(d, 0, sizeof(*d));
	memset(m, 0, sizeof(*m));
	m->doc = d;
	m->e = e;
	m->max_nodes = UINT32_MAX;
	arena_init(&d->arena, 0);
	if (max > UINT32_MAX / 2)	/* places are 32 bits */
		max = UINT32_MAX / 2;
	if (len > max)
		return doc_error_set(e, file, "%zu bytes; at most %zu are "
		    "read", len, max);
	d->source.file = arena_copy(&d->arena, file, strlen(file));
	d->source.text = arena_copy(&d->arena, text, len);
	d->source.len = len;
	if (d->source.file == NULL || d->source.text == NULL)
		return doc_error_memory(e, file);
	return 0;
}

int
doc_make_end(struct doc_maker *m, int rc)
{
	int saved = errno;

	free(m->keys);
	if (rc == -1)
		doc_free(m->doc);
	errno = saved;
	return rc;
}

struct doc_node *
doc_make_inside(const struct doc_maker *m)
{
	return m->depth == 0 ? NULL : &m->doc->nodes[m->open[m->depth - 1]];
}

int
doc_make_key(struct doc_maker *m, const void *key, size_t len, size_t pos)
{
	m->key = str_new(&m->doc->arena, key, len);
	m->key_pos = (uint32_t)pos;
	return m->key == NULL ? error_memory(m) : 0;
}

static int
grow_nodes(struct doc *d)
{
	uint32_t cap = d->cap == 0 ? 64 : d->cap * 2;
	struct doc_node *nodes = reallocarray(d->nodes, cap, sizeof(*nodes));

	if (nodes == NULL)
		return -1;
	d->nodes = nodes;
	d->cap = cap;
	return 0;
}

int
doc_make_node(struct doc_maker *m, enum doc_kind kind, size_t pos,
    struct doc_node **np)
{
	struct doc *d = m->doc;
	struct doc_node *n;
	bool container = kind == DOC_ARRAY || kind == DOC_OBJECT;

	if (container && m->depth == DOC_DEPTH_MAX)
		return doc_error_at(m->e, &d->source, pos, "nested more "
		    "than %d levels deep; use fewer levels", DOC_DEPTH_MAX);
	if (d->n == m->max_nodes)
		return doc_error_at(m->e, &d->source, pos, "more than %u "
		    "values; remove some", m->max_nodes);
	if (d->n == d->cap && grow_nodes(d) == -1)
		return error_memory(m);
	if (m->depth > 0)
		doc_make_inside(m)->count++;
	n = &d->nodes[d->n];
	*n = (struct doc_node){ .kind = kind, .pos = (uint32_t)pos,
	    .next = d->n + 1, .key = m->key, .key_pos = m->key_pos };
	if (container)
		m->open[m->depth++] = d->n;
	d->n++;
	m->key = NULL;
	*np = n;
	return 0;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct doc_key *ka = a, *kb = b;
	int c;

	if (ka->key->hash != kb->key->hash)
		return ka->key->hash < kb->key->hash ? -1 : 1;
	if (ka->key->len != kb->key->len)
		return ka->key->len < kb->key->len ? -1 : 1;
	c = memcmp(ka->key->bytes, kb->key->bytes, ka->key->len);
	if (c != 0)
		return c;
	return ka->node < kb->node ? -1 : ka->node > kb->node;
}

/* The object's keys into m->keys, sorted. */
static int
sort_keys(struct doc_maker *m, uint32_t object)
{
	const struct doc *d = m->doc;
	uint32_t n = d->nodes[object].count, c;
	size_t i = 0;

	if (n > m->nkeys) {
		struct doc_key *keys = reallocarray(m->keys, n, sizeof(*keys));

		if (keys == NULL)
			return error_memory(m);
		m->keys = keys;
		m->nkeys = n;
	}
	for (c = doc_first(d, object); c != 0; c = doc_next(d, object, c))
		m->keys[i++] = (struct doc_key){ d->nodes[c].key, c };
	if (n > 1)
		qsort(m->keys, n, sizeof(*m->keys), compare_keys);
	return 0;
}

static int
check_keys(struct doc_maker *m, uint32_t object)
{
	if (sort_keys(m, object) == -1)
		return -1;
	for (size_t i = 1; i < m->doc->nodes[object].count; i++) {
		const struct str *key = m->keys[i].key;

		if (!str_equal(m->keys[i - 1].key, key))
			continue;
		doc_error_key(m->doc, m->keys[i].node, m->e,
		    "key `' is in this object twice; keep one");
		return doc_error_word(m->e, key->bytes, key->len);
	}
	return 0;
}

int
doc_make_close(struct doc_maker *m)
{
	uint32_t i = m->open[--m->depth];
	struct doc_node *n = &m->doc->nodes[i];

	n->next = m->doc->n;
	return n->kind == DOC_OBJECT ? check_keys(m, i) : 0;
}
