#include "constants.h"

#include <stdio.h>
#include <string.h>

#include "lib/name.h"

#define DEPTH_MAX	2	/* context.manifest.name */

static bool
is_boot(const char *s)
{
	return strcmp(s, "kept") == 0 || strcmp(s, "ephemeral") == 0;
}

static bool
is_name(const char *s)
{
	return strlen(s) <= NAME_MAX_LEN && name_check(s) == 0;
}

static bool
is_digest(const char *s)
{
	return strlen(s) == 2 * DIGEST_LEN &&
	    strspn(s, "0123456789abcdef") == 2 * DIGEST_LEN;
}

static const char name_form[] =
    "a name of a to z, 0 to 9 and -, at most 63";
static const char digest_form[] =
    "64 hexadecimal digits in small letters, as of sha256sum";

/* Fields of the context and their form; names from the inside out. */
static const struct text_field {
	const char	*names[DEPTH_MAX];
	bool		(*holds)(const char *);
	const char	*form;
} fields[] = {
	{ { "boot" }, is_boot, "\"kept\" or \"ephemeral\"" },
	{ { "class" }, is_name, name_form },
	{ { "profile" }, is_name, name_form },
	{ { "name", "manifest" }, is_name, name_form },
	{ { "name", "runtime" }, is_name, name_form },
	{ { "sha256", "manifest" }, is_digest, digest_form },
	{ { "sha256", "runtime" }, is_digest, digest_form },
};

/* Whether the node is context.NAMES. */
static bool
is_field(const struct expr_node *nodes, uint32_t root,
    const struct text_field *f)
{
	uint32_t depth = 0;

	for (; depth < DEPTH_MAX && f->names[depth] != NULL; depth++) {
		if (root == 0 || nodes[root].op != OP_GET ||
		    !str_is(nodes[root].u.names[0], f->names[depth]))
			return false;
		root--;
	}
	return nodes[root].op == OP_VAR && nodes[root].u.var == VAR_CONTEXT;
}

static const struct text_field *
find_field(const struct expr_node *nodes, uint32_t root)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (is_field(nodes, root, &fields[i]))
			return &fields[i];
	return NULL;
}

/* A text on one side of == or !=, a field on the other. */
static void
check_sides(const struct policy *p, uint32_t field, uint32_t text,
    constants_tell *tell, void *ctx)
{
	const struct expr_node *t = &p->nodes[text];
	const struct text_field *f;
	const char *value;
	char said[256];

	if (t->op != OP_VALUE || t->u.value->kind != VALUE_STRING)
		return;
	f = find_field(p->nodes, field);
	value = str_text(t->u.value->str);
	if (f == NULL || (value != NULL && f->holds(value)))
		return;
	snprintf(said, sizeof(said), "`%s' can never be this: it is %s",
	    f->names[0], f->form);
	tell(ctx, p, t->pos, said);
}

void
constants_check(const struct policy *p, constants_tell *tell, void *ctx)
{
	for (uint32_t i = 2; i < p->nnodes; i++) {
		uint32_t right = i - 1, left;

		if (p->nodes[i].op != OP_EQ && p->nodes[i].op != OP_NE)
			continue;
		left = p->nodes[right].first - 1;
		check_sides(p, left, right, tell, ctx);
		check_sides(p, right, left, tell, ctx);
	}
}
