/*
 * Memory that runs out at every place where it is asked for: the reader says
 * so, and lets go of all that it has.  The linker sends allocations here.
 */
#include "cedar/data/entities.h"

#include <atf-c.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"
#include "cedar/read/read.h"

static long	allocations_left = -1;	/* -1: no end */

void	*__real_malloc(size_t);
void	*__wrap_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__real_reallocarray(void *, size_t, size_t);
void	*__wrap_reallocarray(void *, size_t, size_t);
void	*__real_arena_alloc(struct arena *, size_t, size_t);
void	*__wrap_arena_alloc(struct arena *, size_t, size_t);

static bool
may_allocate(void)
{
	if (allocations_left == 0) {
		errno = ENOMEM;
		return false;
	}
	if (allocations_left > 0)
		allocations_left--;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return may_allocate() ? __real_calloc(n, size) : NULL;
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return may_allocate() ? __real_reallocarray(p, n, size) : NULL;
}

void *
__wrap_arena_alloc(struct arena *a, size_t n, size_t size)
{
	return may_allocate() ? __real_arena_alloc(a, n, size) : NULL;
}

static struct doc d;
static struct schema schema;

static const char schema_text[] = "entity G; entity U in [G] = { a?: "
    "Set<decimal>, g?: G, i?: ipaddr, r?: { s: String } } tags Long; "
    "action all; action v in [all] appliesTo { principal: U, resource: U, "
    "context: { at: datetime } };";

static const char entities_text[] = "[{\"uid\":\"U::\\\"a\\\"\",\"attrs\":"
    "{\"a\":[\"1.0\"],\"g\":{\"type\":\"G\",\"id\":\"g\"},\"i\":\"::1\","
    "\"r\":{\"s\":\"x\"}},\"tags\":{\"t\":1},"
    "\"parents\":[{\"type\":\"G\",\"id\":\"g\"}]},"
    "{\"uid\":{\"__entity\":{\"type\":\"U\",\"id\":\"b\"}}}]";

static const char request_text[] = "{\"principal\":\"U::\\\"a\\\"\","
    "\"action\":\"Action::\\\"v\\\"\",\"resource\":\"U::\\\"b\\\"\","
    "\"context\":{\"at\":\"2020-01-01\"}}";

static const char policies_text[] = "{\"staticPolicies\":{\"p\":{\"effect\":"
    "\"permit\",\"principal\":{\"op\":\"is\",\"entity_type\":\"U\"},"
    "\"action\":{\"op\":\"in\",\"entities\":[{\"type\":\"Action\",\"id\":"
    "\"v\"}]},\"resource\":{\"op\":\"All\"},\"annotations\":{\"a\":\"b\"},"
    "\"conditions\":[{\"kind\":\"when\",\"body\":{\"&&\":{\"left\":{\"has\":"
    "{\"left\":{\"Var\":\"context\"},\"attr\":[\"a\",\"b\"]}},\"right\":"
    "{\"like\":{\"left\":{\".\":{\"left\":{\"Var\":\"context\"},\"attr\":"
    "\"a\"}},\"pattern\":[{\"Literal\":\"x\"},{\"Literal\":\"y\"}]}}}}},"
    "{\"kind\":\"unless\",\"body\":{\"Value\":[{\"a\":1},{\"__extn\":{\"fn\":"
    "\"ip\",\"arg\":\"::1\"}},{\"__entity\":{\"type\":\"U\",\"id\":\"\"}}]}}"
    "]}},\"templates\":{\"t\":{\"effect\":\"permit\",\"principal\":{\"op\":"
    "\"==\",\"slot\":\"?principal\"},\"action\":{\"op\":\"All\"},"
    "\"resource\":{\"op\":\"All\"},\"conditions\":[]}},\"templateLinks\":["
    "{\"templateId\":\"t\",\"newId\":\"l\",\"values\":{\"?principal\":{\"type\":"
    "\"U\",\"id\":\"a\"}}}]}";

