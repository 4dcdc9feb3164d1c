/*
 * Schemas as text.  testdata/schema/text.json has texts with the official
 * reader's verdict on each.
 */
#include "schema.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/schema/test/schema_cases.h"

static struct schema s;

static int
read_text(const char *text, struct doc_error *e)
{
	const struct doc_source source = { "f", text, strlen(text) };

	return schema_read_text(&s, &source, 1, e);
}

static void
good(const char *text)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(read_text(text, &e) == 0, "%s: %s", text, e.text);
}

/* Refused, with this place and message. */
static void
bad(const char *text, const char *expected)
{
	char message[512];
	struct doc_error e;

	ATF_REQUIRE_ERRNO(EBADMSG, read_text(text, &e) == -1);
	doc_error_format(&e, 0, message, sizeof(message));
	ATF_CHECK_STREQ(message, expected);
}

/* The entity type's or action's attributes are these. */
static void
check_record(const struct record_type *r, const char *expected)
{
	const struct type t = { .kind = TYPE_RECORD, .record = r };
	struct arena a;

	arena_init(&a, 0);
	ATF_CHECK_STREQ(schema_type_format(&a, &t), expected);
	arena_free(&a);
}

static const struct entity_type *
entity(const char *name)
{
	const struct entity_type *t;
	struct arena a;

	arena_init(&a, 0);
	t = schema_entity(&s, str_new(&a, name, strlen(name)));
	arena_free(&a);
	ATF_REQUIRE_MSG(t != NULL, "%s", name);
	return t;
}

static const struct action_type *
action(const char *type, const char *id)
{
	const struct action_type *t;
	struct arena a;

	arena_init(&a, 0);
	t = schema_action(&s, uid_new(&a, str_new(&a, type, strlen(type)),
	    str_new(&a, id, strlen(id))));
	arena_free(&a);
	ATF_REQUIRE_MSG(t != NULL, "%s::%s", type, id);
	return t;
}

/* The names, with a space after each, are these. */
static void
check_names(const struct str *const *names, uint32_t n, const char *expected)
{
	char all[512] = "";

	for (uint32_t i = 0; i < n; i++) {
		strcat(all, names[i]->bytes);
		strcat(all, " ");
	}
	ATF_CHECK_STREQ(all, expected);
}

static bool
may_be_in(const char *type, const char *ancestor)
{
	struct arena a;
	bool rc;

	arena_init(&a, 0);
	rc = schema_may_be_in(&s, str_new(&a, type, strlen(type)),
	    str_new(&a, ancestor, strlen(ancestor)));
	arena_free(&a);
	return rc;
}

static bool
accepts(const struct str *text)
{
	const struct doc_source source = { "f", text->bytes, text->len };
	struct doc_error e;

	if (schema_read_text(&s, &source, 1, &e) == -1)
		return false;
	schema_free(&s);
	return true;
}

ATF_TC_WITHOUT_HEAD(verdicts_are_the_official_ones);
ATF_TC_BODY(verdicts_are_the_official_ones, tc)
{
	schema_cases_check("text.json", accepts);
}

