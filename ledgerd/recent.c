#include "recent.h"

#include <string.h>

#include "lib/sha256.h"

void
recent_key(struct recent_key *key, const char *name, size_t namelen,
    struct bytes content)
{
	struct sha256 hash;

	sha256_init(&hash);
	sha256_update(&hash, name, namelen);
	sha256_update(&hash, "", 1);	/* names have no NUL */
	sha256_update(&hash, content.p, content.len);
	sha256_final(&hash, key->sha256);
}

static bool
is_same(const struct recent_key *a, const struct recent_key *b)
{
	return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

bool
recent_find(const struct recent *r, const struct recent_key *key,
    uint64_t size, uint64_t *leaf)
{
	for (size_t i = 0; i < RECENT_MAX; i++) {
		const struct recent_file *f = &r->list[i];

		if (!f->used || !is_same(&f->key, key) ||
		    size - f->leaf > RECENT_SPAN)
			continue;
		*leaf = f->leaf;
		return true;
	}
	return false;
}

void
recent_add(struct recent *r, const struct recent_key *key, uint64_t leaf)
{
	struct recent_file *f = &r->list[r->next];

	for (size_t i = 0; i < RECENT_MAX; i++)
		if (r->list[i].used && is_same(&r->list[i].key, key))
			f = &r->list[i];
	if (f == &r->list[r->next])
		r->next = (r->next + 1) % RECENT_MAX;
	*f = (struct recent_file){ .key = *key, .leaf = leaf, .used = true };
}

void
recent_clear(struct recent *r)
{
	memset(r, 0, sizeof(*r));
}
