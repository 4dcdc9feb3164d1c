#include "capability.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "name.h"

static const char *const words[CAPABILITY_COUNT] = {
#define CAPABILITY(name, word)	[CAPABILITY_##name] = word,
#include "capability.def"
#undef CAPABILITY
};

_Static_assert(CAPABILITY_COUNT <= 32, "one bit each of a uint32_t");
_Static_assert(0
#define CAPABILITY(name, word)	+ sizeof(word)
#include "capability.def"
#undef CAPABILITY
    <= CAPABILITY_TEXT_MAX, "all of them at once");

const char *
capability_word(enum capability c)
{
	return words[c];
}

enum capability
capability_find(const char *word)
{
	int c = 0;

	while (c < CAPABILITY_COUNT && strcmp(words[c], word) != 0)
		c++;
	return (enum capability)c;
}

bool
capability_has(uint32_t set, enum capability c)
{
	return (set >> c & 1) != 0;
}

uint32_t
capability_add(uint32_t set, enum capability c)
{
	return set | UINT32_C(1) << c;
}

const char *
capability_format(uint32_t set, char dst[CAPABILITY_TEXT_MAX])
{
	size_t len = 0;

	dst[0] = '\0';
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		if (capability_has(set, (enum capability)c))
			len += (size_t)snprintf(dst + len,
			    CAPABILITY_TEXT_MAX - len, "%s%s",
			    len == 0 ? "" : ",", words[c]);
	return dst;
}

void
capability_put(struct put *p, uint32_t set)
{
	uint32_t n = 0;

	for (int c = 0; c < CAPABILITY_COUNT; c++)
		n += set >> c & 1;
	put_u32(p, n);
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		if (capability_has(set, (enum capability)c))
			put_cstr(p, words[c]);
}

/* The words come in the table's order, so each at most once. */
uint32_t
capability_get(struct get *g)
{
	uint32_t n = get_u32(g), set = 0;
	char word[NAME_MAX_LEN + 1];
	int least = 0;

	if (n > CAPABILITY_COUNT)
		g->err = EBADMSG;
	for (uint32_t i = 0; g->err == 0 && i < n; i++) {
		enum capability c;

		get_cstr(g, word, sizeof(word));
		c = capability_find(word);
		if (c == CAPABILITY_COUNT || (int)c < least) {
			g->err = EBADMSG;
			break;
		}
		set = capability_add(set, c);
		least = (int)c + 1;
	}
	return g->err == 0 ? set : 0;
}
