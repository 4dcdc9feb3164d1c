/* Values as they stand in policy text, in one line. */
#include "format.h"

#include <errno.h>
#include <stdlib.h>

#include "emit.h"
#include "ext.h"

void
format_string(struct put *p, const struct str *s)
{
	emit(p, "\"");
	emit_escaped(p, s->bytes, s->len, false);
	emit(p, "\"");
}

void
format_uid(struct put *p, const struct uid *u)
{
	emit_str(p, u->type);
	emit(p, "::");
	format_string(p, u->id);
}

enum fn
format_maker(enum value_kind kind)
{
	switch (kind) {
	case VALUE_DECIMAL:
		return FN_DECIMAL;
	case VALUE_IP:
		return FN_IP;
	case VALUE_DATETIME:
		return FN_DATETIME;
	case VALUE_DURATION:
		return FN_DURATION;
	case VALUE_BOOL:
	case VALUE_LONG:
	case VALUE_STRING:
	case VALUE_ENTITY:
	case VALUE_SET:
	case VALUE_RECORD:
		break;
	}
	abort();
}

static void
put_scalar(struct put *p, struct value v)
{
	char text[EXT_TEXT_MAX];

	switch (v.kind) {
	case VALUE_BOOL:
		emit(p, v.b ? "true" : "false");
		break;
	case VALUE_LONG:
		emit_long(p, v.n);
		break;
	case VALUE_STRING:
		format_string(p, v.str);
		break;
	case VALUE_ENTITY:
		format_uid(p, v.uid);
		break;
	case VALUE_DECIMAL:
	case VALUE_IP:
	case VALUE_DATETIME:
	case VALUE_DURATION:
		emit(p, fn_text(format_maker(v.kind)));
		emit(p, "(\"");
		emit(p, ext_format(v, text));
		emit(p, "\")");
		break;
	case VALUE_SET:
	case VALUE_RECORD:
		break;
	}
}

struct value_frame {
	struct value	value;
	uint32_t	done;
};

static uint32_t
value_count(struct value v)
{
	return v.kind == VALUE_SET ? v.set->n : v.record->n;
}

/* The next part of a set or record, with what stands before it. */
static struct value
next_part(struct put *p, struct value_frame *f)
{
	uint32_t i = f->done++;

	emit(p, i == 0 ? "" : ", ");
	if (f->value.kind == VALUE_SET)
		return f->value.set->items[i];
	format_string(p, f->value.record->fields[i].name);
	emit(p, ": ");
	return f->value.record->fields[i].value;
}

void
format_value(struct put *p, struct value v)
{
	struct value_frame stack[CEDAR_DEPTH_MAX];
	uint32_t depth = 0;

	for (;;) {
		if (v.kind != VALUE_SET && v.kind != VALUE_RECORD) {
			put_scalar(p, v);
		} else if (depth == CEDAR_DEPTH_MAX) {
			p->err = EMSGSIZE;
			return;
		} else {
			emit(p, v.kind == VALUE_SET ? "[" : "{");
			stack[depth++] = (struct value_frame){ v, 0 };
		}
		while (depth > 0 && stack[depth - 1].done ==
		    value_count(stack[depth - 1].value)) {
			v = stack[--depth].value;
			emit(p, v.kind == VALUE_SET ? "]" : "}");
		}
		if (depth == 0)
			return;
		v = next_part(p, &stack[depth - 1]);
	}
}

void
format_pattern(struct put *p, const struct pattern *pattern)
{
	emit(p, "\"");
	for (uint32_t i = 0; i < pattern->n; i++) {
		const struct str *part = pattern->parts[i];

		if (part == NULL)
			emit(p, "*");
		else
			emit_escaped(p, part->bytes, part->len, true);
	}
	emit(p, "\"");
}
