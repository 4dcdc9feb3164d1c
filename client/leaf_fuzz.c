/*
 * What a leaf's reader keeps must be text without NUL, under limited names;
 * and what it takes, the reader of JSON documents must take, too, except for
 * numbers of more than 63 bits.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "leaf.h"
#include "lib/doc/doc.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_json(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	struct doc_error e;
	struct doc d;

	if (text == NULL)
		abort();
	memcpy(text, data, len);
	text[len] = '\0';
	if (doc_read_json(&d, "leaf", text, len, len, &e) == 0)
		doc_free(&d);
	else if (strstr(e.text, "64 bit") == NULL)
		abort();
	free(text);
}

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
		check_json(data, len);
	} else if (w.text[0] == '\0') {
		abort();
	}
	leaf_free(&l);
	return 0;
}
