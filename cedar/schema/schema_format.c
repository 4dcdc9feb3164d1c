#include <string.h>

#include "cedar/data/name.h"
#include "schema.h"

#define FORMAT_MAX	256	/* enough for a message */

static const char	cut[] = "...";

struct type_text {
	char	bytes[FORMAT_MAX];
	size_t	len;
	bool	full;
};

static void
put(struct type_text *t, const char *s, size_t n)
{
	size_t room = sizeof(t->bytes) - sizeof(cut) - t->len;

	if (t->full)
		return;
	t->full = n > room;
	if (t->full)
		n = room;
	for (size_t i = 0; i < n; i++, s++)
		t->bytes[t->len++] = *s < 0x20 || *s > 0x7e ? '?' : *s;
	if (t->full) {
		memcpy(t->bytes + t->len, cut, sizeof(cut) - 1);
		t->len += sizeof(cut) - 1;
	}
}

static void
put_text(struct type_text *t, const char *s)
{
	put(t, s, strlen(s));
}

static void
put_attr(struct type_text *t, const struct attr_type *a, bool first)
{
	bool plain = name_is_ident(a->name->bytes, a->name->len);

	if (!first)
		put_text(t, ", ");
	if (!plain)
		put_text(t, "\"");
	put(t, a->name->bytes, a->name->len);
	if (!plain)
		put_text(t, "\"");
	put_text(t, a->required ? ": " : "?: ");
}

struct format_level {
	const struct type	*type;	/* a set or record */
	uint32_t		 next;	/* attribute; of a set: 1 when done */
};

/* The next part of a set or record; at its end writes that and returns NULL. */
static const struct type *
next_part(struct type_text *t, struct format_level *o)
{
	const struct record_type *r = o->type->record;

	if (o->type->kind == TYPE_SET) {
		if (o->next++ == 0)
			return o->type->element;
		put_text(t, ">");
		return NULL;
	}
	if (o->next < r->n) {
		put_attr(t, &r->attrs[o->next], o->next == 0);
		return &r->attrs[o->next++].type;
	}
	put_text(t, "}");
	return NULL;
}

static void
put_start(struct type_text *t, const struct type *type)
{
	static const char *const names[] = {
		[TYPE_BOOL] = "Bool", [TYPE_LONG] = "Long",
		[TYPE_STRING] = "String", [TYPE_DECIMAL] = "decimal",
		[TYPE_IP] = "ipaddr", [TYPE_DATETIME] = "datetime",
		[TYPE_DURATION] = "duration", [TYPE_ENTITY] = NULL,
		[TYPE_SET] = "Set<", [TYPE_RECORD] = "{",
	};

	put_text(t, type->kind == TYPE_ENTITY ? type->entity->bytes :
	    names[type->kind]);
}

const char *
schema_type_format(struct arena *a, const struct type *type)
{
	struct type_text t = { .len = 0 };
	struct format_level open[CEDAR_DEPTH_MAX];
	unsigned n = 0;
	const char *copy;

	for (;;) {
		put_start(&t, type);
		if ((type->kind == TYPE_SET || type->kind == TYPE_RECORD) &&
		    n < CEDAR_DEPTH_MAX)
			open[n++] = (struct format_level){ type, 0 };
		type = NULL;
		while (n > 0 && !t.full &&
		    (type = next_part(&t, &open[n - 1])) == NULL)
			n--;
		if (type == NULL)
			break;
	}
	copy = arena_copy(a, t.bytes, t.len);
	return copy == NULL ? "a type" : copy;
}