static int
try_json(struct doc_error *e)
{
	struct doc out;
	int rc = doc_read_json(&out, "f", policies_text,
	    strlen(policies_text), 65536, e);

	if (rc == 0)
		doc_free(&out);
	return rc;
}

static int
try_yaml(struct doc_error *e)
{
	struct doc out;
	int rc = doc_read_yaml(&out, "f", entities_text,
	    strlen(entities_text), 65536, e);

	if (rc == 0)
		doc_free(&out);
	return rc;
}

static int
try_entities(struct doc_error *e)
{
	struct entities es;
	int rc;

	entities_init(&es);
	rc = read_entities(&es, &d, &schema, e);
	if (rc == 0)
		rc = entities_finish(&es, e);
	entities_free(&es);
	return rc;
}

static int
try_request(struct doc_error *e)
{
	struct authz_request r;
	struct arena a;
	int rc;

	arena_init(&a, 0);
	rc = read_request(&r, &a, &d, 0, &schema, e);
	arena_free(&a);
	return rc;
}

static int
try_policies(struct doc_error *e)
{
	struct policies set;
	int rc;

	policies_init(&set);
	rc = policies_add_json_set(&set, &d, "x/", e);
	ATF_CHECK(rc == 0 ? set.n == 3 : set.n == 0 && set.text_len == 0);
	policies_free(&set);
	return rc;
}

/* Fails with 0, 1, 2 allocations and so on, until there are enough. */
static void
run_out(int (*try)(struct doc_error *), const char *text, long least)
{
	const struct doc_source s = { "schema", schema_text,
	    sizeof(schema_text) - 1 };
	struct doc_error e;
	long n;
	int rc;

	ATF_REQUIRE_EQ(schema_read_text(&schema, &s, 1, &e), 0);
	ATF_REQUIRE_EQ(doc_read_json(&d, "f", text, strlen(text), 65536, &e),
	    0);
	for (n = 0; ; n++) {
		allocations_left = n;
		rc = try(&e);
		allocations_left = -1;
		if (rc == 0)
			break;
		ATF_REQUIRE_EQ_MSG(errno, ENOMEM, "%ld: %s", n, e.text);
		ATF_REQUIRE_STREQ(e.text, "out of memory");
	}
	ATF_CHECK_MSG(n >= least, "%ld", n);
	doc_free(&d);
	schema_free(&schema);
}

ATF_TC_WITHOUT_HEAD(running_out_in_json_is_an_error);
ATF_TC_BODY(running_out_in_json_is_an_error, tc)
{
	run_out(try_json, "[]", 60);
}

ATF_TC_WITHOUT_HEAD(running_out_in_yaml_is_an_error);
ATF_TC_BODY(running_out_in_yaml_is_an_error, tc)
{
	run_out(try_yaml, "[]", 20);
}

ATF_TC_WITHOUT_HEAD(running_out_in_entities_is_an_error);
ATF_TC_BODY(running_out_in_entities_is_an_error, tc)
{
	run_out(try_entities, entities_text, 50);
}

ATF_TC_WITHOUT_HEAD(running_out_in_a_request_is_an_error);
ATF_TC_BODY(running_out_in_a_request_is_an_error, tc)
{
	run_out(try_request, request_text, 10);
}

ATF_TC_WITHOUT_HEAD(running_out_in_policies_is_an_error);
ATF_TC_BODY(running_out_in_policies_is_an_error, tc)
{
	run_out(try_policies, policies_text, 50);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, running_out_in_json_is_an_error);
	ATF_TP_ADD_TC(tp, running_out_in_yaml_is_an_error);
	ATF_TP_ADD_TC(tp, running_out_in_entities_is_an_error);
	ATF_TP_ADD_TC(tp, running_out_in_a_request_is_an_error);
	ATF_TP_ADD_TC(tp, running_out_in_policies_is_an_error);
	return atf_no_error();
}
