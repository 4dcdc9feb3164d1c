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

const char *
withheld_names(char dst[WITHHELD_NAMES_MAX])
{
	dst[0] = '\0';
	for (int i = 0; i < WITHHELD_COUNT; i++) {
		strcat(dst, i == 0 ? "" : ", ");
		strcat(dst, names[i]);
	}
	return dst;
}
