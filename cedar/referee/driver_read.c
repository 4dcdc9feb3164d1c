#include "driver_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "cedar/read/read.h"

void
driver_die(const char *what)
{
	fprintf(stderr, "cedar_driver: %s\n", what);
	exit(101);
}

static const struct str *
field(const struct question *a, const char *name)
{
	uint32_t node = doc_get(&a->doc, 0, name);

	return node == 0 || a->doc.nodes[node].kind != DOC_STRING ?
	    NULL : a->doc.nodes[node].str;
}

const struct str *
driver_need(const struct question *a, const char *name)
{
	const struct str *s = field(a, name);

	if (s == NULL)
		driver_die(name);
	return s;
}

int
driver_read_field(struct question *a, const char *name, size_t max,
    struct doc *d)
{
	const struct str *s = driver_need(a, name);

	return doc_read_json(d, name, s->bytes, s->len, max, &a->e);
}

static int
link_one(struct question *a, uint32_t node, struct policies *set)
{
	static const char *const slots[] = { "?principal", "?resource" };
	const struct uid *values[2] = { NULL, NULL };
	uint32_t v = doc_get(&a->doc, node, "values");
	uint32_t id = doc_get(&a->doc, node, "newId");
	uint32_t of = doc_get(&a->doc, node, "templateId");
	const struct doc_node *nodes = a->doc.nodes;

	if (v == 0 || id == 0 || of == 0 || nodes[id].kind != DOC_STRING ||
	    nodes[of].kind != DOC_STRING)
		return doc_error(&a->doc, node, &a->e, "expected a link");

	for (int i = 0; i < 2; i++) {
		uint32_t slot = doc_get(&a->doc, v, slots[i]);

		if (slot != 0 && read_uid(&values[i], &set->arena, &a->doc,
		    slot, &a->e) == -1)
			return -1;
	}
	return policies_link(set, nodes[of].str, nodes[id].str->bytes,
	    nodes[id].str->len, values, &a->e);
}

static int
read_policy_text(struct question *a, struct policies *set)
{
	const struct str *text = driver_need(a, "text");
	uint32_t links = doc_get(&a->doc, 0, "links");

	if (policies_add_text(set, "text", text->bytes, text->len,
	    POLICY_IDS_NUMBERED, &a->e) == -1)
		return -1;
	if (links == 0)
		return 0;
	for (uint32_t c = doc_first(&a->doc, links); c != 0;
	    c = doc_next(&a->doc, links, c))
		if (link_one(a, c, set) == -1)
			return -1;
	return 0;
}

static int
read_policy_set(struct question *a, struct policies *set)
{
	struct doc d;
	int rc;

	if (driver_read_field(a, "est", DRIVER_LINE_MAX, &d) == -1)
		return -1;
	rc = policies_add_json_set(set, &d, "", &a->e);
	doc_free(&d);
	return rc;
}

int
driver_read_policies(struct question *a, struct policies *set)
{
	policies_init(set);
	if ((field(a, "est") != NULL ? read_policy_set : read_policy_text)(a,
	    set) == 0)
		return 0;
	policies_free(set);
	return -1;
}

int
driver_read_schema(struct question *a, struct schema *schema, bool *has)
{
	const struct str *text = field(a, "schema");
	struct doc_source source = { .file = "schema" };
	struct doc d;
	int rc;

	*has = text != NULL || field(a, "schemaJson") != NULL;
	if (!*has)
		return 0;
	if (text != NULL) {
		source.text = text->bytes;
		source.len = text->len;
		return schema_read_text(schema, &source, 1, &a->e);
	}
	if (driver_read_field(a, "schemaJson", DRIVER_LINE_MAX, &d) == -1)
		return -1;
	rc = schema_read_json(schema, &d, &a->e);
	doc_free(&d);
	return rc;
}

int
driver_read_entities(struct question *a, struct entities *es,
    const struct schema *schema)
{
	struct doc d;
	int rc = -1;

	entities_init(es);
	if (driver_read_field(a, "entities", CEDAR_ENTITIES_MAX, &d) == 0) {
		rc = read_entities(es, &d, schema, &a->e);
		if (rc == 0)
			rc = entities_finish(es, &a->e);
		doc_free(&d);
	}
	if (rc == -1)
		entities_free(es);
	return rc;
}