ATF_TC_WITHOUT_HEAD(an_error_says_where_and_what_was_expected);
ATF_TC_BODY(an_error_says_where_and_what_was_expected, tc)
{
	bad("entity A = 1;",
	    "f:1:12: expected `{' and attributes, not `1'");
	bad("entity E {\n\ta Long\n};",
	    "f:2:4: expected `:' and the attribute's type, not `Long'");
	bad("entity E { a: Usr };", "f:1:15: unknown type `Usr'; there are E, "
	    "Bool, Long, String, decimal, ipaddr, datetime, "
	    "duration");
	bad("entity E in Usr;", "f:1:13: unknown entity type `Usr'; "
	    "there are E");
	bad("action a in N::Action::\"b\";",
	    "f:1:13: unknown action N::Action::\"b\"");
	bad("action a appliesTo { principal: A, resource: A };",
	    "f:1:33: unknown entity type `A'; there are none");
	bad("action a appliesTo { principal: [], resource: A };",
	    "f:1:22: expected at least one type: an action that applies to "
	    "nothing has no appliesTo");
	bad("action a appliesTo { principal: A };",
	    "f:1:10: appliesTo without `resource'");
	bad("entity E", "f:1:9: expected `in', `{', `tags' or `;', not the "
	    "end of the text");
	bad("type T = Set<Long;",
	    "f:1:18: expected `>' after the set's type, not `;'");
	bad("entities;", "f:1:1: expected `namespace', `entity', `action' or "
	    "`type', not `entities'");
	bad("entity E { if: Long };",
	    "f:1:12: expected an attribute's name: `if' is reserved");
	bad("entity A; entity A;",
	    "f:1:18: entity type `A' is declared twice; the first "
	    "is at f:1");
	bad("action a, \"a\";", "f:1:11: action `a' is declared "
	    "twice; the first is at f:1");
	bad("type Long = String;",
	    "f:1:6: `Long' is reserved: a common type needs another name");
	bad("action a in a;", "f:1:8: the action is in itself");
	bad("type T = { a: Set<T> };",
	    "f:1:19: common type `T' is a part of itself");
	bad("entity E; namespace N { entity E; }",
	    "f:1:32: `N::E' hides `E', which is in no namespace: one of them "
	    "needs another name");
	bad("entity E; \"abc", "f:1:11: this string has no end: expected a "
	    "second \" before the end of the text");
	bad("@a entity E; @a @a entity F;",
	    "f:1:18: duplicate annotation `a'");
	bad("action a appliesTo { principal: E, resource: E, context: E }; "
	    "entity E;", "f:1:58: unknown common type `E'; there are "
	    "Bool, Long, String, decimal, ipaddr, datetime, "
	    "duration");
	bad("type T = Long; entity E; action a appliesTo { principal: E, "
	    "resource: E, context: T };",
	    "f:1:83: an action's context must be a record");
}

/* As in the JSON form, which has no other limits than this form. */
ATF_TC_WITHOUT_HEAD(any_number_of_annotations_and_255_bytes_of_name);
ATF_TC_BODY(any_number_of_annotations_and_255_bytes_of_name, tc)
{
	static char text[8192], name[256];
	size_t n = 0;

	for (int i = 0; i < 500; i++)
		n += (size_t)sprintf(text + n, "@a%d ", i);
	strcpy(text + n, "entity E;");
	good(text);
	schema_free(&s);
	memset(name, 'n', 255);
	snprintf(text, sizeof(text), "entity %s; entity F in %s;", name, name);
	good(text);
	schema_free(&s);
	snprintf(text, sizeof(text), "entity F in %sn;", name);
	bad(text, "f:1:13: name too long: at most 255 bytes");
	memset(name, 'n', 253);
	snprintf(text, sizeof(text), "entity F in %.253s::n;", name);
	bad(text, "f:1:13: name too long: at most 255 bytes");
}

ATF_TC_WITHOUT_HEAD(bytes_that_are_not_utf8_are_refused);
ATF_TC_BODY(bytes_that_are_not_utf8_are_refused, tc)
{
	bad("entity E; // \xff", "f:1:14: this byte (0xff) is not UTF-8; "
	    "save the file as UTF-8");
}

