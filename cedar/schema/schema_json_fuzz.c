/*
 * Reads any bytes as the JSON of a schema; a schema that is read must hang
 * together: what its parts refer to is there.
 */
#include <stdlib.h>

#include "test/schema_walk.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct doc_error e;
	struct schema s;
	struct doc d;

	if (doc_read_json(&d, "f", (const char *)data, len, CEDAR_SCHEMA_MAX,
	    &e) == -1)
		return 0;
	if (schema_read_json(&s, &d, &e) == -1) {
		if (e.text[0] == '\0')
			abort();
		doc_free(&d);
		return 0;
	}
	doc_free(&d);	/* the schema stands alone */
	schema_walk(&s);
	return 0;
}
