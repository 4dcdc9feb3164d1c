#include "types.h"

#include <atf-c.h>

#include <string.h>

#include "caps.h"

static struct types types;
static struct schema schema;
static struct arena arena;

static void
start(const char *text)
{
	struct doc_source source = { "s", text, strlen(text) };
	struct doc_error e;

	ATF_REQUIRE_MSG(schema_read_text(&schema, &source, 1, &e) == 0, "%s",
	    e.text);
	ATF_REQUIRE_EQ(types_init(&types, &schema), 0);
	arena_init(&arena, 0);
}

static void
stop(void)
{
	ATF_CHECK(!types.failed);
	arena_free(&arena);
	types_free(&types);
	schema_free(&schema);
}

static const struct str *
name(const char *s)
{
	return str_new(&arena, s, strlen(s));
}

/* {a: x, b: y} */
static const struct vtype *
pair(const struct vtype *x, const struct vtype *y)
{
	struct vattr attrs[] = { { name("b"), true, y },
	    { name("a"), true, x } };

	return types_record(&types, attrs, 2);
}

static const struct vtype *
basic(enum vkind kind)
{
	return types.basic[kind];
}

/* The type of attribute `attr' of the first entity type. */
static const struct vtype *
declared(const char *attr)
{
	return types_of(&types, &schema_attr(schema.entities[0].shape,
	    name(attr))->type);
}

ATF_TC_WITHOUT_HEAD(equal_types_are_one);
ATF_TC_BODY(equal_types_are_one, tc)
{
	start("entity A { x: Set<{a: Long, b?: A}>, y: Set<{b?: A, a: Long}>,"
	    " z: Set<{a: Long, b: A}>, n: {a: Long, b: Set<A>} };");
	ATF_CHECK_EQ(declared("x"), declared("y"));
	ATF_CHECK(declared("x") != declared("z"));
	ATF_CHECK_EQ(declared("n"), pair(basic(V_LONG), types_set(&types,
	    types_entity(&types, name("A")))));
	stop();
}

ATF_TC_WITHOUT_HEAD(true_and_false_join_to_bool_at_any_depth);
ATF_TC_BODY(true_and_false_join_to_bool_at_any_depth, tc)
{
	const struct vtype *yes, *no, *both;

	start("");
	yes = types_set(&types, pair(basic(V_TRUE), types_set(&types,
	    basic(V_TRUE))));
	no = types_set(&types, pair(basic(V_TRUE), types_set(&types,
	    basic(V_FALSE))));
	both = types_set(&types, pair(basic(V_TRUE), types_set(&types,
	    basic(V_BOOL))));
	ATF_CHECK_EQ(types_join(&types, yes, no), both);
	ATF_CHECK_EQ(types_join(&types, no, both), both);
	ATF_CHECK_EQ(types_join(&types, yes, yes), yes);
	stop();
}

ATF_TC_WITHOUT_HEAD(types_that_differ_otherwise_do_not_join);
ATF_TC_BODY(types_that_differ_otherwise_do_not_join, tc)
{
	start("entity A { x: {a: Long, b?: Long} };");
	ATF_CHECK_EQ(types_join(&types, basic(V_LONG), basic(V_STRING)),
	    NULL);
	ATF_CHECK_EQ(types_join(&types, declared("x"), pair(basic(V_LONG),
	    basic(V_LONG))), NULL);
	ATF_CHECK_EQ(types_join(&types, types_entity(&types, name("A")),
	    types_entity(&types, name("B"))), NULL);
	ATF_CHECK_EQ(types_join(&types, types_set(&types, basic(V_TRUE)),
	    basic(V_TRUE)), NULL);
	stop();
}

ATF_TC_WITHOUT_HEAD(nesting_to_the_limit_joins);
ATF_TC_BODY(nesting_to_the_limit_joins, tc)
{
	const struct vtype *yes, *no;

	start("");
	yes = basic(V_TRUE);
	no = basic(V_FALSE);
	for (int i = 0; i < CEDAR_DEPTH_MAX; i++) {
		yes = i % 2 == 0 ? types_set(&types, yes) :
		    pair(yes, basic(V_LONG));
		no = i % 2 == 0 ? types_set(&types, no) :
		    pair(no, basic(V_LONG));
	}
	ATF_CHECK_EQ(types_join(&types, yes, no), yes->wide);
	ATF_CHECK_EQ(yes->wide, no->wide);
	ATF_CHECK(yes->wide != yes);
	stop();
}

