#include "confusable.h"

#include "script.h"

/* Characters that change the direction of the text after them. */
static bool
is_bidi(uint32_t ch)
{
	return (ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2066 && ch <= 0x2069);
}

static bool
has_bidi(const struct str *s)
{
	const char *p = s->bytes, *end = p + s->len;

	while (p < end)
		if (is_bidi(script_decode(&p, end)))
			return true;
	return false;
}

static bool
is_words(const struct str *s)
{
	const char *p = s->bytes, *end = p + s->len;

	while (p < end)
		if (!script_is_word(script_decode(&p, end)))
			return false;
	return true;
}

static void
report_bidi(const struct str *s, uint32_t pos, struct reporter *r)
{
	char shown[SHOWN_MAX];

	report(r, FINDING_CONFUSABLE, pos, NULL, "\"%s\" changes the direction "
	    "of text, so it is displayed in another "
	    "order", report_str(s, shown));
}

static void
report_mixed(const struct str *s, uint32_t pos, struct reporter *r)
{
	char shown[SHOWN_MAX];

	report(r, FINDING_CONFUSABLE, pos, NULL, "\"%s\" mixes letters of "
	    "several scripts, which may look alike", report_str(s, shown));
}

/* Checks a text; names may have fewer characters than strings. */
static void
check_text(const struct str *s, bool name, uint32_t pos, struct reporter *r)
{
	char shown[SHOWN_MAX];

	if (has_bidi(s))
		report_bidi(s, pos, r);
	else if (name && !is_words(s))
		report(r, FINDING_CONFUSABLE, pos, NULL, "the name \"%s\" has "
		    "characters that names should not have",
		    report_str(s, shown));
	else if (!script_is_single(script_set(s)))
		report_mixed(s, pos, r);
}

static void
check_pattern(const struct pattern *p, uint32_t pos, struct reporter *r)
{
	uint32_t set = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		if (p->parts[i] == NULL)
			continue;
		set |= script_set(p->parts[i]);
		if (has_bidi(p->parts[i]))
			report_bidi(p->parts[i], pos, r);
		else if (!script_is_single(set))
			report_mixed(p->parts[i], pos, r);
	}
}

static void
check_value(const struct value *v, uint32_t pos, struct reporter *r)
{
	if (v->kind == VALUE_STRING)
		check_text(v->str, false, pos, r);
	else if (v->kind == VALUE_ENTITY)
		check_text(v->uid->id, true, pos, r);
}

static void
check_node(const struct expr_node *n, struct reporter *r)
{
	if (n->op == OP_VALUE)
		check_value(n->u.value, n->pos, r);
	if (n->op == OP_GET || n->op == OP_HAS || n->op == OP_RECORD)
		for (unsigned i = 0; i < n->nargs; i++)
			check_text(n->u.names[i], true, n->pos, r);
	if (n->op == OP_LIKE)
		check_pattern(n->u.pattern, n->pos, r);
}

static void
check_scope(const struct scope *s, struct reporter *r)
{
	for (uint32_t i = 0; !s->slot && i < s->nuids; i++)
		check_text(s->uids[i]->id, true, s->pos, r);
}

void
confusable_check(const struct policy *p, struct reporter *r)
{
	check_scope(&p->principal, r);
	check_scope(&p->action, r);
	check_scope(&p->resource, r);
	for (uint32_t i = 0; i < p->nnodes; i++)
		check_node(&p->nodes[i], r);
}
