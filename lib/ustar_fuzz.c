/*
 * Every member that the reader gives must lie inside the archive, and a
 * refusal must say why.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ustar.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct why w = { "" };
	struct ustar_member m;
	struct ustar u;
	int got;

	ustar_init(&u, data, len);
	while ((got = ustar_next(&u, &m, &w)) == 1)
		if (m.data < data || m.data + m.size > data + len ||
		    strlen(m.name) > USTAR_NAME_MAX)
			abort();
	if (got == -1 && w.text[0] == '\0')
		abort();
	return 0;
}
