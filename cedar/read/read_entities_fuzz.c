/*
 * Reads any JSON or YAML as entities, without a schema and with one, and as a
 * request.  In what is accepted every entity is in its parents and in what
 * they are in, and in nothing else that it is said to be in.
 */
#include "read.h"

#include <stdlib.h>
#include <string.h>

#include "cedar/schema/schema.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static const char schema_text[] =
    "entity G in [G]; entity E enum [\"a\", \"b\"];\n"
    "entity T in [G] = {\n"
    "  n?: Long, s?: String, b?: Bool, e?: G, es?: Set<G>, d?: decimal,\n"
    "  i?: ipaddr, t?: datetime, u?: duration, ds?: Set<decimal>,\n"
    "  r?: { e: G, \"a b\"?: duration, r?: { x: E } },\n"
    "} tags Set<decimal>;\n"
    "action all; action a in [all] appliesTo { principal: [T, E],\n"
    "  resource: T, context: { t?: datetime, i?: ipaddr, e?: E } };\n";

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static const struct schema *
schema(void)
{
	const struct doc_source s = { "schema", schema_text,
	    sizeof(schema_text) - 1 };
	static struct schema loaded;
	struct doc_error e;

	if (loaded.nactions == 0)
		check(schema_read_text(&loaded, &s, 1, &e) == 0);
	return &loaded;
}

static bool
is_parents_too(const struct entities *es, const struct entity *e,
    const struct uid *ancestor)
{
	for (uint32_t i = 0; i < e->nparents; i++)
		if (entities_in(es, e->parents[i], ancestor))
			return true;
	return false;
}

static void
check_entity(const struct entities *es, const struct entity *e)
{
	check(entities_find(es, e->uid) == e);
	check(entities_in(es, e->uid, e->uid));
	check(value_depth((struct value){ .kind = VALUE_RECORD,
	    .record = e->attrs }) <= CEDAR_DEPTH_MAX + 1);
	for (uint32_t i = 0; i < e->nparents; i++)
		check(entities_in(es, e->uid, e->parents[i]));
	for (uint32_t i = 0; i < e->nancestors; i++) {
		check(!uid_equal(e->uid, e->ancestors[i]));
		check(entities_in(es, e->uid, e->ancestors[i]));
		check(is_parents_too(es, e, e->ancestors[i]));
	}
}

static void
check_error(const struct doc_error *e)
{
	check(e->text[0] != '\0');
	for (const char *p = e->text; *p != '\0'; p++)
		check(*p >= 0x20 && *p < 0x7f);
}

static void
try_entities(const struct doc *d, const struct schema *s)
{
	struct doc_error e = { .text = "" };
	struct entities es;

	entities_init(&es);
	if (read_entities(&es, d, s, &e) == -1) {
		check(e.line > 0);
		check_error(&e);
	} else {
		check(entities_finish(&es, &e) == 0);
		for (uint32_t i = 0; i < es.n; i++)
			check_entity(&es, &es.items[i]);
		/* All of it again is the same. */
		check(read_entities(&es, d, s, &e) == 0);
	}
	entities_free(&es);
}

static void
try_request(const struct doc *d, const struct schema *s)
{
	struct doc_error e = { .text = "" };
	struct authz_request r;
	struct arena a;

	arena_init(&a, 0);
	if (read_request(&r, &a, d, 0, s, &e) == -1) {
		check(e.line > 0);
		check_error(&e);
	} else {
		check(r.context != NULL);
	}
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct doc_error e;
	struct doc d;

	if (doc_read_json(&d, "f", (const char *)data, len, 65536, &e) == -1 &&
	    doc_read_yaml(&d, "f", (const char *)data, len, 65536, &e) == -1)
		return 0;
	try_entities(&d, NULL);
	try_entities(&d, schema());
	try_request(&d, NULL);
	try_request(&d, schema());
	doc_free(&d);
	return 0;
}
