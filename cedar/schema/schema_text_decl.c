/*
 * Theory of operation.  A text has declarations, some inside namespace NAME {
 * }.  A declaration with several names makes one raw declaration for each; they
 * share lists and types.  Only the resolver changes these, and it sets the same
 * for each.
 */
#include <string.h>

#include "schema_text.h"

#define DECLARATION	"`entity', `action' or `type'"

/* Appends a name to a list. */
static struct raw_name *
add_name(struct text_reader *t, struct raw_name ***last)
{
	struct raw_name *n = raw_alloc(t->raw, 1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->place = schema_text_place(t);
	**last = n;
	*last = &n->next;
	return n;
}

/* Type or [Type, Type], possibly []. */
static int
read_types(struct text_reader *t, struct raw_name **list)
{
	struct raw_name **last = list, *n;
	int many = schema_text_accept(t, LEX_BRACKET), comma = 0;

	if (many == -1 || (many && schema_text_at(t, LEX_BRACKET_END)))
		return many == -1 ? -1 : schema_text_next(t);
	do {
		if ((n = add_name(t, &last)) == NULL || schema_text_read_path(t,
		    "an entity type", &n->text) == -1)
			return -1;
	} while (many && (comma = schema_text_accept(t, LEX_COMMA)) == 1);
	if (comma == -1)
		return -1;
	return many ? schema_text_take(t, LEX_BRACKET_END, "`,' or `]'") : 0;
}

/* ["one", "another"] */
static int
read_ids(struct text_reader *t, struct raw_name **list)
{
	struct raw_name **last = list, *n;
	int comma;

	if (schema_text_next(t) == -1 ||
	    schema_text_take(t, LEX_BRACKET, "`['") == -1)
		return -1;
	do {
		if (!schema_text_at(t, LEX_STRING))
			return schema_text_expected(t, "an id as a string");
		if ((n = add_name(t, &last)) == NULL ||
		    schema_text_read_name(t, "an id", &n->text) == -1)
			return -1;
	} while ((comma = schema_text_accept(t, LEX_COMMA)) == 1);
	return comma == -1 ? -1
			   : schema_text_take(t, LEX_BRACKET_END, "`,' or `]'");
}

/* The rest of a declaration after an entity type's names. */
static int
read_entity_rest(struct text_reader *t, struct raw_entity *d)
{
	if (schema_text_at_word(t, "enum"))
		return read_ids(t, &d->ids);
	if (schema_text_at_word(t, "in") &&
	    (schema_text_next(t) == -1 || read_types(t, &d->parents) == -1))
		return -1;
	if (schema_text_at(t, LEX_ASSIGN)) {
		if (schema_text_next(t) == -1)
			return -1;
		if (!schema_text_at(t, LEX_BRACE))
			return schema_text_expected(t, "`{' and attributes");
	}
	if (schema_text_at(t, LEX_BRACE) &&
	    schema_text_read_type(t, &d->shape) == -1)
		return -1;
	if (schema_text_at_word(t, "tags"))
		return schema_text_next(t) == -1
			   ? -1
			   : schema_text_read_type(t, &d->tags);
	return 0;
}

static int
read_entity(struct text_reader *t)
{
	struct raw_entity *first = NULL, *d, rest = { 0 };
	int comma;

	do {
		if ((d = raw_alloc(t->raw, 1, sizeof(*d))) == NULL)
			return -1;
		d->place = schema_text_place(t);
		d->ns = t->ns;
		if (schema_text_read_ident(t, "an entity type's name",
		    &d->base) == -1 || raw_add_entity(t->raw, d) == -1)
			return -1;
		if (first == NULL)
			first = d;
	} while ((comma = schema_text_accept(t, LEX_COMMA)) == 1);
	if (comma == -1 || read_entity_rest(t, &rest) == -1)
		return -1;
	for (d = first; d != NULL; d = d->next) {
		d->parents = rest.parents;
		d->shape = rest.shape;
		d->tags = rest.tags;
		d->ids = rest.ids;
	}
	return schema_text_take(t, LEX_SEMICOLON,
	    rest.ids != NULL	 ? "`;'"
	    : rest.tags != NULL	 ? "`;' after the tags' type"
	    : rest.shape != NULL ? "`tags' or `;'"
				 : "`in', `{', `tags' or `;'");
}

/* Action, or [Action, Action]. */
static int
read_parents(struct text_reader *t, struct raw_parent **list)
{
	struct raw_parent *p;
	int many = schema_text_accept(t, LEX_BRACKET), comma = 0;

	if (many == -1)
		return -1;
	do {
		if ((p = raw_alloc(t->raw, 1, sizeof(*p))) == NULL)
			return -1;
		p->place = schema_text_place(t);
		if (schema_text_read_action(t, &p->type, &p->id) == -1)
			return -1;
		*list = p;
		list = &p->next;
	} while (many && (comma = schema_text_accept(t, LEX_COMMA)) == 1);
	if (comma == -1)
		return -1;
	return many ? schema_text_take(t, LEX_BRACKET_END, "`,' or `]'") : 0;
}

static int
read_context(struct text_reader *t, struct raw_type **out)
{
	struct raw_place place = schema_text_place(t);

	if (schema_text_at(t, LEX_BRACE))
		return schema_text_read_type(t, out);
	if ((*out = raw_type_new(t->raw, RAW_COMMON, &place)) == NULL)
		return -1;
	return schema_text_read_path(t, "`{' or a common type", &(*out)->name);
}

/* principal, resource or context, with its type. */
static int
read_applies_one(struct text_reader *t, struct raw_action *d)
{
	struct raw_place place = schema_text_place(t);
	bool principal = schema_text_at_word(t, "principal");
	bool context = schema_text_at_word(t, "context");
	struct raw_name **list = principal ? &d->principals : &d->resources;

	if (!principal && !context && !schema_text_at_word(t, "resource"))
		return schema_text_expected(t,
		    "`principal', `resource' or `context'");
	if (context ? d->context != NULL : *list != NULL)
		return raw_error(t->raw, &place, "duplicate `%s'",
		    context ? "context" : principal ? "principal" :
		    "resource");
	if (schema_text_next(t) == -1 ||
	    schema_text_take(t, LEX_COLON, "`:'") == -1)
		return -1;
	if (context)
		return read_context(t, &d->context);
	if (read_types(t, list) == -1)
		return -1;
	if (*list == NULL)
		return raw_error(t->raw, &place, "expected at least one type: "
		    "an action that applies to nothing has no appliesTo");
	return 0;
}

static int
read_applies(struct text_reader *t, struct raw_action *d)
{
	struct raw_place place = schema_text_place(t);
	int comma;

	if (schema_text_next(t) == -1 ||
	    schema_text_take(t, LEX_BRACE, "`{'") == -1)
		return -1;
	do {
		if (read_applies_one(t, d) == -1)
			return -1;
	} while ((comma = schema_text_accept(t, LEX_COMMA)) == 1 &&
		 !schema_text_at(t, LEX_BRACE_END));
	if (comma == -1 ||
	    schema_text_take(t, LEX_BRACE_END, "`,' or `}'") == -1)
		return -1;
	if (d->principals == NULL || d->resources == NULL)
		return raw_error(t->raw, &place, "appliesTo without `%s'",
		    d->principals == NULL ? "principal" : "resource");
	return 0;
}

/* The rest of a declaration after an action's names. */
static int
read_action_rest(struct text_reader *t, struct raw_action *d)
{
	if (schema_text_at_word(t, "in") &&
	    (schema_text_next(t) == -1 || read_parents(t, &d->parents) == -1))
		return -1;
	if (schema_text_at_word(t, "appliesTo") && read_applies(t, d) == -1)
		return -1;
	if (!schema_text_at_word(t, "attributes"))
		return 0;
	if (schema_text_next(t) == -1 ||
	    schema_text_take(t, LEX_BRACE, "`{'") == -1)
		return -1;
	return schema_text_take(t, LEX_BRACE_END,
	    "`}': actions have no attributes");
}

static int
read_action(struct text_reader *t)
{
	struct raw_action *first = NULL, *d, rest = { 0 };
	const struct str *id;
	int comma;

	do {
		if ((d = raw_alloc(t->raw, 1, sizeof(*d))) == NULL)
			return -1;
		d->place = schema_text_place(t);
		d->ns = t->ns;
		if (schema_text_read_name(t, "an action's name", &id) == -1 ||
		    raw_add_action(t->raw, d, id) == -1)
			return -1;
		if (first == NULL)
			first = d;
	} while ((comma = schema_text_accept(t, LEX_COMMA)) == 1);
	if (comma == -1 || read_action_rest(t, &rest) == -1)
		return -1;
	for (d = first; d != NULL; d = d->next) {
		d->parents = rest.parents;
		d->principals = rest.principals;
		d->resources = rest.resources;
		d->context = rest.context;
	}
	return schema_text_take(t, LEX_SEMICOLON,
	    rest.principals != NULL ? "`;'"
	    : rest.parents != NULL  ? "`appliesTo' or `;'"
				    : "`in', `appliesTo' or `;'");
}

static int
read_common(struct text_reader *t)
{
	struct raw_common *d = raw_alloc(t->raw, 1, sizeof(*d));

	if (d == NULL)
		return -1;
	d->place = schema_text_place(t);
	d->ns = t->ns;
	if (schema_text_read_ident(t, "a common type's name", &d->base) == -1 ||
	    raw_add_common(t->raw, d) == -1 ||
	    schema_text_take(t, LEX_ASSIGN, "`=' and a type") == -1 ||
	    schema_text_read_type(t, &d->type) == -1)
		return -1;
	return schema_text_take(t, LEX_SEMICOLON, "`;' after the type");
}

/* The declaration that starts here, after its annotations. */
static int
read_declaration(struct text_reader *t, const char *expected)
{
	static const struct {
		const char	*word;
		int		(*read)(struct text_reader *);
	} kinds[] = {
		{ "entity", read_entity },
		{ "action", read_action },
		{ "type", read_common },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (schema_text_at_word(t, kinds[i].word))
			return schema_text_next(t) == -1 ? -1
							 : kinds[i].read(t);
	return schema_text_expected(t, expected);
}

static int
read_namespace(struct text_reader *t, struct name_table *opened)
{
	struct raw_place place;
	int rc = 0;

	if (schema_text_next(t) == -1)
		return -1;
	place = schema_text_place(t);
	if (schema_text_read_path(t, "a namespace's name", &t->ns) == -1)
		return -1;
	if (raw_has_cedar(t->ns))
		return raw_error(t->raw, &place, "namespace `%s': __cedar is "
		    "reserved", t->ns->bytes);
	if (table_get(opened, t->ns, NULL) != NULL)
		return raw_error(t->raw, &place, "namespace `%s' is opened "
		    "twice in one text", t->ns->bytes);
	if (table_put(opened, t->ns, NULL, t) == -1)
		return raw_memory(t->raw);
	if (schema_text_take(t, LEX_BRACE, "`{'") == -1)
		return -1;
	while (rc == 0 && !schema_text_at(t, LEX_BRACE_END))
		if ((rc = schema_text_read_notes(t)) == 0)
			rc = read_declaration(t, DECLARATION " or `}'");
	t->ns = NULL;
	return rc == 0 ? schema_text_next(t) : -1;
}

static int
read_text(struct raw_schema *raw, const struct doc_source *source)
{
	struct name_table opened = { 0 };
	struct text_reader t;
	int rc = schema_text_start(&t, raw, source);

	while (rc == 0 && !schema_text_at(&t, LEX_END)) {
		if ((rc = schema_text_read_notes(&t)) == -1)
			break;
		rc = schema_text_at_word(&t, "namespace") ?
		    read_namespace(&t, &opened) :
		    read_declaration(&t, "`namespace', " DECLARATION);
	}
	table_free(&opened);
	return rc;
}

int
schema_read_text(struct schema *s, const struct doc_source *sources,
    size_t n, struct doc_error *e)
{
	const char *file = n == 0 ? "" : sources[0].file;
	struct raw_schema raw;
	size_t total = 0;
	int rc;

	memset(s, 0, sizeof(*s));
	arena_init(&s->arena, 0);
	rc = raw_init(&raw, &s->arena, file, e);
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (sources[i].len > CEDAR_SCHEMA_MAX - total)
			rc = doc_error_set(e, sources[i].file, "schema too "
			    "large: at most %d bytes", CEDAR_SCHEMA_MAX);
		else
			rc = read_text(&raw, &sources[i]);
		total += sources[i].len;
	}
	return raw_finish(&raw, s, rc);
}
