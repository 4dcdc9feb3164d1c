/*
 * YAML from libyaml's events.  What can make a file mean something else than
 * it seems to is refused: anchors, tags, directives, a second document.
 */
#include "doc_make.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "encoding.h"
#include "yaml_problem.h"

struct yaml_reader {
	struct doc_maker	 m;
	struct doc_source	 s;
	yaml_parser_t		 parser;
	yaml_event_t		 event;		/* the one last taken */
	size_t			 chars, bytes;	/* one place, in both units */
	bool			 text;		/* scalars stay strings */
};

static bool
is_inside_char(const struct yaml_reader *y, size_t pos)
{
	return pos < y->s.len &&
	    ((unsigned char)y->s.text[pos] & 0xc0) == 0x80;
}

/* Byte of a place that libyaml counts in characters; mostly a step ahead. */
static size_t
place(struct yaml_reader *y, size_t chars)
{
	while (y->chars < chars && y->bytes < y->s.len) {
		do
			y->bytes++;
		while (is_inside_char(y, y->bytes));
		y->chars++;
	}
	while (y->chars > chars && y->bytes > 0) {
		do
			y->bytes--;
		while (is_inside_char(y, y->bytes));
		y->chars--;
	}
	return y->bytes;
}

static size_t
event_place(struct yaml_reader *y)
{
	return place(y, y->event.start_mark.index);
}

static int
error_here(struct yaml_reader *y, const char *text)
{
	return doc_error_at(y->m.e, &y->s, event_place(y), "%s", text);
}

static int
error_parser(struct yaml_reader *y)
{
	const yaml_parser_t *p = &y->parser;
	struct yaml_problem problem = { &y->s, p->problem, 0, 0 };

	if (p->error == YAML_MEMORY_ERROR)
		return doc_error_memory(y->m.e, y->s.file);
	if (p->error == YAML_READER_ERROR)
		return doc_error_at(y->m.e, &y->s, p->problem_offset,
		    "a character that YAML does not take; write it in double "
		    "quotes as \\uXXXX");
	problem.from = place(y, p->context_mark.index);
	problem.at = place(y, p->problem_mark.index);
	return yaml_problem_error(&problem, y->m.e);
}

static int
refuse_extras(struct yaml_reader *y, const void *anchor, const void *tag)
{
	if (anchor != NULL)
		return error_here(y, "an anchor (&); write the value out "
		    "where it is needed");
	if (tag != NULL)
		return error_here(y, "a tag (!); leave it out");
	return 0;
}

static int
check_event(struct yaml_reader *y)
{
	const yaml_event_t *e = &y->event;

	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return error_here(y, "an alias (*); write the value out, or "
		    "quote the text");
	case YAML_SCALAR_EVENT:
		return refuse_extras(y, e->data.scalar.anchor,
		    e->data.scalar.tag);
	case YAML_SEQUENCE_START_EVENT:
		return refuse_extras(y, e->data.sequence_start.anchor,
		    e->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return refuse_extras(y, e->data.mapping_start.anchor,
		    e->data.mapping_start.tag);
	case YAML_DOCUMENT_START_EVENT:
		if (e->data.document_start.version_directive != NULL ||
		    e->data.document_start.tag_directives.start !=
		    e->data.document_start.tag_directives.end)
			return error_here(y, "a directive (%); leave it out");
		return 0;
	default:
		return 0;
	}
}

static int
next(struct yaml_reader *y)
{
	yaml_event_delete(&y->event);
	if (!yaml_parser_parse(&y->parser, &y->event))
		return error_parser(y);
	return check_event(y);
}

