#include "conf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "lib/doc/json.h"

#define WHAT_MAX	160	/* one error without place and advice */

struct conf {
	yaml_parser_t	 parser;
	yaml_event_t	 event;		/* the one last taken */
	bool		 again;		/* it is to be taken once more */
	const char	*file;
	const char	*text;
	size_t		 len;
	const char	*field;		/* being read, for messages */
	struct why	*w;
};

static int
error_at(struct conf *c, size_t line, size_t column, const char *what,
    const char *todo)
{
	return why_set(c->w, "%s:%zu:%zu: %s; %s", c->file, line + 1,
	    column + 1, what, todo);
}

int
conf_error(struct conf *c, const char *what, const char *todo)
{
	const yaml_mark_t *m = &c->event.start_mark;

	return error_at(c, m->line, m->column, what, todo);
}

/* The field's value is not of the kind that it has to be. */
static int
error_kind(struct conf *c, const char *kind, const char *todo)
{
	char what[WHAT_MAX];

	snprintf(what, sizeof(what), "`%s' takes %s", c->field, kind);
	return conf_error(c, what, todo);
}

static int
error_count(struct conf *c, size_t max)
{
	char what[WHAT_MAX];

	snprintf(what, sizeof(what), "`%s' has more than %zu entries",
	    c->field, max);
	return conf_error(c, what, "remove some");
}

