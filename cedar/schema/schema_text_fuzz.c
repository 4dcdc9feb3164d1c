/*
 * Reads any bytes as the text of a schema; a schema that is read must hang
 * together: what its parts refer to is there.
 */
#include <stdlib.h>

#include "test/schema_walk.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	/* Two texts, so that they may refer to each other. */
	const struct doc_source sources[2] = {
		{ "a", (const char *)data, len / 2 },
		{ "b", (const char *)data + len / 2, len - len / 2 },
	};
	const struct doc_source whole = { "f", (const char *)data, len };
	struct doc_error e;
	struct schema s;

	if (schema_read_text(&s, &whole, 1, &e) == 0)
		schema_walk(&s);
	else if (e.text[0] == '\0')
		abort();
	if (schema_read_text(&s, sources, 2, &e) == 0)
		schema_walk(&s);
	return 0;
}
