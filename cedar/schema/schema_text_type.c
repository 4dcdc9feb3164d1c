#include <stdio.h>
#include <string.h>

#include "schema_text.h"

/* Sets and records that are open. */
struct open_types {
	struct raw_type	*items[CEDAR_DEPTH_MAX];
	struct raw_attr	**last[CEDAR_DEPTH_MAX]; /* end of its list */
	unsigned	 n;
};

static int
open_type(struct text_reader *t, struct open_types *open,
    struct raw_type *type)
{
	if (open->n == CEDAR_DEPTH_MAX)
		return raw_error(t->raw, &type->place, "types nested more "
		    "than %d levels deep", CEDAR_DEPTH_MAX);
	open->items[open->n] = type;
	open->last[open->n++] = &type->first;
	return 0;
}

/* A path, or the start of Set<...>: then returns 1, and a type must follow. */
static int
read_named(struct text_reader *t, struct open_types *open,
    struct raw_type **dst)
{
	struct raw_place place = schema_text_place(t);

	if ((*dst = raw_type_new(t->raw, RAW_REF, &place)) == NULL ||
	    schema_text_read_path(t, "a type", &(*dst)->name) == -1)
		return -1;
	if (!schema_text_at(t, LEX_LT) || !str_is((*dst)->name, "Set"))
		return 0;
	(*dst)->kind = RAW_SET;
	return schema_text_next(t) == -1 || open_type(t, open, *dst) == -1 ? -1
									   : 1;
}

/* name: or name?: of an attribute of the record on top. */
static int
read_attr(struct text_reader *t, struct open_types *open,
    struct raw_attr **out)
{
	struct raw_attr *a = raw_alloc(t->raw, 1, sizeof(*a));

	if (a == NULL || schema_text_read_notes(t) == -1 ||
	    schema_text_read_name(t, "an attribute's name", &a->name) == -1)
		return -1;
	a->required = !schema_text_at(t, LEX_QUESTION);
	if (schema_text_accept(t, LEX_QUESTION) == -1 ||
	    schema_text_take(t, LEX_COLON, "`:' and the attribute's type") ==
		-1)
		return -1;
	*open->last[open->n - 1] = a;
	open->last[open->n - 1] = &a->next;
	*out = a;
	return 0;
}

/*
 * After a complete type: closes what ends here.  Returns 1 when an attribute
 * follows, whose type belongs in *dst, and 0 at the end.
 */
static int
read_rest(struct text_reader *t, struct open_types *open,
    struct raw_type ***dst)
{
	while (open->n > 0) {
		struct raw_type *top = open->items[open->n - 1];
		struct raw_attr *attr;

		if (top->kind == RAW_SET) {
			if (schema_text_take(t, LEX_GT,
				"`>' after the set's type") == -1)
				return -1;
			open->n--;
			continue;
		}
		if (top->first != NULL && !schema_text_at(t, LEX_BRACE_END) &&
		    schema_text_take(t, LEX_COMMA,
			"`,' or `}' after the attribute") == -1)
			return -1;
		if (!schema_text_at(t, LEX_BRACE_END)) {
			if (read_attr(t, open, &attr) == -1)
				return -1;
			*dst = &attr->type;
			return 1;
		}
		if (schema_text_next(t) == -1 ||
		    raw_record_close(t->raw, top) == -1)
			return -1;
		open->n--;
	}
	return 0;
}

/* The start of a type; 1 when a type inside it must follow. */
static int
read_start(struct text_reader *t, struct open_types *open,
    struct raw_type ***dst)
{
	struct raw_place place = schema_text_place(t);
	int rc;

	if (!schema_text_at(t, LEX_BRACE)) {
		if ((rc = read_named(t, open, *dst)) == 1)
			*dst = &(**dst)->element;
		return rc;
	}
	if ((**dst = raw_type_new(t->raw, RAW_RECORD, &place)) == NULL ||
	    schema_text_next(t) == -1)
		return -1;
	return open_type(t, open, **dst);
}

int
schema_text_read_type(struct text_reader *t, struct raw_type **out)
{
	struct open_types open = { .n = 0 };
	struct raw_type **dst = out;
	int rc;

	do {
		if ((rc = read_start(t, &open, &dst)) == 0)
			rc = read_rest(t, &open, &dst);
	} while (rc == 1);
	return rc;
}
