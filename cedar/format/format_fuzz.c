/*
 * The formatter on any text: what is read is written, means the same, and is
 * written the same again.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define OUT_MAX	(1 << 20)

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* All policies of a text as JSON, and in lines. */
static int
write_all(const char *text, size_t len, struct put *json, struct put *flat)
{
	struct doc_error e;
	struct policies set;
	int rc;

	policies_init(&set);
	rc = policies_add_text(&set, "fuzz", text, len, POLICY_IDS_NUMBERED,
	    &e);
	for (size_t i = 0; rc == 0 && i < set.n; i++) {
		format_json(json, set.items[i]);
		format_flat(flat, set.items[i]);
	}
	policies_free(&set);
	return rc;
}

static void
check_same(const struct put *a, const struct put *b)
{
	assert(a->err == 0 && b->err == 0);
	assert(a->len == b->len && memcmp(a->base, b->base, a->len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char buffers[6][OUT_MAX];
	struct put json, flat, text, json2, flat2, text2;
	struct doc_error e;

	put_init(&json, buffers[0], OUT_MAX);
	put_init(&flat, buffers[1], OUT_MAX);
	put_init(&text, buffers[2], OUT_MAX);
	put_init(&json2, buffers[3], OUT_MAX);
	put_init(&flat2, buffers[4], OUT_MAX);
	put_init(&text2, buffers[5], OUT_MAX);
	if (len > 2 * CEDAR_POLICY_MAX)
		return 0;
	if (write_all((const char *)data, len, &json, &flat) == -1) {
		assert(format_text(&text, "fuzz", (const char *)data, len,
		    &e) == -1);
		return 0;
	}
	if (format_text(&text, "fuzz", (const char *)data, len, &e) == -1) {
		assert(errno == EMSGSIZE);
		return 0;
	}
	assert(write_all(buffers[2], text.len, &json2, &flat2) == 0);
	check_same(&json, &json2);
	check_same(&flat, &flat2);
	assert(format_text(&text2, "fuzz", buffers[2], text.len, &e) == 0);
	check_same(&text, &text2);
	put_init(&json2, buffers[3], OUT_MAX);
	put_init(&flat2, buffers[4], OUT_MAX);
	if (write_all(buffers[1], flat.len, &json2, &flat2) == 0) {
		check_same(&json, &json2);
		check_same(&flat, &flat2);
	}
	return 0;
}
