/*
 * Values on one line, as policy text and as entity JSON
 * (https://docs.cedarpolicy.com/auth/entities-syntax.html).
 */
#include "format.h"

#include <errno.h>
#include <stdlib.h>

#include "emit.h"
#include "cedar/data/ext.h"

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
put_text(struct put *p, struct value v)
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
		emit(p, expr_fn_text(format_maker(v.kind)));
		emit(p, "(\"");
		emit(p, ext_format(v, text));
		emit(p, "\")");
		break;
	case VALUE_SET:
	case VALUE_RECORD:
		break;
	}
}

void
format_uid_json(struct put *p, const struct uid *u)
{
	emit(p, "{\"type\":");
	emit_json(p, u->type->bytes, u->type->len);
	emit(p, ",\"id\":");
	emit_json(p, u->id->bytes, u->id->len);
	emit(p, "}");
}

static void
put_json(struct put *p, struct value v)
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
		emit_json(p, v.str->bytes, v.str->len);
		break;
	case VALUE_ENTITY:
		emit(p, "{\"__entity\":");
		format_uid_json(p, v.uid);
		emit(p, "}");
		break;
	case VALUE_DECIMAL:
	case VALUE_IP:
	case VALUE_DATETIME:
	case VALUE_DURATION:
		emit(p, "{\"__extn\":{\"fn\":\"");
		emit(p, expr_fn_text(format_maker(v.kind)));
		emit(p, "\",\"arg\":\"");
		emit(p, ext_format(v, text));
		emit(p, "\"}}");
		break;
	case VALUE_SET:
	case VALUE_RECORD:
		break;
	}
}

/* How scalars, brackets and separators are written. */
struct style {
	void		(*scalar)(struct put *, struct value);
	const char	*comma, *colon;
	bool		 json;
};

struct value_frame {
	struct value	value;
	uint32_t	done;
};

static uint32_t
count(struct value v)
{
	return v.kind == VALUE_SET ? v.set->n : v.record->n;
}

/* The next part of a set or record, after its separator. */
static struct value
next_part(struct put *p, const struct style *style, struct value_frame *f)
{
	uint32_t i = f->done++;
	const struct record_field *field;

	emit(p, i == 0 ? "" : style->comma);
	if (f->value.kind == VALUE_SET)
		return f->value.set->items[i];
	field = &f->value.record->fields[i];
	if (style->json)
		emit_json(p, field->name->bytes, field->name->len);
	else
		format_string(p, field->name);
	emit(p, style->colon);
	return field->value;
}

static void
put_value(struct put *p, const struct style *style, struct value v)
{
	struct value_frame stack[CEDAR_DEPTH_MAX];
	uint32_t depth = 0;

	for (;;) {
		if (v.kind != VALUE_SET && v.kind != VALUE_RECORD) {
			style->scalar(p, v);
		} else if (depth == CEDAR_DEPTH_MAX) {
			p->err = EMSGSIZE;
			return;
		} else {
			emit(p, v.kind == VALUE_SET ? "[" : "{");
			stack[depth++] = (struct value_frame){ v, 0 };
		}
		while (depth > 0 &&
		    stack[depth - 1].done == count(stack[depth - 1].value)) {
			v = stack[--depth].value;
			emit(p, v.kind == VALUE_SET ? "]" : "}");
		}
		if (depth == 0 || p->err != 0)
			return;
		v = next_part(p, style, &stack[depth - 1]);
	}
}

void
format_value(struct put *p, struct value v)
{
	static const struct style text = { put_text, ", ", ": ", false };

	put_value(p, &text, v);
}

void
format_value_json(struct put *p, struct value v)
{
	static const struct style json = { put_json, ",", ":", true };

	put_value(p, &json, v);
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
