#include "fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "suggest.h"

#define KIND_MAX	80	/* "a whole number from N to N" */
#define DIGITS_MAX	18	/* fit into 64 bits */

static const struct doc_node *
node_of(const struct fields_value *v)
{
	return &v->doc->nodes[v->node];
}

/* The same with another value. */
static struct fields_value
at(const struct fields_value *v, uint32_t node, const char *field)
{
	struct fields_value child = *v;

	child.node = node;
	child.field = field;
	return child;
}

int
fields_error(const struct fields_value *v, const char *fmt, ...)
{
	char text[DOC_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return doc_error(v->doc, v->node, v->error, "%s", text);
}

int
fields_error_name(const struct fields_value *v, const char *fmt, ...)
{
	char text[DOC_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return doc_error_key(v->doc, v->node, v->error, "%s", text);
}

/* Whether a plain text goes on in the next line of the file. */
static bool
is_continued(const struct fields_value *v)
{
	const struct doc_source *s = &v->doc->source;
	const struct doc_node *n = node_of(v);
	const char *line = s->text + n->pos;
	const char *end = memchr(line, '\n', s->len - n->pos);

	return n->kind == DOC_STRING && n->plain && end != NULL &&
	    (size_t)(end - line) < n->str->len;
}

/* The value is not what its field takes. */
static int
error_kind(const struct fields_value *v, const char *kind, const char *todo)
{
	static const char *const found[] = {
		[DOC_NULL] = "nothing", [DOC_BOOL] = "true or false",
		[DOC_INT] = "a number", [DOC_STRING] = "a text",
		[DOC_ARRAY] = "a list", [DOC_OBJECT] = "a mapping",
	};

	if (is_continued(v))
		return fields_error(v, "`%s' takes %s, and the next line, "
		    "which is indented, continues this value; begin that line "
		    "in the column of its fields", v->field, kind);
	return fields_error(v, "`%s' takes %s, not %s; %s", v->field, kind,
	    found[node_of(v)->kind], todo);
}

int
fields_error_value(const struct fields_value *v, const char *kind,
    const char *todo)
{
	if (is_continued(v))
		return error_kind(v, kind, todo);
	return fields_error(v, "`%s' takes %s; %s", v->field, kind, todo);
}

static int
error_count(const struct fields_value *v, uint32_t child, size_t max)
{
	return doc_error_key(v->doc, child, v->error, "`%s' has more than "
	    "%zu entries; remove some", v->field, max);
}

/* All names of a table, for a message. */
static const char *
join_names(const struct fields_row *rows, char *dst, size_t cap)
{
	size_t len = 0;

	dst[0] = '\0';
	for (size_t i = 0; rows[i].name != NULL && len < cap; i++)
		len += (size_t)snprintf(dst + len, cap - len, "%s%s",
		    i == 0 ? "" : ", ", rows[i].name);
	return dst;
}

/* The row of this name, or the last one. */
static const struct fields_row *
search(const struct str *key, const struct fields_row *rows)
{
	while (rows->name != NULL && !str_is(key, rows->name))
		rows++;
	return rows;
}

/* Whether the field is known in a mapping around or inside this one. */
static bool
say_place(const struct fields_value *v, const struct fields_row *rows,
    char *dst, size_t cap)
{
	const struct str *key = node_of(v)->key;

	if (v->outer != NULL && search(key, v->outer)->name != NULL) {
		snprintf(dst, cap, "it is no field of `%s'; move it out of "
		    "there; ",
		    v->field);
		return true;
	}
	for (; rows->name != NULL; rows++) {
		if (rows->inner != NULL &&
		    search(key, rows->inner)->name != NULL) {
			snprintf(dst, cap, "it is a field of `%s'; move it "
			    "there; ", rows->name);
			return true;
		}
	}
	return false;
}

/* The row of this name, or the last one and an error. */
static const struct fields_row *
find_row(const struct fields_value *v, const struct fields_row *rows)
{
	const struct str *key = node_of(v)->key;
	const struct fields_row *row = search(key, rows);
	char names[256], hint[SUGGEST_TEXT_MAX];
	struct suggest s;

	if (row->name != NULL)
		return row;
	suggest_init(&s, key->bytes, key->len);
	for (size_t i = 0; rows[i].name != NULL; i++)
		suggest_try(&s, rows[i].name, strlen(rows[i].name), NULL);
	if (!say_place(v, rows, hint, sizeof(hint)))
		suggest_text(&s, hint);
	fields_error_name(v, "unknown field `'; %sthe fields here are %s",
	    hint, join_names(rows, names, sizeof(names)));
	(void)doc_error_word(v->error, key->bytes, key->len);
	return row;
}

static int
check_required(const struct fields_value *v, const struct fields_row *rows)
{
	for (; rows->name != NULL; rows++)
		if (rows->required && doc_get(v->doc, v->node, rows->name) == 0)
			return fields_error(v, "no field `%s' in this "
			    "mapping; add it", rows->name);
	return 0;
}

static int
check_map(const struct fields_value *v)
{
	if (node_of(v)->kind == DOC_OBJECT)
		return 0;
	return error_kind(v, "a mapping", "write `NAME: VALUE' lines with "
	    "a blank behind each `:'");
}

int
fields_read(const struct fields_value *v, const struct fields_row *rows,
    void *ctx)
{
	if (check_map(v) == -1)
		return -1;
	for (uint32_t n = doc_first(v->doc, v->node); n != 0;
	    n = doc_next(v->doc, v->node, n)) {
		struct fields_value child = at(v, n, v->field);
		const struct fields_row *row = find_row(&child, rows);

		child.field = row->name;
		child.outer = rows;
		if (row->name == NULL || row->read(&child, ctx) == -1)
			return -1;
	}
	return check_required(v, rows);
}

int
fields_list(const struct fields_value *v, size_t max,
    int (*item)(const struct fields_value *, void *ctx), void *ctx)
{
	size_t left = max;

	if (node_of(v)->kind != DOC_ARRAY)
		return error_kind(v, "a list", "write `[A, B]', or `- A' "
		    "lines below it");
	for (uint32_t n = doc_first(v->doc, v->node); n != 0;
	    n = doc_next(v->doc, v->node, n)) {
		struct fields_value child = at(v, n, v->field);

		if (left-- == 0)
			return error_count(v, n, max);
		if (item(&child, ctx) == -1)
			return -1;
	}
	return 0;
}

int
fields_names(const struct fields_value *v, size_t max,
    int (*entry)(const struct fields_value *, const char *name, void *ctx),
    void *ctx)
{
	size_t left = max;

	if (check_map(v) == -1)
		return -1;
	for (uint32_t n = doc_first(v->doc, v->node); n != 0;
	    n = doc_next(v->doc, v->node, n)) {
		struct fields_value child = at(v, n, v->field);
		const char *key = str_text(v->doc->nodes[n].key);

		if (left-- == 0)
			return error_count(v, n, max);
		if (key == NULL)
			return fields_error_name(&child, "a name with a NUL; "
			    "leave it out");
		if (entry(&child, key, ctx) == -1)
			return -1;
	}
	return 0;
}

/* A scalar, which is neither nothing nor longer than max. */
static const struct str *
scalar(const struct fields_value *v, const char *kind, size_t max)
{
	const struct doc_node *n = node_of(v);

	if (n->kind == DOC_NULL)
		error_kind(v, "a value", "write one; an empty text is written "
		    "\"\"");
	else if (n->kind == DOC_OBJECT)
		error_kind(v, kind, "write one value, in quotes if it has a "
		    "`: '");
	else if (n->kind != DOC_STRING)
		error_kind(v, kind, "write one value");
	else if (n->str->len > max)
		fields_error(v, "`%s' has %u bytes, at most %zu are allowed; "
		    "shorten it", v->field, n->str->len, max);
	else
		return n->str;
	return NULL;
}

const char *
fields_text(const struct fields_value *v, size_t max)
{
	const struct str *s = scalar(v, "text", max);

	if (s == NULL)
		return NULL;
	if (str_text(s) == NULL)
		fields_error_value(v, "text without NUL", "leave it out");
	return str_text(s);
}

int
fields_copy(const struct fields_value *v, char *dst, size_t cap)
{
	const char *text = fields_text(v, cap - 1);

	if (text == NULL)
		return -1;
	memcpy(dst, text, strlen(text) + 1);
	return 0;
}

/* Decimal digits; -1 when it is anything else. */
static int
parse_uint(const char *s, size_t len, uint64_t *np)
{
	uint64_t n = 0;

	if (len == 0 || len > DIGITS_MAX || (s[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (uint64_t)(s[i] - '0');
	}
	*np = n;
	return 0;
}

int
fields_uint(const struct fields_value *v, uint64_t min, uint64_t max,
    uint64_t *np)
{
	const struct str *s;
	char kind[KIND_MAX];

	if (min == max)
		snprintf(kind, sizeof(kind), "the number %" PRIu64, min);
	else
		snprintf(kind, sizeof(kind), "a whole number from %" PRIu64
		    " to %" PRIu64, min, max);
	s = scalar(v, kind, SIZE_MAX);
	if (s == NULL)
		return -1;
	if (node_of(v)->plain && parse_uint(s->bytes, s->len, np) == 0 &&
	    *np >= min && *np <= max)
		return 0;
	return fields_error_value(v, kind, min == max ? "write that, without "
	    "quotes" : "write it in decimal digits, without quotes, sign or "
	    "unit");
}

int
fields_bool(const struct fields_value *v, bool *bp)
{
	const struct str *s = scalar(v, "true or false", SIZE_MAX);

	if (s == NULL)
		return -1;
	*bp = str_is(s, "true");
	if (node_of(v)->plain && (*bp || str_is(s, "false")))
		return 0;
	return fields_error_value(v, "true or false", "write one of the two, "
	    "without quotes");
}
