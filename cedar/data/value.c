#include "value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/cedar.h"

#define SORT_SMALL	12	/* below this, insertion sort is faster */
#define GET_SMALL	8	/* below this, a linear search is faster */

#define ORDER(a, b)	(((a) > (b)) - ((a) < (b)))

static int
ip_compare(const struct ip *a, const struct ip *b)
{
	int c = ORDER(a->v6, b->v6);

	if (c == 0)
		c = memcmp(a->addr, b->addr, a->v6 ? 16 : 4);
	return c != 0 ? c : ORDER(a->prefix, b->prefix);
}

/*
 * Compares two values of one kind.  Sets and records are compared only by size;
 * 0 then means that their items must be compared.
 */
static int
shallow_compare(const struct value *a, const struct value *b)
{
	switch (a->kind) {
	case VALUE_BOOL:
		return ORDER(a->b, b->b);
	case VALUE_LONG:
	case VALUE_DECIMAL:
	case VALUE_DATETIME:
	case VALUE_DURATION:
		return ORDER(a->n, b->n);
	case VALUE_STRING:
		return str_compare(a->str, b->str);
	case VALUE_ENTITY:
		return uid_compare(a->uid, b->uid);
	case VALUE_SET:
		return ORDER(a->set->n, b->set->n);
	case VALUE_RECORD:
		return ORDER(a->record->n, b->record->n);
	case VALUE_IP:
		return ip_compare(a->ip, b->ip);
	}
	abort();
}

/* A pair of sets or records of one size being compared. */
struct value_level {
	const struct value	*a, *b;	/* both sets or both records */
	uint32_t		 i, n;
};

/* The next pair of items; not 0 when the names of fields differ. */
static int
next_pair(struct value_level *l, const struct value **a, const struct value **b)
{
	const struct record_field *fa, *fb;

	if (l->a->kind == VALUE_SET) {
		*a = &l->a->set->items[l->i];
		*b = &l->b->set->items[l->i++];
		return 0;
	}
	fa = &l->a->record->fields[l->i];
	fb = &l->b->record->fields[l->i++];
	*a = &fa->value;
	*b = &fb->value;
	return str_compare(fa->name, fb->name);
}

static uint32_t
count(const struct value *v)
{
	if (v->kind == VALUE_SET)
		return v->set->n;
	return v->kind == VALUE_RECORD ? v->record->n : 0;
}

/* Whether the items must be compared; a set is equal to itself. */
static bool
is_deep(const struct value *a, const struct value *b)
{
	return count(a) > 0 && a->set != b->set;
}

static void
enter(struct value_level *l, const struct value *a, const struct value *b)
{
	l->a = a;
	l->b = b;
	l->i = 0;
	l->n = count(a);
}

/* Compares two sets or records that shallow_compare() finds equal. */
static int
deep_compare(const struct value *a, const struct value *b)
{
	struct value_level stack[VALUE_DEPTH_MAX], *top = stack;
	int c;

	enter(top, a, b);
	for (;;) {
		while (top->i == top->n)
			if (top-- == stack)
				return 0;
		if ((c = next_pair(top, &a, &b)) != 0)
			return c;
		if (a->kind != b->kind)
			return ORDER(a->kind, b->kind);
		if ((c = shallow_compare(a, b)) != 0)
			return c;
		if (is_deep(a, b)) {
			assert(top + 1 < stack + VALUE_DEPTH_MAX);
			enter(++top, a, b);
		}
	}
}

int
value_compare(struct value a, struct value b)
{
	int c;

	if (a.kind != b.kind)
		return ORDER(a.kind, b.kind);
	c = shallow_compare(&a, &b);
	return c != 0 || !is_deep(&a, &b) ? c : deep_compare(&a, &b);
}

bool
value_equal(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == VALUE_STRING)
		return str_equal(a.str, b.str);
	if (a.kind == VALUE_ENTITY)
		return uid_equal(a.uid, b.uid);
	return value_compare(a, b) == 0;
}

typedef int compare_fn(const void *, const void *);

