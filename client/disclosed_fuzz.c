/*
 * A leaf and disclosures, with a NUL between.  What is taken gives a leaf again
 * that the reader of leaves takes, with no fewer members than there were.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "disclosed.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_shown(const struct disclosed *d, const struct parsed_leaf *l)
{
	struct parsed_leaf shown;
	struct buf text = { 0 };
	struct why w = { "" };

	disclosed_put(&text, d, l);
	if (leaf_parse(&shown, text.data, text.len, &w) == -1 ||
	    shown.n + 1 < l->n)
		abort();
	leaf_free(&shown);
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *nul = memchr(data, '\0', len);
	const size_t at = nul == NULL ? len : (size_t)(nul - data);
	struct disclosed d = { 0 };
	struct parsed_leaf l;
	struct why w = { "" };

	if (leaf_parse(&l, data, at, &w) == 0) {
		if (disclosed_read(&d, &l, data + at + (nul != NULL),
		    len - at - (nul != NULL), &w) == 0)
			check_shown(&d, &l);
		else if (w.text[0] == '\0')
			abort();
	}
	disclosed_free(&d);
	leaf_free(&l);
	return 0;
}
