/*
 * An event on its way into a leaf: a byte for its kind, a length of two bytes,
 * so many bytes of fields, and the evidence.  What is accepted is JSON, and
 * each disclosure beside it has its digest there.
 */
#include "leaf.h"

#include <stdlib.h>
#include <string.h>

#include "lib/disclosure.h"
#include "lib/doc/doc.h"
#include "lib/msg/msg.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
find_odd(void *arg, const char *name, size_t namelen, struct bytes content,
    uint64_t *leaf)
{
	(void)arg;
	(void)name;
	*leaf = namelen;
	return content.len % 2 == 1;
}

static void
check_json(struct bytes json)
{
	char *text = malloc(json.len + 1);
	struct doc_error e;
	struct doc d;

	if (text == NULL)
		abort();
	memcpy(text, json.p, json.len);
	text[json.len] = '\0';
	/* It refuses \u0000 and numbers above INT64_MAX. */
	if (doc_read_json(&d, "leaf", text, json.len, json.len, &e) == 0)
		doc_free(&d);
	else if (strstr(text, "\\u0000") == NULL &&
	    strstr(e.text, "a number beyond 64 bits") == NULL)
		abort();
	free(text);
}

static void
check_field(const struct leaf_data *d, const char *name, struct get *g)
{
	char digest[DISCLOSURE_DIGEST + 1];
	const unsigned char *salt = get_raw(g, DISCLOSURE_SALT);
	size_t len;
	const void *value = get_string(g, &len, UINT32_MAX);

	if (g->err != 0)
		abort();
	disclosure_digest(salt, name, value, len, digest);
	if (memmem(d->text.p, d->text.len, digest, DISCLOSURE_DIGEST) == NULL)
		abort();
	check_json((struct bytes){ value, len });
}

static void
check_disclosures(const struct leaf_data *d, const struct event_info *info)
{
	struct get all, g;
	size_t len;
	const void *list;

	get_init(&all, d->beside.p, d->beside.len);
	list = get_string(&all, &len, UINT32_MAX);
	get_init(&g, list, len);
	for (const struct event_field *f = info->fields; f->name != NULL; f++)
		if (f->withheld)
			check_field(d, f->name, &g);
	get_string(&all, &len, UINT32_MAX);
	if (get_end(&g) == -1 || get_end(&all) == -1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct leaf_finder finder = { find_odd, NULL };
	const struct event_info *info;
	struct bytes fields, evidence;
	struct leaf_data d;

	if (size < 3 || (info = event_info(data[0])) == NULL)
		return 0;
	fields = (struct bytes){ data + 3, (size_t)data[1] << 8 | data[2] };
	if (fields.len > size - 3)
		return 0;
	evidence = (struct bytes){ data + 3 + fields.len,
	    size - 3 - fields.len };
	if (leaf_data_make(&d, info, fields, evidence, &finder) == -1)
		return 0;
	check_json(d.text);
	check_disclosures(&d, info);
	leaf_data_free(&d);
	return 0;
}