/* Decimal digits after an optional minus sign, without leading zeros. */
static bool
is_integer(const char *s, size_t len)
{
	size_t i = len > 0 && s[0] == '-';

	if (i == len || (s[i] == '0' && len - i > 1))
		return false;
	for (; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static int
type_integer(const struct doc *d, struct doc_node *node, const char *s,
    size_t len, struct doc_error *e)
{
	bool negative = s[0] == '-';
	int64_t n = 0;

	for (size_t i = negative; i < len; i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, negative ? '0' - s[i] :
		    s[i] - '0', &n))
			return doc_error_at(e, &d->source, node->pos,
			    "a number beyond 64 bits; quote it if it is a "
			    "text");
	node->kind = DOC_INT;
	node->n = n;
	return 0;
}

/* A plain string that is a word or a number becomes one. */
static int
type_scalar(const struct doc *d, struct doc_node *node, struct doc_error *e)
{
	const struct str *s = node->str;
	const bool is_true = str_is(s, "true");

	if (is_true || str_is(s, "false")) {
		node->kind = DOC_BOOL;
		node->b = is_true;
	} else if (str_is(s, "null")) {
		node->kind = DOC_NULL;
	} else if (is_integer(s->bytes, s->len)) {
		return type_integer(d, node, s->bytes, s->len, e);
	}
	return 0;
}

int
doc_type_scalars(struct doc *d, uint32_t node, struct doc_error *e)
{
	for (uint32_t i = node; i < d->nodes[node].next; i++)
		if (d->nodes[i].kind == DOC_STRING && d->nodes[i].plain &&
		    type_scalar(d, &d->nodes[i], e) == -1)
			return -1;
	return 0;
}

/* A scalar that is not a key. */
static int
add_scalar(struct yaml_reader *y)
{
	const yaml_event_t *e = &y->event;
	const size_t len = e->data.scalar.length;
	const bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	struct doc_node *node;

	if (doc_make_node(&y->m, plain && len == 0 ? DOC_NULL : DOC_STRING,
	    event_place(y), &node) == -1)
		return -1;
	if (node->kind == DOC_NULL)
		return 0;
	node->plain = plain;
	node->str = str_new(&y->m.doc->arena, e->data.scalar.value, len);
	if (node->str == NULL)
		return doc_error_memory(y->m.e, y->s.file);
	return plain && !y->text ? type_scalar(y->m.doc, node, y->m.e) : 0;
}

static int
add_key(struct yaml_reader *y)
{
	if (y->event.type != YAML_SCALAR_EVENT)
		return error_here(y, "a key that is a list or a mapping; "
		    "write `KEY: VALUE'");
	if (y->event.data.scalar.length == 0 &&
	    y->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return error_here(y, "a value without a key; write "
		    "`KEY: VALUE'");
	return doc_make_key(&y->m, y->event.data.scalar.value,
	    y->event.data.scalar.length, event_place(y));
}

static int
add_event(struct yaml_reader *y)
{
	const struct doc_node *in = doc_make_inside(&y->m);
	struct doc_node *node;

	if (y->event.type == YAML_SEQUENCE_END_EVENT ||
	    y->event.type == YAML_MAPPING_END_EVENT)
		return doc_make_close(&y->m);
	if (in != NULL && in->kind == DOC_OBJECT && y->m.key == NULL)
		return add_key(y);
	if (y->event.type == YAML_SCALAR_EVENT)
		return add_scalar(y);
	return doc_make_node(&y->m,
	    y->event.type == YAML_SEQUENCE_START_EVENT ? DOC_ARRAY :
	    DOC_OBJECT, event_place(y), &node);
}

static int
read_document(struct yaml_reader *y)
{
	if (encoding_check(&y->s, ENCODING_CONTROLS | ENCODING_CR |
	    ENCODING_BREAKS, y->m.e) == -1)
		return -1;
	if (next(y) == -1 || next(y) == -1)	/* stream, document */
		return -1;
	if (y->event.type != YAML_DOCUMENT_START_EVENT)
		return error_here(y, y->text ? "the text is empty; write "
		    "`NAME: VALUE' lines" : "the text is empty; write "
		    "`KEY: VALUE' lines, or [] for an empty list");
	do {
		if (next(y) == -1 || add_event(y) == -1)
			return -1;
	} while (y->m.depth > 0);
	if (next(y) == -1 || next(y) == -1)	/* its end, the stream's */
		return -1;
	return y->event.type == YAML_STREAM_END_EVENT ? 0 :
	    error_here(y, "a second document; keep one");
}

static int
read_text(struct yaml_reader *y)
{
	int rc, saved;

	y->s = y->m.doc->source;
	if (!yaml_parser_initialize(&y->parser))
		return doc_error_memory(y->m.e, y->s.file);
	yaml_parser_set_encoding(&y->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y->parser,
	    (const unsigned char *)y->s.text, y->s.len);
	rc = read_document(y);
	saved = errno;
	yaml_event_delete(&y->event);
	yaml_parser_delete(&y->parser);
	errno = saved;
	return rc;
}

int
doc_read_yaml(struct doc *d, const char *file, const char *text, size_t len,
    size_t max, struct doc_error *e)
{
	struct yaml_reader y = { .chars = 0 };
	int rc = doc_make_init(&y.m, d, file, text, len, max, e);

	if (rc == 0)
		rc = read_text(&y);
	return doc_make_end(&y.m, rc);
}

int
doc_read_yaml_text(struct doc *d, const char *file, const char *text,
    size_t len, size_t max, uint32_t max_nodes, struct doc_error *e)
{
	struct yaml_reader y = { .text = true };
	int rc = doc_make_init(&y.m, d, file, text, len, max, e);

	y.m.max_nodes = max_nodes;
	if (rc == 0)
		rc = read_text(&y);
	return doc_make_end(&y.m, rc);
}
