/* Every member that the reader gives must lie inside the archive. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/ustar.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ustar_reader r;
	struct ustar_member m;
	int got;

	ustar_init(&r, data, len);
	while ((got = ustar_next(&r, &m)) == 1)
		if (m.data < data || m.data + m.len > data + len ||
		    strlen(m.name) > USTAR_NAME_MAX)
			abort();
	if (got == -1 && r.error == NULL)
		abort();
	return 0;
}
