#include "value.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct arena a;

static const struct str *
str(const char *s)
{
	return str_new(&a, s, strlen(s));
}

static struct value
number(int64_t n)
{
	return (struct value){ .kind = VALUE_LONG, .n = n };
}

static struct value
text(const char *s)
{
	return (struct value){ .kind = VALUE_STRING, .str = str(s) };
}

static struct value
entity(const char *type, const char *id)
{
	return (struct value){ .kind = VALUE_ENTITY,
	    .uid = uid_new(&a, str(type), str(id)) };
}

static struct value
set(uint32_t n, const struct value *items)
{
	struct set *s = arena_alloc(&a, 1, sizeof(*s) + n * sizeof(*items));

	if (n != 0)
		memcpy(s->items, items, n * sizeof(*items));
	s->n = value_set_sort(s->items, n);
	return (struct value){ .kind = VALUE_SET, .set = s };
}

static struct value
record(uint32_t n, const struct record_field *fields)
{
	struct record *r = arena_alloc(&a, 1, sizeof(*r) + n * sizeof(*fields));
	uint32_t twice;

	if (n != 0)
		memcpy(r->fields, fields, n * sizeof(*fields));
	ATF_REQUIRE_EQ(value_record_sort(r->fields, n, &twice), 0);
	r->n = n;
	return (struct value){ .kind = VALUE_RECORD, .record = r };
}

/* A set in a set, and so on; the innermost holds n. */
static struct value
nested(unsigned depth, int64_t n)
{
	struct value v = number(n);

	while (--depth > 0)
		v = set(1, &v);
	return v;
}

