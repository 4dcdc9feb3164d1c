#include "withheld.h"

#include <string.h>

static const char *const names[] = {
#define SEEN(ID, name)	[WITHHELD_##ID] = #name,
#include "withheld.def"
#undef SEEN
};

const char *
withheld_name(enum withheld w)
{
	return names[w];
}

enum withheld
withheld_find(const char *name)
{
	int w = 0;

	while (w < WITHHELD_COUNT && strcmp(names[w], name) != 0)
		w++;
	return (enum withheld)w;
}
