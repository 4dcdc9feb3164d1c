/*
 * `like': matching text against literals and wildcards.
 *
 * The literals before the first wildcard must start the text and those after
 * the last must end it.  Those between two wildcards are searched from left to
 * right, and the first match is taken.  Comparing bytes is enough: a literal is
 * complete UTF-8, so it matches only at characters.
 */
#include <string.h>

#include "eval.h"

/* Literals without a wildcard between them: parts[from..to). */
struct chunk {
	uint32_t	from, to;
	size_t		len;
};

static struct chunk
next_chunk(const struct pattern *p, uint32_t from)
{
	struct chunk c = { from, from, 0 };

	for (; c.to < p->n && p->parts[c.to] != NULL; c.to++)
		c.len += p->parts[c.to]->len;
	return c;
}

/* Whether the chunk is at s, which has as many bytes. */
static bool
chunk_is(const struct pattern *p, const struct chunk *c, const char *s)
{
	for (uint32_t i = c->from; i < c->to; i++) {
		if (memcmp(s, p->parts[i]->bytes, p->parts[i]->len) != 0)
			return false;
		s += p->parts[i]->len;
	}
	return true;
}

/*
 * The first match of the chunk, or NULL.  A single literal, as in every policy
 * text, is found in linear time; of several, which JSON may have, the others
 * are compared at each match of the first.
 */
static const char *
chunk_find(const struct pattern *p, const struct chunk *c, const char *s,
    const char *end)
{
	const struct str *run;

	if (c->from == c->to)
		return s;
	run = p->parts[c->from];
	for (; (size_t)(end - s) >= c->len; s++) {
		s = memmem(s, (size_t)(end - s), run->bytes, run->len);
		if (s == NULL || (size_t)(end - s) < c->len)
			return NULL;
		if (chunk_is(p, c, s))
			return s;
	}
	return NULL;
}

bool
eval_like(const struct pattern *p, const struct str *text)
{
	const char *s = text->bytes, *end = s + text->len;
	struct chunk c = next_chunk(p, 0);

	if (text->len < c.len || !chunk_is(p, &c, s))
		return false;
	if (c.to == p->n)
		return text->len == c.len;
	for (s += c.len;; s += c.len) {
		c = next_chunk(p, c.to + 1);
		if (c.to == p->n)
			return (size_t)(end - s) >= c.len &&
			    chunk_is(p, &c, end - c.len);
		if ((s = chunk_find(p, &c, s, end)) == NULL)
			return false;
	}
}