ATF_TC_WITHOUT_HEAD(strings_are_equal_by_their_bytes);
ATF_TC_BODY(strings_are_equal_by_their_bytes, tc)
{
	const struct str *nul = str_new(&a, "a\0b", 3);

	ATF_CHECK(str_equal(str("abc"), str("abc")));
	ATF_CHECK(!str_equal(str("abc"), str("abd")));
	ATF_CHECK(!str_equal(nul, str("a")));
	ATF_CHECK(str_equal(nul, str_new(&a, "a\0b", 3)));
	ATF_CHECK(!str_equal(nul, str_new(&a, "a\0c", 3)));
	ATF_CHECK(str_is(str(""), "") && !str_is(nul, "a"));
	ATF_CHECK_EQ(nul->bytes[3], '\0');
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(entities_are_equal_by_type_and_id);
ATF_TC_BODY(entities_are_equal_by_type_and_id, tc)
{
	ATF_CHECK(value_equal(entity("U", "a"), entity("U", "a")));
	ATF_CHECK(!value_equal(entity("U", "a"), entity("U", "b")));
	ATF_CHECK(!value_equal(entity("U", "a"), entity("V", "a")));
	ATF_CHECK(!value_equal(entity("U", "V"), entity("V", "U")));
	ATF_CHECK(!value_equal(entity("U", "a"), text("a")));
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(equal_hashes_do_not_make_equal);
ATF_TC_BODY(equal_hashes_do_not_make_equal, tc)
{
	struct { struct str s; char bytes[4]; } x = { { 7, 1 }, "x" },
	    y = { { 7, 1 }, "y" };
	const struct uid xx = { &x.s, &x.s, 9 }, xy = { &x.s, &y.s, 9 };
	const struct uid yx = { &y.s, &x.s, 9 };

	ATF_CHECK(str_equal(&x.s, &x.s) && !str_equal(&x.s, &y.s));
	ATF_CHECK(!uid_equal(&xx, &xy) && !uid_equal(&xx, &yx));
	ATF_CHECK(uid_equal(&xx, &(struct uid){ &x.s, &x.s, 9 }));
}

ATF_TC_WITHOUT_HEAD(no_memory_is_an_error);
ATF_TC_BODY(no_memory_is_an_error, tc)
{
	struct arena small;

	arena_init(&small, 64);
	ATF_CHECK(str_new(&small, "", 0) != NULL);
	ATF_CHECK_ERRNO(ENOMEM, str_new(&small, "0123456789012345678901234567"
	    "8901234567890123456789", 50) == NULL);
	arena_free(&small);
}

/* Every list in the order that is expected; sorted from the worst. */
ATF_TC_WITHOUT_HEAD(order_is_total_over_all_kinds);
ATF_TC_BODY(order_is_total_over_all_kinds, tc)
{
	const struct ip v4 = { { 10 }, 8, false }, v4net = { { 10 }, 9, false };
	const struct ip v6 = { { 1 }, 8, true };
	const struct record_field f1 = { str("a"), number(1) };
	const struct record_field f2 = { str("b"), number(0) };
	const struct record_field f3 = { str("b"), number(1) };
	const struct value one = number(1), two = number(2);
	const struct value sorted[] = {
		{ .kind = VALUE_BOOL, .b = false },
		{ .kind = VALUE_BOOL, .b = true },
		number(INT64_MIN), number(-1), number(INT64_MAX),
		text(""), text("b"), text("aa"), text("ab"),
		entity("A", "b"), entity("B", "a"), entity("AA", "a"),
		set(0, NULL), set(1, &one), set(1, &two),
		set(2, (struct value[]){ one, two }),
		record(0, NULL), record(1, &f1), record(1, &f2),
		record(1, &f3), record(2, (struct record_field[]){ f1, f2 }),
		{ .kind = VALUE_DECIMAL, .n = -5 },
		{ .kind = VALUE_DECIMAL, .n = 1 },
		{ .kind = VALUE_IP, .ip = &v4 },
		{ .kind = VALUE_IP, .ip = &v4net },
		{ .kind = VALUE_IP, .ip = &v6 },
		{ .kind = VALUE_DATETIME, .n = 1 },
		{ .kind = VALUE_DURATION, .n = 1 },
	};
	const int n = sizeof(sorted) / sizeof(sorted[0]);
	struct value v[2 * sizeof(sorted) / sizeof(sorted[0])];

	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++) {
			int c = value_compare(sorted[i], sorted[k]);

			ATF_CHECK_EQ_MSG((c > 0) - (c < 0), (i > k) - (i < k),
			    "%d %d", i, k);
			ATF_CHECK_EQ(value_equal(sorted[i], sorted[k]),
			    i == k);
		}
	for (int i = 0; i < 2 * n; i++)
		v[i] = sorted[n - 1 - i % n];
	ATF_REQUIRE_EQ((int)value_set_sort(v, (uint32_t)(2 * n)), n);
	for (int i = 0; i < n; i++)
		ATF_CHECK(value_equal(v[i], sorted[i]));
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(a_large_set_is_sorted_and_searched);
ATF_TC_BODY(a_large_set_is_sorted_and_searched, tc)
{
	static struct value items[1000];
	uint32_t seed = 1;
	struct value s;

	for (int i = 0; i < 1000; i++) {
		seed = seed * 1103515245 + 12345;
		items[i] = number(2 * (seed >> 16 & 1023));
	}
	s = set(1000, items);
	for (uint32_t i = 1; i < s.set->n; i++)
		ATF_CHECK(s.set->items[i - 1].n < s.set->items[i].n);
	for (int i = 0; i < 1000; i++) {
		ATF_CHECK(value_set_has(s.set, items[i]));
		ATF_CHECK(!value_set_has(s.set, number(items[i].n + 1)));
	}
	ATF_CHECK(!value_set_has(s.set, number(-1)));
	ATF_CHECK(!value_set_has(set(0, NULL).set, number(0)));
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(fields_are_found_by_name);
ATF_TC_BODY(fields_are_found_by_name, tc)
{
	struct record_field fields[40];
	struct value r;
	char name[16];

	for (int n = 1; n <= 40; n++) {
		if (n % 7 == 0)
			continue;	/* names would be there twice */
		for (int i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "f%d", i * 7 % n);
			fields[i].name = str(name);
			fields[i].value = number(i * 7 % n);
		}
		r = record((uint32_t)n, fields);
		for (int i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "f%d", i);
			ATF_REQUIRE_EQ(value_record_get(r.record, str(name))->n,
			    i);
		}
		ATF_CHECK(value_record_get(r.record, str("f")) == NULL);
		ATF_CHECK(value_record_get(r.record, str("g10")) == NULL);
	}
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(a_name_twice_is_found);
ATF_TC_BODY(a_name_twice_is_found, tc)
{
	struct record_field f[] = {{str("b"), number(1)}, {str("a"), number(2)},
	    {str("b"), number(3)}};
	uint32_t twice = 9;

	ATF_CHECK_EQ(value_record_sort(f, 3, &twice), -1);
	ATF_CHECK_EQ(twice, 2);
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(depth_counts_levels);
ATF_TC_BODY(depth_counts_levels, tc)
{
	struct value pair[2] = { number(1), nested(5, 1) };
	struct record_field f = { str("a"), number(0) };

	ATF_CHECK_EQ(value_depth(number(1)), 1);
	ATF_CHECK_EQ(value_depth(set(0, NULL)), 1);
	ATF_CHECK_EQ(value_depth(set(2, pair)), 6);
	f.value = set(2, pair);
	ATF_CHECK_EQ(value_depth(record(1, &f)), 7);
	ATF_CHECK_EQ(value_depth(nested(CEDAR_DEPTH_MAX, 1)), CEDAR_DEPTH_MAX);
	ATF_CHECK_EQ(value_depth(nested(2 * CEDAR_DEPTH_MAX, 1)),
	    CEDAR_DEPTH_MAX + 1);
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(the_deepest_values_are_compared);
ATF_TC_BODY(the_deepest_values_are_compared, tc)
{
	ATF_CHECK(value_equal(nested(VALUE_DEPTH_MAX, 1),
	    nested(VALUE_DEPTH_MAX, 1)));
	ATF_CHECK(value_compare(nested(VALUE_DEPTH_MAX, 1),
	    nested(VALUE_DEPTH_MAX, 2)) < 0);
	arena_free(&a);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, strings_are_equal_by_their_bytes);
	ATF_TP_ADD_TC(tp, entities_are_equal_by_type_and_id);
	ATF_TP_ADD_TC(tp, equal_hashes_do_not_make_equal);
	ATF_TP_ADD_TC(tp, no_memory_is_an_error);
	ATF_TP_ADD_TC(tp, order_is_total_over_all_kinds);
	ATF_TP_ADD_TC(tp, a_large_set_is_sorted_and_searched);
	ATF_TP_ADD_TC(tp, fields_are_found_by_name);
	ATF_TP_ADD_TC(tp, a_name_twice_is_found);
	ATF_TP_ADD_TC(tp, depth_counts_levels);
	ATF_TP_ADD_TC(tp, the_deepest_values_are_compared);
	return atf_no_error();
}