ATF_TC_WITHOUT_HEAD(declarations_may_share_what_follows);
ATF_TC_BODY(declarations_may_share_what_follows, tc)
{
	good("entity A, B in [C] = { x?: Long } tags Set<A>; entity C;"
	    "action a, \"b c\" in [d] appliesTo { principal: [A, B],"
	    " resource: C, context: { t: Bool } }; action d;");
	check_record(entity("A")->shape, "{x?: Long}");
	check_record(entity("B")->shape, "{x?: Long}");
	ATF_CHECK_EQ(entity("B")->tags->kind, TYPE_SET);
	ATF_CHECK_STREQ(entity("A")->tags->element->entity->bytes, "A");
	ATF_CHECK(entity("C")->tags == NULL);
	check_names(entity("B")->parents, entity("B")->nparents, "C ");
	check_record(action("Action", "b c")->context, "{t: Bool}");
	ATF_CHECK_EQ(action("Action", "b c")->nparents, 1);
	ATF_CHECK_STREQ(action("Action", "b c")->parents[0]->id->bytes, "d");
	check_names(action("Action", "a")->principals,
	    action("Action", "a")->nprincipals, "A B ");
	ATF_CHECK_EQ(action("Action", "d")->nprincipals, 0);
	check_record(action("Action", "d")->context, "{}");
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(names_stand_for_what_is_nearest);
ATF_TC_BODY(names_stand_for_what_is_nearest, tc)
{
	good("namespace N { entity E { a: E, b: F, c: M::E, d: T, e: Long, "
	    "f: __cedar::Long, g: Action }; type T = Set<F>; entity Long; "
	    "action x in [\"y\", N::Action::\"w\"]; action w; } "
	    "namespace M { entity E { a: E, l: Long }; } "
	    "entity F; action y;");
	check_record(entity("N::E")->shape, "{a: N::E, b: F, c: M::E, "
	    "d: Set<F>, e: N::Long, f: Long, g: N::Action}");
	check_record(entity("M::E")->shape, "{a: M::E, l: Long}");
	ATF_CHECK_STREQ(action("N::Action", "x")->parents[0]->type->bytes,
	    "Action");
	ATF_CHECK_STREQ(action("N::Action", "x")->parents[1]->type->bytes,
	    "N::Action");
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(a_common_type_goes_before_an_entity_type);
ATF_TC_BODY(a_common_type_goes_before_an_entity_type, tc)
{
	good("entity A; type A = Set<Long>; entity ipaddr;"
	    "entity B in A { x: A, y: ipaddr, z: __cedar::ipaddr };");
	check_record(entity("B")->shape,
	    "{x: Set<Long>, y: ipaddr, z: ipaddr}");
	ATF_CHECK_EQ(entity("B")->shape->attrs[1].type.kind, TYPE_ENTITY);
	ATF_CHECK_EQ(entity("B")->shape->attrs[2].type.kind, TYPE_IP);
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(common_types_are_expanded);
ATF_TC_BODY(common_types_are_expanded, tc)
{
	good("type A = { b: B, \"c d\"?: Set<B> }; type B = C;"
	    "type C = { when: datetime, long: duration, d: decimal };"
	    "entity E { a: A };");
	check_record(entity("E")->shape, "{a: {b: {d: decimal, long: "
	    "duration, when: datetime}, \"c d\"?: Set<{d: decimal, long: "
	    "duration, when: datetime}>}}");
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(the_last_of_an_attribute_counts);
ATF_TC_BODY(the_last_of_an_attribute_counts, tc)
{
	good("entity E { a: Unknown, b: Long, \"a\"?: Bool };");
	check_record(entity("E")->shape, "{a?: Bool, b: Long}");
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(attributes_are_found_by_name);
ATF_TC_BODY(attributes_are_found_by_name, tc)
{
	const struct attr_type *a;
	struct arena m;

	good("entity E { zz: Long, a: Bool, bb?: String, \"\": decimal };");
	arena_init(&m, 0);
	a = schema_attr(entity("E")->shape, str_new(&m, "bb", 2));
	ATF_REQUIRE(a != NULL);
	ATF_CHECK(!a->required);
	ATF_CHECK_EQ(a->type.kind, TYPE_STRING);
	a = schema_attr(entity("E")->shape, str_new(&m, "", 0));
	ATF_REQUIRE(a != NULL);
	ATF_CHECK_EQ(a->type.kind, TYPE_DECIMAL);
	ATF_CHECK(schema_attr(entity("E")->shape,
	    str_new(&m, "c", 1)) == NULL);
	arena_free(&m);
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(hierarchies_are_closed);
ATF_TC_BODY(hierarchies_are_closed, tc)
{
	good("entity A in [B, B]; entity B in [C]; entity C in A; entity D;"
	    "action a in b; action b in [c, c]; action c;");
	check_names(entity("A")->parents, entity("A")->nparents, "B ");
	check_names(entity("A")->ancestors, entity("A")->nancestors,
	    "B C A ");
	ATF_CHECK(may_be_in("A", "C"));
	ATF_CHECK(may_be_in("C", "C"));
	ATF_CHECK(!may_be_in("D", "D"));
	ATF_CHECK(!may_be_in("A", "D"));
	ATF_CHECK_EQ(action("Action", "a")->nparents, 1);
	ATF_CHECK_EQ(action("Action", "a")->nancestors, 2);
	ATF_CHECK_EQ(action("Action", "b")->nparents, 1);
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(ids_of_an_enumerated_type_are_known);
ATF_TC_BODY(ids_of_an_enumerated_type_are_known, tc)
{
	struct arena m;

	good("entity A, B enum [\"red\", \"blue\", \"\", \"red\"]; entity C;");
	arena_init(&m, 0);
	ATF_CHECK_EQ(entity("B")->nids, 3);
	ATF_CHECK(schema_has_id(entity("B"), str_new(&m, "red", 3)));
	ATF_CHECK(schema_has_id(entity("A"), str_new(&m, "", 0)));
	ATF_CHECK(!schema_has_id(entity("A"), str_new(&m, "re", 2)));
	ATF_CHECK(schema_has_id(entity("C"), str_new(&m, "re", 2)));
	arena_free(&m);
	schema_free(&s);
}

static int
read_two(const char *one, const char *two, struct doc_error *e)
{
	const struct doc_source sources[2] = {
		{ "one", one, strlen(one) }, { "two", two, strlen(two) },
	};

	return schema_read_text(&s, sources, 2, e);
}

ATF_TC_WITHOUT_HEAD(several_texts_make_one_schema);
ATF_TC_BODY(several_texts_make_one_schema, tc)
{
	struct doc_error e;

	ATF_REQUIRE_EQ(read_two("namespace N { entity A in B { t: T }; }",
	    "namespace N { entity B; type T = U; } type U = Set<N::A>;", &e),
	    0);
	check_record(entity("N::A")->shape, "{t: Set<N::A>}");
	ATF_CHECK(may_be_in("N::A", "N::B"));
	schema_free(&s);
	ATF_REQUIRE_EQ(read_two("entity A;", "entity B;\nentity A;", &e), -1);
	ATF_CHECK_STREQ(e.file, "two");
	ATF_CHECK_EQ(e.line, 2);
	ATF_REQUIRE_EQ(read_two("", "entity B in A;", &e), -1);
	ATF_CHECK_STREQ(e.file, "two");
}

/* A text made of `n' times one, in the middle of others. */
static char *
repeat(const char *before, const char *text, size_t n, const char *after)
{
	size_t len = strlen(text);
	char *all = malloc(strlen(before) + n * len + strlen(after) + 1), *p;

	ATF_REQUIRE(all != NULL);
	p = all + sprintf(all, "%s", before);
	for (size_t i = 0; i < n; i++, p += len)
		memcpy(p, text, len);
	strcpy(p, after);
	return all;
}

static void
check_limit(char *text, const char *expected)
{
	struct doc_error e;

	if (expected == NULL) {
		ATF_CHECK_MSG(read_text(text, &e) == 0, "%s", e.text);
		schema_free(&s);
	} else {
		ATF_CHECK_EQ(read_text(text, &e), -1);
		ATF_CHECK_STREQ(e.text, expected);
	}
	free(text);
}

static char *
nested(int n)
{
	char *open = repeat("type T = ", "Set<", (size_t)n, "Long");
	char *all = repeat(open, ">", (size_t)n, ";");

	free(open);
	return all;
}

ATF_TC_WITHOUT_HEAD(types_nest_up_to_a_limit);
ATF_TC_BODY(types_nest_up_to_a_limit, tc)
{
	static const char refused[] = "types nested more than 64 levels deep";
	char *half;

	check_limit(nested(63), NULL);
	check_limit(nested(64), refused);
	check_limit(nested(10000), refused);
	/* Also when common types are expanded. */
	half = nested(40);
	check_limit(repeat(half, "", 0, "entity E { a: Set<T> };"), NULL);
	check_limit(repeat(half, "", 0, "type U = Set<Set<Set<Set<Set<Set<"
	    "Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<"
	    "Set<Set<T>>>>>>>>>>>>>>>>>>>>>>>;"), NULL);
	check_limit(repeat(half, "", 0, "type U = Set<Set<Set<Set<Set<Set<"
	    "Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<Set<"
	    "Set<Set<Set<T>>>>>>>>>>>>>>>>>>>>>>>>;"), refused);
	free(half);
}

ATF_TC_WITHOUT_HEAD(what_multiplies_has_a_limit);
ATF_TC_BODY(what_multiplies_has_a_limit, tc)
{
	char types[4096] = "type T0 = Long;";
	char *names = malloc(100000), *p = names;

	for (int i = 1; i < 40; i++)
		sprintf(types + strlen(types),
		    "type T%d = { a: T%d, b: T%d };", i, i - 1, i - 1);
	check_limit(repeat(types, "", 0, ""), "more than 65536 types in one, "
	    "with common types expanded");
	p += sprintf(p, "entity E");
	for (int i = 0; i < 2000; i++)
		p += sprintf(p, ",E%d", i);
	p += sprintf(p, " in [E");
	for (int i = 0; i < 2000; i++)
		p += sprintf(p, ",E%d", i);
	sprintf(p, "];");
	check_limit(names, "more than 262144 names in lists of parents, "
	    "ancestors, principals and resources");
}

ATF_TC_WITHOUT_HEAD(sizes_have_limits);
ATF_TC_BODY(sizes_have_limits, tc)
{
	check_limit(repeat("entity E;", " ", CEDAR_SCHEMA_MAX - 9, ""), NULL);
	check_limit(repeat("entity E;", " ", CEDAR_SCHEMA_MAX - 8, ""),
	    "schema too large: at most 262144 bytes");
	check_limit(repeat("entity ", "E", 255, ";"), NULL);
	check_limit(repeat("entity ", "E", 256, ";"),
	    "name too long: at most 255 bytes with its namespace");
	check_limit(repeat("namespace N { entity ", "E", 252, "; }"), NULL);
	check_limit(repeat("namespace N { entity ", "E", 253, "; }"),
	    "name too long: at most 255 bytes with its namespace");
	check_limit(repeat("namespace ", "a::", 100, "b {}"),
	    "name too long: at most 255 bytes");
}

static long	allocations_left = -1;	/* -1: no end */

void	*__real_calloc(size_t, size_t);
void	*__wrap_calloc(size_t, size_t);
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
__wrap_calloc(size_t n, size_t size)
{
	return may_allocate() ? __real_calloc(n, size) : NULL;
}

void *
__wrap_arena_alloc(struct arena *a, size_t n, size_t size)
{
	return may_allocate() ? __real_arena_alloc(a, n, size) : NULL;
}

ATF_TC_WITHOUT_HEAD(running_out_of_memory_is_an_error);
ATF_TC_BODY(running_out_of_memory_is_an_error, tc)
{
	char *text = repeat("type T = { a: Set<Long> }; action b; action a in "
	    "b appliesTo { principal: E, resource: E, context: T }; entity F;"
	    "entity E in F { t: T", ", aaaa: Bool", 10,
	    " } tags T; entity C enum [\"x\"]; @n(\"x\") namespace N {"
	    " action c in [Action::\"b\"]; entity G in E { t: T }; }");
	struct doc_error e;
	long n;

	for (n = 0;; n++) {
		allocations_left = n;
		if (read_text(text, &e) == 0)
			break;
		allocations_left = -1;
		ATF_REQUIRE_EQ(errno, ENOMEM);
		ATF_REQUIRE_STREQ(e.text, "out of memory");
	}
	allocations_left = -1;
	ATF_CHECK(n > 100);
	schema_free(&s);
	free(text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, verdicts_are_the_official_ones);
	ATF_TP_ADD_TC(tp, an_error_says_where_and_what_was_expected);
	ATF_TP_ADD_TC(tp, any_number_of_annotations_and_255_bytes_of_name);
	ATF_TP_ADD_TC(tp, bytes_that_are_not_utf8_are_refused);
	ATF_TP_ADD_TC(tp, declarations_may_share_what_follows);
	ATF_TP_ADD_TC(tp, names_stand_for_what_is_nearest);
	ATF_TP_ADD_TC(tp, a_common_type_goes_before_an_entity_type);
	ATF_TP_ADD_TC(tp, common_types_are_expanded);
	ATF_TP_ADD_TC(tp, the_last_of_an_attribute_counts);
	ATF_TP_ADD_TC(tp, attributes_are_found_by_name);
	ATF_TP_ADD_TC(tp, hierarchies_are_closed);
	ATF_TP_ADD_TC(tp, ids_of_an_enumerated_type_are_known);
	ATF_TP_ADD_TC(tp, several_texts_make_one_schema);
	ATF_TP_ADD_TC(tp, types_nest_up_to_a_limit);
	ATF_TP_ADD_TC(tp, what_multiplies_has_a_limit);
	ATF_TP_ADD_TC(tp, sizes_have_limits);
	ATF_TP_ADD_TC(tp, running_out_of_memory_is_an_error);
	return atf_no_error();
}