/* libyaml's reader knows only the byte that it stopped at. */
static int
error_byte(struct conf *c, size_t offset)
{
	size_t line = 0, column = 0;

	for (size_t i = 0; i < offset && i < c->len; i++) {
		if (c->text[i] == '\n') {
			line++;
			column = 0;
		} else if ((c->text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return error_at(c, line, column, "a byte that is not UTF-8 or is a "
	    "control character", "save the file as plain UTF-8 text");
}

static int
error_parser(struct conf *c)
{
	const yaml_parser_t *p = &c->parser;
	char what[WHAT_MAX];

	if (p->error == YAML_MEMORY_ERROR) {
		errno = ENOMEM;
		return -1;
	}
	if (p->error == YAML_READER_ERROR)
		return error_byte(c, p->problem_offset);
	snprintf(what, sizeof(what), "not YAML: %s",
	    p->problem == NULL ? "cannot be read" : p->problem);
	return error_at(c, p->problem_mark.line, p->problem_mark.column, what,
	    "correct the line, or quote the text");
}

/* Frees what an event holds; it stays good for its marks. */
static void
drop_event(struct conf *c)
{
	yaml_mark_t mark = c->event.start_mark;

	yaml_event_delete(&c->event);
	c->event.start_mark = mark;
}

static int
refuse_extras(struct conf *c, const void *anchor, const void *tag)
{
	if (anchor != NULL)
		return conf_error(c, "an anchor (&)", "write the value out "
		    "where it is needed");
	if (tag != NULL)
		return conf_error(c, "a tag (!)", "leave it out: each field "
		    "has its one type");
	return 0;
}

/* Takes the next event and refuses what no file of ours may hold. */
static int
next(struct conf *c)
{
	yaml_event_t *e = &c->event;

	if (c->again) {
		c->again = false;
		return 0;
	}
	drop_event(c);
	if (!yaml_parser_parse(&c->parser, e))
		return error_parser(c);
	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return conf_error(c, "an alias (*)", "write the value out, or "
		    "quote the text");
	case YAML_SCALAR_EVENT:
		return refuse_extras(c, e->data.scalar.anchor,
		    e->data.scalar.tag);
	case YAML_SEQUENCE_START_EVENT:
		return refuse_extras(c, e->data.sequence_start.anchor,
		    e->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return refuse_extras(c, e->data.mapping_start.anchor,
		    e->data.mapping_start.tag);
	case YAML_DOCUMENT_START_EVENT:
		if (e->data.document_start.version_directive != NULL ||
		    e->data.document_start.tag_directives.start !=
		    e->data.document_start.tag_directives.end)
			return conf_error(c, "a directive (%)",
			    "leave it out");
		return 0;
	default:
		return 0;
	}
}

/* The next event is a scalar; its length is checked. */
static int
next_scalar(struct conf *c, const char *kind, size_t max)
{
	char what[WHAT_MAX];
	size_t len;

	if (next(c) == -1)
		return -1;
	if (c->event.type != YAML_SCALAR_EVENT)
		return error_kind(c, kind, "write one value, not a list or "
		    "a mapping");
	len = c->event.data.scalar.length;
	if (len > max) {
		snprintf(what, sizeof(what), "`%s' has %zu bytes, at most %zu "
		    "are allowed", c->field, len, max);
		return conf_error(c, what, "shorten it");
	}
	return 0;
}

static int
check_text(struct conf *c)
{
	const char *value = (const char *)c->event.data.scalar.value;
	size_t len = c->event.data.scalar.length;

	if (utf8_check(value, len) == -1)
		return error_kind(c, "text without NUL", "leave it out");
	if (len == 0 &&
	    c->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return error_kind(c, "a value", "write one; an empty text is "
		    "written \"\"");
	return 0;
}

/* The name of a mapping's next entry; 0 at its end, else 1. */
static int
next_name(struct conf *c, char name[CONF_NAME_MAX + 1])
{
	if (next(c) == -1)
		return -1;
	if (c->event.type == YAML_MAPPING_END_EVENT)
		return 0;
	if (c->event.type != YAML_SCALAR_EVENT)
		return conf_error(c, "a name that is a list or a mapping",
		    "write `NAME: VALUE'");
	if (c->event.data.scalar.length > CONF_NAME_MAX)
		return conf_error(c, "a name of more than 127 bytes",
		    "shorten it");
	if (c->event.data.scalar.length == 0 || utf8_check(
	    c->event.data.scalar.value, c->event.data.scalar.length) == -1)
		return conf_error(c, "an empty name, or one with a NUL",
		    "write `NAME: VALUE'");
	memcpy(name, c->event.data.scalar.value, c->event.data.scalar.length);
	name[c->event.data.scalar.length] = '\0';
	return 1;
}

static int
start_map(struct conf *c)
{
	if (next(c) == -1)
		return -1;
	if (c->event.type != YAML_MAPPING_START_EVENT)
		return error_kind(c, "a mapping", "write `NAME: VALUE' lines "
		    "below it");
	return 0;
}

/* Reads the value of the field of this name. */
static int
read_field(struct conf *c, const struct conf_field *fields, const char *name,
    unsigned *seen, void *ctx)
{
	char quoted[QUOTE_MAX], what[WHAT_MAX];
	size_t i;

	doc_quote(quoted, name, strlen(name));
	for (i = 0; fields[i].name != NULL; i++)
		if (strcmp(fields[i].name, name) == 0)
			break;
	if (fields[i].name == NULL) {
		snprintf(what, sizeof(what), "unknown field `%s'", quoted);
		return conf_error(c, what, "correct its name or remove it");
	}
	if (*seen & 1u << i) {
		snprintf(what, sizeof(what), "field `%s' again", quoted);
		return conf_error(c, what, "keep one of them");
	}
	*seen |= 1u << i;
	c->field = fields[i].name;
	return fields[i].read(c, ctx);
}

int
conf_read_map(struct conf *c, const struct conf_field *fields, void *ctx)
{
	char name[CONF_NAME_MAX + 1], what[WHAT_MAX];
	const char *outer = c->field;
	yaml_mark_t start;
	unsigned seen = 0;
	int rc;

	if (start_map(c) == -1)
		return -1;
	start = c->event.start_mark;
	while ((rc = next_name(c, name)) == 1)
		if (read_field(c, fields, name, &seen, ctx) == -1)
			return -1;
	if (rc == -1)
		return -1;
	for (size_t i = 0; fields[i].name != NULL; i++) {
		if (!fields[i].required || seen & 1u << i)
			continue;
		snprintf(what, sizeof(what), "no field `%s' in this mapping",
		    fields[i].name);
		return error_at(c, start.line, start.column, what, "add it");
	}
	c->field = outer;
	return 0;
}

int
conf_read_list(struct conf *c, size_t max,
    int (*item)(struct conf *, void *ctx), void *ctx)
{
	const char *field = c->field;
	size_t n;

	if (next(c) == -1)
		return -1;
	if (c->event.type != YAML_SEQUENCE_START_EVENT)
		return error_kind(c, "a list", "write `[A, B]', or `- A' "
		    "lines below it");
	for (n = 0; ; n++) {
		c->field = field;
		if (next(c) == -1)
			return -1;
		if (c->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (n == max)
			return error_count(c, max);
		c->again = true;
		if (item(c, ctx) == -1)
			return -1;
	}
}

int
conf_read_names(struct conf *c, size_t max,
    int (*entry)(struct conf *, const char *name, void *ctx), void *ctx)
{
	char name[CONF_NAME_MAX + 1];
	size_t n;
	int rc;

	if (start_map(c) == -1)
		return -1;
	for (n = 0; (rc = next_name(c, name)) == 1; n++) {
		if (n == max)
			return error_count(c, max);
		if (entry(c, name, ctx) == -1)
			return -1;
	}
	return rc;
}

int
conf_get_text(struct conf *c, char *dst, size_t cap)
{
	size_t max = cap - 1 < CONF_TEXT_MAX ? cap - 1 : CONF_TEXT_MAX;

	if (next_scalar(c, "text", max) == -1 || check_text(c) == -1)
		return -1;
	memcpy(dst, c->event.data.scalar.value, c->event.data.scalar.length);
	dst[c->event.data.scalar.length] = '\0';
	return 0;
}

int
conf_get_copy(struct conf *c, char **dstp)
{
	if (next_scalar(c, "text", CONF_TEXT_MAX) == -1 || check_text(c) == -1)
		return -1;
	*dstp = strdup((const char *)c->event.data.scalar.value);
	return *dstp == NULL ? -1 : 0;
}

/* Decimal digits of a plain scalar; -1 when it is anything else. */
static int
parse_uint(const yaml_event_t *e, uint64_t *np)
{
	const unsigned char *p = e->data.scalar.value;
	size_t len = e->data.scalar.length;
	uint64_t n = 0;

	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || len == 0 ||
	    len > 18 || (p[0] == '0' && len > 1))	/* 18 digits fit */
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		n = n * 10 + (p[i] - (unsigned)'0');
	}
	*np = n;
	return 0;
}

int
conf_get_uint(struct conf *c, uint64_t min, uint64_t max, uint64_t *np)
{
	char kind[WHAT_MAX / 2];

	if (min == max)
		snprintf(kind, sizeof(kind), "the number %" PRIu64, min);
	else
		snprintf(kind, sizeof(kind), "a whole number from %" PRIu64
		    " to %" PRIu64, min, max);
	if (next_scalar(c, kind, CONF_TEXT_MAX) == -1)
		return -1;
	if (parse_uint(&c->event, np) == -1 || *np < min || *np > max)
		return error_kind(c, kind, "write it in decimal digits, "
		    "without quotes, sign or unit");
	return 0;
}

int
conf_get_bool(struct conf *c, bool *bp)
{
	const char *value;

	if (next_scalar(c, "true or false", CONF_TEXT_MAX) == -1)
		return -1;
	value = (const char *)c->event.data.scalar.value;
	*bp = strcmp(value, "true") == 0;
	if (c->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
	    strlen(value) != c->event.data.scalar.length ||
	    (!*bp && strcmp(value, "false") != 0))
		return error_kind(c, "true or false", "write one of the two, "
		    "without quotes");
	return 0;
}

static int
read_document(struct conf *c, const struct conf_field *fields, void *ctx)
{
	if (c->len >= 3 && memcmp(c->text, "\xef\xbb\xbf", 3) == 0)
		return error_at(c, 0, 0, "a byte order mark", "save the file "
		    "as UTF-8 without it");
	if (next(c) == -1 || next(c) == -1)	/* stream, document */
		return -1;
	if (c->event.type != YAML_DOCUMENT_START_EVENT)
		return conf_error(c, "the file is empty", "write `NAME: VALUE' "
		    "lines, version: 1 first");
	if (conf_read_map(c, fields, ctx) == -1 || next(c) == -1 ||
	    next(c) == -1)			/* its end, the stream's */
		return -1;
	if (c->event.type != YAML_STREAM_END_EVENT)
		return conf_error(c, "a second document", "keep one");
	return 0;
}

int
conf_read(const char *file, const void *text, size_t len,
    const struct conf_field *fields, void *ctx, struct why *w)
{
	struct conf c = { .file = file, .text = text, .len = len,
	    .field = file, .w = w };
	int rc, saved;

	w->text[0] = '\0';
	if (!yaml_parser_initialize(&c.parser)) {
		errno = ENOMEM;
		return -1;
	}
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&c.parser, text, len);
	rc = read_document(&c, fields, ctx);
	saved = errno;
	yaml_event_delete(&c.event);
	yaml_parser_delete(&c.parser);
	errno = saved;
	return rc;
}