ATF_TC_WITHOUT_HEAD(what_a_policy_made_is_forgotten);
ATF_TC_BODY(what_a_policy_made_is_forgotten, tc)
{
	const struct vtype *kept;

	start("entity A { x: {a: Long, b: Long}, y: Set<Bool> };");
	kept = declared("x");
	for (int i = 0; i < 3; i++) {
		ATF_CHECK_EQ(pair(basic(V_LONG), basic(V_LONG)), kept);
		pair(basic(V_TRUE), types_set(&types, kept));
		ATF_CHECK(types.newest != NULL);
		types_forget(&types);
		ATF_CHECK_EQ(types.newest, NULL);
		ATF_CHECK_EQ(types_set(&types, basic(V_BOOL)), declared("y"));
	}
	stop();
}

ATF_TC_WITHOUT_HEAD(types_are_named_as_in_a_schema);
ATF_TC_BODY(types_are_named_as_in_a_schema, tc)
{
	start("");
	ATF_CHECK_STREQ(types_name(&types, pair(basic(V_TRUE),
	    types_set(&types, types_entity(&types, name("N::A"))))),
	    "{a: Bool, b: Set<N::A>}");
	stop();
}

ATF_TC_WITHOUT_HEAD(attributes_are_found_by_name);
ATF_TC_BODY(attributes_are_found_by_name, tc)
{
	const struct vtype *record;

	start("entity A { bb: Long, a?: String, ccc: Bool };");
	record = types_of_record(&types, schema.entities[0].shape);
	ATF_CHECK_EQ(types_attr(record, name("bb"))->type, basic(V_LONG));
	ATF_CHECK(!types_attr(record, name("a"))->required);
	ATF_CHECK_EQ(types_attr(record, name("b")), NULL);
	ATF_CHECK_EQ(types_attr(basic(V_LONG), name("b")), NULL);
	stop();
}

/* A set of these numbers. */
static const struct caps *
caps(uint32_t a, uint32_t b, bool *failed)
{
	return caps_union(&arena, caps_one(&arena, a, failed),
	    caps_one(&arena, b, failed), failed);
}

ATF_TC_WITHOUT_HEAD(capabilities_unite_and_intersect);
ATF_TC_BODY(capabilities_unite_and_intersect, tc)
{
	const struct caps *x, *y, *all, *both;
	bool failed = false;

	arena_init(&arena, 0);
	x = caps(7, 3, &failed);
	y = caps(7, 5, &failed);
	all = caps_union(&arena, x, y, &failed);
	both = caps_both(&arena, x, y, &failed);
	ATF_CHECK_EQ(all->n, 3);
	ATF_CHECK(caps_has(all, 3) && caps_has(all, 5) && caps_has(all, 7));
	ATF_CHECK(!caps_has(all, 4) && !caps_has(NULL, 3));
	ATF_CHECK_EQ(both->n, 1);
	ATF_CHECK(caps_has(both, 7) && !caps_has(both, 3));
	ATF_CHECK_EQ(caps_union(&arena, NULL, x, &failed), x);
	ATF_CHECK_EQ(caps_both(&arena, NULL, x, &failed), NULL);
	ATF_CHECK(!failed);
	arena_free(&arena);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, equal_types_are_one);
	ATF_TP_ADD_TC(tp, true_and_false_join_to_bool_at_any_depth);
	ATF_TP_ADD_TC(tp, types_that_differ_otherwise_do_not_join);
	ATF_TP_ADD_TC(tp, nesting_to_the_limit_joins);
	ATF_TP_ADD_TC(tp, what_a_policy_made_is_forgotten);
	ATF_TP_ADD_TC(tp, types_are_named_as_in_a_schema);
	ATF_TP_ADD_TC(tp, attributes_are_found_by_name);
	ATF_TP_ADD_TC(tp, capabilities_unite_and_intersect);
	return atf_no_error();
}
