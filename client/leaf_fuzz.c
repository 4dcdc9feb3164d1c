/* What a leaf's reader keeps must be text without NUL, under limited names. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "leaf.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct parsed_leaf l;
	struct why w = { "" };

	if (leaf_parse(&l, data, len, &w) == 0) {
		for (size_t i = 0; i < l.n; i++)
			if (strlen(l.member[i].value) > len ||
			    strlen(l.member[i].name) > LEAF_NAME_MAX)
				abort();
	} else if (w.text[0] == '\0') {
		abort();
	}
	leaf_free(&l);
	return 0;
}
