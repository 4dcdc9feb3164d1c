/*
 * Any text as policies: what is read is decided and traced, which must agree,
 * and explained.
 */
#include <stdlib.h>
#include <string.h>

#include "decider.h"
#include "lib/doc/doc.h"
#include "cedar/read/read.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static const char world[] = "[[{\"uid\": \"U::\\\"a\\\"\", \"attrs\": {"
    "\"n\": 7, \"s\": \"ann\", \"u\": {\"__entity\": {\"type\": \"U\","
    "\"id\": \"b\"}}, \"l\": [1, \"a\", [2]], \"ip\": {\"__extn\": {\"fn\":"
    "\"ip\", \"arg\": \"10.1.2.3\"}}, \"t\": {\"__extn\": {\"fn\":"
    "\"datetime\", \"arg\": \"2024-10-15\"}}, \"r\": {\"a\": {\"b\": true}}},"
    "\"tags\": {\"a\": 1}, \"parents\": [\"G::\\\"g\\\"\"]}],"
    "{\"principal\": \"U::\\\"a\\\"\", \"action\": \"Action::\\\"x\\\"\","
    "\"resource\": \"R::\\\"r\\\"\", \"context\": {\"n\": 1, \"s\": \"10.0.0.1"
    "\", \"b\": true, \"l\": [], \"r\": {\"a\": 1}}}]";

static struct entities store;
static struct authz_request request;

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
make_world(void)
{
	static struct arena arena;
	struct doc_error e;
	struct doc d, list;
	const char *end = strstr(world, "],{\"principal") + 1;

	must(doc_read_json(&d, "w", world, strlen(world), 4096, &e) == 0);
	must(read_request(&request, &arena, &d, doc_next(&d, 0,
	    doc_first(&d, 0)), NULL, &e) == 0);
	must(doc_read_json(&list, "w", world + 1, (size_t)(end - world - 1),
	    4096, &e) == 0);
	entities_init(&store);
	must(read_entities(&store, &list, NULL, &e) == 0);
	must(entities_finish(&store, &e) == 0);
	doc_free(&list);
	doc_free(&d);
}

static void
compare(struct decider *d)
{
	static unsigned char text[65536];
	struct authz_decision a;
	struct trace t;
	struct put p;

	decider_decide(d, &request, &a);
	must(decider_trace(d, &request, &t) == 0);
	must(a.allow == t.decision.allow && a.nerrors == t.decision.nerrors &&
	    a.ndetermining == t.decision.ndetermining);
	for (uint32_t i = 0; i < a.ndetermining; i++)
		must(a.determining[i] == t.decision.determining[i]);
	for (uint32_t i = 0; i < a.nerrors; i++)
		must(a.errors[i].policy == t.decision.errors[i].policy &&
		    a.errors[i].node == t.decision.errors[i].node &&
		    strcmp(a.errors[i].text, t.decision.errors[i].text) == 0);
	put_init(&p, text, sizeof(text));
	decider_explain(&t, d, &request, 3, &p);
	decider_trace_free(&t);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct policies set;
	struct doc_error e;
	struct decider d;

	if (store.items == NULL)
		make_world();
	policies_init(&set);
	if (policies_add_text(&set, "f", (const char *)data, len,
	    POLICY_IDS_NUMBERED, &e) == 0) {
		must(decider_init(&d, &set, &store) == 0);
		compare(&d);
		decider_free(&d);
	}
	policies_free(&set);
	return 0;
}