static void
swap(unsigned char *a, unsigned char *b, size_t size)
{
	unsigned char t[sizeof(struct record_field)];

	memcpy(t, a, size);
	memcpy(a, b, size);
	memcpy(b, t, size);
}

static void
insertion_sort(unsigned char *p, size_t n, size_t size, compare_fn *cmp)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 &&
		    cmp(p + (k - 1) * size, p + k * size) > 0; k--)
			swap(p + (k - 1) * size, p + k * size, size);
}

static void
sift_down(unsigned char *p, size_t i, size_t n, size_t size, compare_fn *cmp)
{
	size_t child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n &&
		    cmp(p + child * size, p + (child + 1) * size) < 0)
			child++;
		if (cmp(p + i * size, p + child * size) >= 0)
			return;
		swap(p + i * size, p + child * size, size);
		i = child;
	}
}

/* Not qsort(): that may allocate, and a decision sorts sets. */
static void
sort(void *base, size_t n, size_t size, compare_fn *cmp)
{
	unsigned char *p = base;

	if (n <= SORT_SMALL) {
		insertion_sort(p, n, size, cmp);
		return;
	}
	for (size_t i = n / 2; i-- > 0;)
		sift_down(p, i, n, size, cmp);
	while (--n > 0) {
		swap(p, p + n * size, size);
		sift_down(p, 0, n, size, cmp);
	}
}

static int
compare_items(const void *a, const void *b)
{
	return value_compare(*(const struct value *)a,
	    *(const struct value *)b);
}

static int
compare_fields(const void *a, const void *b)
{
	return str_compare(((const struct record_field *)a)->name,
	    ((const struct record_field *)b)->name);
}

uint32_t
value_set_sort(struct value *items, uint32_t n)
{
	uint32_t kept = n > 0;

	sort(items, n, sizeof(*items), compare_items);
	for (uint32_t i = 1; i < n; i++)
		if (!value_equal(items[kept - 1], items[i]))
			items[kept++] = items[i];
	return kept;
}

bool
value_set_has(const struct set *s, struct value v)
{
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = value_compare(s->items[mid], v);

		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

int
value_record_sort(struct record_field *fields, uint32_t n, uint32_t *twice)
{
	sort(fields, n, sizeof(*fields), compare_fields);
	for (uint32_t i = 1; i < n; i++)
		if (str_equal(fields[i - 1].name, fields[i].name)) {
			*twice = i;
			return -1;
		}
	return 0;
}

const struct value *
value_record_get(const struct record *r, const struct str *name)
{
	uint32_t low = 0, high = r->n;

	if (high <= GET_SMALL) {
		for (; low < high; low++)
			if (str_equal(r->fields[low].name, name))
				return &r->fields[low].value;
		return NULL;
	}
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = str_compare(r->fields[mid].name, name);

		if (c == 0)
			return &r->fields[mid].value;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

unsigned
value_depth(struct value v)
{
	struct value_level stack[CEDAR_DEPTH_MAX], *top = stack;
	const struct value *item, *same;
	unsigned max = 1;

	enter(top, &v, &v);
	for (;;) {
		while (top->i == top->n)
			if (top-- == stack)
				return max;
		next_pair(top, &item, &same);
		if (max < (unsigned)(top - stack) + 2)
			max = (unsigned)(top - stack) + 2;
		if (max > CEDAR_DEPTH_MAX)
			return max;
		if (count(item) > 0)
			enter(++top, item, item);
	}
}

const char *
value_kind_name(enum value_kind kind)
{
	static const char *const names[] = {
		[VALUE_BOOL] = "bool", [VALUE_LONG] = "long",
		[VALUE_STRING] = "string", [VALUE_ENTITY] = "entity",
		[VALUE_SET] = "set", [VALUE_RECORD] = "record",
		[VALUE_DECIMAL] = "decimal", [VALUE_IP] = "ipaddr",
		[VALUE_DATETIME] = "datetime", [VALUE_DURATION] = "duration",
	};

	static_assert(sizeof(names) / sizeof(names[0]) == VALUE_KINDS,
	    "a name for each kind");
	return names[kind];
}
