#include "confusable.h"

#include <string.h>

/* The next character of UTF-8, which the reader has checked. */
static uint32_t
decode(const char **p, const char *end)
{
	static const uint8_t masks[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned char lead = (unsigned char)*(*p)++;
	unsigned more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t ch = lead & masks[more];

	for (; more > 0 && *p < end; more--)
		ch = ch << 6 | (*(*p)++ & 0x3f);
	return ch;
}

/* Characters that turn the direction of what follows them. */
static bool
is_bidi(uint32_t ch)
{
	return (ch >= 0x202a && ch <= 0x202e && ch != 0x202c) ||
	    ch == 0x202c || (ch >= 0x2066 && ch <= 0x2069);
}

static bool
has_bidi(const struct str *s)
{
	const char *p = s->bytes, *end = p + s->len;

	while (p < end)
		if (is_bidi(decode(&p, end)))
			return true;
	return false;
}

/* A text of the policy at this byte; names may hold less than strings. */
static void
check_text(const struct str *s, uint32_t pos, struct reporter *r)
{
	char shown[SHOWN_MAX];

	if (has_bidi(s))
		report(r, FINDING_CONFUSABLE, pos, NULL, "\"%s\" turns the "
		    "direction of text: what is shown is not what is meant",
		    show_str(s, shown));
}

static void
check_uid(const struct uid *uid, uint32_t pos, struct reporter *r)
{
	check_text(uid->id, pos, r);
}

static void
check_node(const struct node *n, struct reporter *r)
{
	if (n->op == OP_VALUE && n->u.value->kind == VALUE_STRING)
		check_text(n->u.value->str, n->pos, r);
	else if (n->op == OP_VALUE && n->u.value->kind == VALUE_ENTITY)
		check_uid(n->u.value->uid, n->pos, r);
	if (n->op == OP_GET || n->op == OP_HAS || n->op == OP_RECORD)
		for (unsigned i = 0; i < n->nargs; i++)
			check_text(n->u.names[i], n->pos, r);
	if (n->op == OP_LIKE)
		for (unsigned i = 0; i < n->u.pattern->n; i++)
			if (n->u.pattern->parts[i] != NULL)
				check_text(n->u.pattern->parts[i], n->pos, r);
}

static void
check_scope(const struct scope *s, struct reporter *r)
{
	for (uint32_t i = 0; !s->slot && i < s->nuids; i++)
		check_uid(s->uids[i], s->pos, r);
}

void
validate_texts(const struct policy *p, struct reporter *r)
{
	check_scope(&p->principal, r);
	check_scope(&p->action, r);
	check_scope(&p->resource, r);
	for (uint32_t i = 0; i < p->nnodes; i++)
		check_node(&p->nodes[i], r);
}
