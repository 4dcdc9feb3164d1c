/*
 * Reads any bytes as JSON and as YAML.  What is accepted is a tree whose nodes
 * lie in each other and in the text; what is refused names a place in it, in
 * plain words.
 */
#include "doc.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

#define TEXT_MAX	65536

typedef int read_fn(struct doc *, const char *, const char *, size_t, size_t,
    struct doc_error *);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
check_error(const struct doc_error *e, size_t len)
{
	check(strcmp(e->file, "file") == 0 && e->text[0] != '\0');
	check(e->col <= len + 1);
	for (const char *p = e->text; *p != '\0'; p++)
		check(*p >= 0x20 && *p < 0x7f);
	for (const char *p = e->source; *p != '\0'; p++)
		check(*p >= 0x20 && *p < 0x7f);
}

static void
check_container(const struct doc *d, uint32_t i)
{
	const struct doc_node *n = &d->nodes[i];
	uint32_t count = 0, last = i;

	for (uint32_t c = doc_first(d, i); c != 0; c = doc_next(d, i, c)) {
		check(c > last && d->nodes[c].next <= n->next);
		check((n->kind == DOC_OBJECT) == (d->nodes[c].key != NULL));
		last = c;
		count++;
	}
	check(count == n->count);
}

static void
check_tree(const struct doc *d)
{
	check(d->n > 0 && d->nodes[0].next == d->n);
	for (uint32_t i = 0; i < d->n; i++) {
		const struct doc_node *n = &d->nodes[i];

		check(n->pos <= d->source.len && n->next > i);
		check(i == 0 || n->pos >= d->nodes[i - 1].pos);
		check(n->key == NULL || n->key_pos <= n->pos);
		if (n->kind == DOC_ARRAY || n->kind == DOC_OBJECT)
			check_container(d, i);
		else
			check(n->next == i + 1 && n->count == 0);
	}
}

static void
try(read_fn *read, const char *text, size_t len)
{
	struct doc_error e;
	struct doc d;

	memset(&e, 0, sizeof(e));
	if (read(&d, "file", text, len, TEXT_MAX, &e) == -1) {
		check_error(&e, len);
		return;
	}
	check_tree(&d);
	doc_free(&d);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	try(doc_read_json, (const char *)data, len);
	try(doc_read_yaml, (const char *)data, len);
	return 0;
}
