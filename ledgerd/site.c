#include "site.h"

#include <errno.h>
#include <string.h>

#include "lib/sha256.h"
#include "lib/wire.h"

#define PREFIX	"site-"

/* The name of the value: the digest in hex behind the prefix. */
static const char *
name_of(const unsigned char digest[TREE_HASH],
    char name[sizeof(PREFIX) + 2 * TREE_HASH])
{
	memcpy(name, PREFIX, strlen(PREFIX));
	sha256_hex(digest, name + strlen(PREFIX));
	return name;
}

int
site_find(struct store *s, const unsigned char digest[TREE_HASH],
    uint64_t *leaf)
{
	char name[sizeof(PREFIX) + 2 * TREE_HASH];
	unsigned char bytes[8];
	struct get g;
	size_t len;

	if (store_get(s, name_of(digest, name), bytes, sizeof(bytes),
	    &len) == -1)
		return errno == ENOENT ? 0 : -1;
	get_init(&g, bytes, len);
	*leaf = get_u64(&g);
	return get_end(&g) == 0 && *leaf < s->tip.tree.size ? 1 : 0;
}

int
site_set(struct store *s, const unsigned char digest[TREE_HASH], uint64_t leaf)
{
	char name[sizeof(PREFIX) + 2 * TREE_HASH];
	unsigned char bytes[8];
	struct put p;

	put_init(&p, bytes, sizeof(bytes));
	put_u64(&p, leaf);
	return store_set(s, name_of(digest, name), bytes, p.len);
}
