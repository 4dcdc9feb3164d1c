/*
 * The library as a filter, to be compared with the official engine (run.mjs):
 * reads a question as a line of JSON and writes an answer as a line of JSON.
 * A document in a question (entities, a schema, a policy in JSON) is a string
 * with its text.  The answer is {"refused": why} when something cannot be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver_read.h"
#include "cedar/eval/decider.h"
#include "cedar/format/emit.h"
#include "cedar/format/format.h"
#include "cedar/validate/validate.h"
#include "cedar/read/read.h"
#include "lib/stdfds.h"

#define ANSWER_MAX	(64u * 1024 * 1024)
#define TRACE_MAX	(1024 * 1024)	/* one request explained */
#define TEXT_MAX	(4u * 1024 * 1024)	/* policies written out */

/* The documents of a question. */
struct driver_site {
	struct policies		 policies;
	struct entities		 entities;
	struct schema		 schema;
	bool			 has_schema;
};

static void
put_key(struct put *p, const char *key)
{
	emit_json(p, key, strlen(key));
	emit(p, ":");
}

static void
put_str(struct put *p, const struct str *s)
{
	emit_json(p, s->bytes, s->len);
}

static void
refuse(struct put *p, const struct doc_error *e)
{
	char line[DOC_FILE_MAX + DOC_MESSAGE_MAX + 32];

	doc_error_format(e, 0, line, sizeof(line));
	emit(p, "{");
	put_key(p, "refused");
	emit_json(p, line, strlen(line));
	emit(p, "}");
}

static void
put_errors(struct put *p, const struct policies *set,
    const struct authz_decision *an)
{
	for (uint32_t i = 0; i < an->nerrors; i++) {
		const struct eval_error *e = &an->errors[i];

		emit(p, i > 0 ? ",{" : "{");
		put_key(p, "id");
		put_str(p, set->items[e->policy]->id);
		emit(p, ",");
		put_key(p, "text");
		emit_json(p, e->text, strlen(e->text));
		emit(p, "}");
	}
}

static void
put_answer(struct put *p, const struct policies *set,
    const struct authz_decision *an)
{
	emit(p, "{");
	put_key(p, "allow");
	emit(p, an->allow ? "true," : "false,");
	put_key(p, "determining");
	emit(p, "[");
	for (uint32_t i = 0; i < an->ndetermining; i++) {
		if (i > 0)
			emit(p, ",");
		put_str(p, set->items[an->determining[i]]->id);
	}
	emit(p, "],");
	put_key(p, "errors");
	emit(p, "[");
	put_errors(p, set, an);
	emit(p, "]}");
}

/*
 * The trace must decide the same.  The explanation's text is not checked, only
 * that there is one.
 */
static void
check_trace(struct decider *d, const struct authz_request *r,
    struct put *answer)
{
	static unsigned char buf[2][TRACE_MAX];
	struct trace trace;
	struct put p;

	put_init(&p, buf[0], TRACE_MAX);
	if (decider_trace(d, r, &trace) == -1)
		driver_die("out of memory");
	put_answer(&p, d->policies, &trace.decision);
	if (p.err != 0 || p.len > answer->len || memcmp(answer->base +
	    answer->len - p.len, p.base, p.len) != 0)
		driver_die("the trace decides differently");
	put_init(&p, buf[1], TRACE_MAX);
	if (decider_explain(&trace, d, r, 3, &p) == -1 || p.len == 0)
		driver_die("the trace explains nothing");
	decider_trace_free(&trace);
}

static void
decide_one(struct question *a, uint32_t node, struct decider *d,
    const struct schema *schema)
{
	const struct str *text = a->doc.nodes[node].str;
	struct authz_request r = { 0 };
	struct arena arena;
	struct authz_decision an;
	struct doc doc;

	if (doc_read_json(&doc, "request", text->bytes, text->len,
	    CEDAR_REQUEST_MAX, &a->e) == -1) {
		refuse(a->out, &a->e);
		return;
	}
	arena_init(&arena, 0);
	if (read_request(&r, &arena, &doc, 0, schema, &a->e) == -1) {
		refuse(a->out, &a->e);
	} else {
		decider_decide(d, &r, &an);
		put_answer(a->out, d->policies, &an);
		check_trace(d, &r, a->out);
	}
	arena_free(&arena);
	doc_free(&doc);
}

static void
decide_all(struct question *a, const struct driver_site *s)
{
	uint32_t requests = doc_get(&a->doc, 0, "requests");
	struct decider d;
	const char *comma = "";

	if (decider_init(&d, &s->policies, &s->entities) == -1)
		driver_die("out of memory");
	emit(a->out, "{");
	put_key(a->out, "answers");
	emit(a->out, "[");
	for (uint32_t c = doc_first(&a->doc, requests); c != 0;
	    c = doc_next(&a->doc, requests, c)) {
		emit(a->out, comma);
		decide_one(a, c, &d, s->has_schema ? &s->schema : NULL);
		comma = ",";
	}
	emit(a->out, "]}");
	decider_free(&d);
}

static int
do_decide(struct question *a)
{
	struct driver_site s;
	int rc = -1;

	if (driver_read_schema(a, &s.schema, &s.has_schema) == -1)
		return -1;
	if (driver_read_policies(a, &s.policies) == 0) {
		if (driver_read_entities(a, &s.entities,
		    s.has_schema ? &s.schema : NULL) == 0) {
			decide_all(a, &s);
			entities_free(&s.entities);
			rc = 0;
		}
		policies_free(&s.policies);
	}
	if (s.has_schema)
		schema_free(&s.schema);
	return rc;
}

/* The set as one text; links, which are no text, left out. */
static const struct str *
set_text(const struct policies *set, struct arena *arena)
{
	char *buf = malloc(TEXT_MAX);
	const struct str *s;
	struct put p;

	if (buf == NULL)
		driver_die("out of memory");
	put_init(&p, buf, TEXT_MAX);
	for (size_t i = 0; i < set->n; i++) {
		if (set->items[i]->template != NULL)
			continue;
		format_policy(&p, set->items[i]);
		emit(&p, "\n");
	}
	if (p.err != 0)
		driver_die("text too long");
	s = str_new(arena, p.base, p.len);
	free(buf);
	if (s == NULL)
		driver_die("out of memory");
	return s;
}

static void
put_set_json(struct put *p, const char *key, const struct policies *set)
{
	put_key(p, key);
	emit(p, "[");
	for (size_t i = 0; i < set->n; i++) {
		if (i > 0)
			emit(p, ",");
		format_json(p, set->items[i]);
	}
	emit(p, "]");
}

/* The policies as JSON and as our own text. */
static void
put_texts(struct put *p, const struct policies *set, const struct str *text)
{
	put_set_json(p, "json", set);
	emit(p, ",");
	put_key(p, "text");
	put_str(p, text);
}

/* And the JSON of that text read again. */
static int
answer_again(struct question *a, const struct policies *set)
{
	struct policies again;
	const struct str *text;
	struct arena arena;
	int rc;

	arena_init(&arena, 0);
	text = set_text(set, &arena);
	policies_init(&again);
	rc = policies_add_text(&again, "again", text->bytes, text->len,
	    POLICY_IDS_NUMBERED, &a->e);
	if (rc == 0) {
		emit(a->out, "{");
		put_texts(a->out, set, text);
		emit(a->out, ",");
		put_set_json(a->out, "again", &again);
		emit(a->out, "}");
	}
	policies_free(&again);
	arena_free(&arena);
	return rc;
}

static int
do_text(struct question *a)
{
	struct policies set;
	int rc;

	if (driver_read_policies(a, &set) == -1)
		return -1;
	rc = answer_again(a, &set);
	policies_free(&set);
	return rc;
}

static void
answer_texts(struct put *p, const struct policies *set)
{
	struct arena arena;

	arena_init(&arena, 0);
	emit(p, "{");
	put_texts(p, set, set_text(set, &arena));
	emit(p, "}");
	arena_free(&arena);
}

/*
 * One policy in JSON.  There are some that no text can say, so theirs is not
 * read again.
 */
static int
do_est(struct question *a)
{
	struct policies set;
	struct doc d;
	int rc;

	if (driver_read_field(a, "est", DRIVER_LINE_MAX, &d) == -1)
		return -1;
	policies_init(&set);
	rc = policies_add_json(&set, &d, 0, "est", 3, &a->e);
	if (rc == 0)
		answer_texts(a->out, &set);
	policies_free(&set);
	doc_free(&d);
	return rc;
}

static int
do_set(struct question *a)
{
	struct policies set;

	if (driver_read_policies(a, &set) == -1)
		return -1;
	emit(a->out, "{");
	put_key(a->out, "count");
	emit_long(a->out, (int64_t)set.n);
	emit(a->out, "}");
	policies_free(&set);
	return 0;
}

static int
do_schema(struct question *a)
{
	struct schema schema;
	bool has;

	if (driver_read_schema(a, &schema, &has) == -1)
		return -1;
	if (!has)
		driver_die("no schema");
	emit(a->out, "{}");
	schema_free(&schema);
	return 0;
}

static void
put_finding(struct put *p, const struct policies *set, const struct finding *f)
{
	char line[DOC_FILE_MAX + DOC_MESSAGE_MAX + 32];

	doc_error_format(&f->error, 0, line, sizeof(line));
	emit(p, "{");
	put_key(p, "id");
	put_str(p, set->items[f->policy]->id);
	emit(p, ",");
	put_key(p, "warning");
	emit(p, f->warning ? "true," : "false,");
	put_key(p, "kind");
	emit_json(p, validate_word(f->kind), strlen(validate_word(f->kind)));
	emit(p, ",");
	put_key(p, "text");
	emit_json(p, line, strlen(line));
	emit(p, "}");
}

static void
validate_all(struct question *a, const struct policies *set,
    const struct schema *schema)
{
	struct findings found;

	if (validate_policies(set, schema, &found) == -1)
		driver_die("out of memory");
	emit(a->out, "{");
	put_key(a->out, "findings");
	emit(a->out, "[");
	for (size_t i = 0; i < found.n; i++) {
		if (i > 0)
			emit(a->out, ",");
		put_finding(a->out, set, &found.items[i]);
	}
	emit(a->out, "]}");
	validate_free(&found);
}

static int
do_validate(struct question *a)
{
	struct policies set;
	struct schema schema;
	bool has;
	int rc;

	if (driver_read_schema(a, &schema, &has) == -1)
		return -1;
	if (!has)
		driver_die("no schema");
	rc = driver_read_policies(a, &set);
	if (rc == 0) {
		validate_all(a, &set, &schema);
		policies_free(&set);
	}
	schema_free(&schema);
	return rc;
}

static int
do_entities(struct question *a)
{
	struct entities es;
	struct schema schema;
	bool has;
	int rc;

	if (driver_read_schema(a, &schema, &has) == -1)
		return -1;
	rc = driver_read_entities(a, &es, has ? &schema : NULL);
	if (rc == 0) {
		emit(a->out, "{}");
		entities_free(&es);
	}
	if (has)
		schema_free(&schema);
	return rc;
}

/* Formats a text into *out, which is to be freed. */
static int
format_once(struct question *a, const void *text, size_t len, struct put *out)
{
	char *buf = malloc(TEXT_MAX);

	if (buf == NULL)
		driver_die("out of memory");
	put_init(out, buf, TEXT_MAX);
	return format_text(out, "text", text, len, &a->e);
}

static int
do_format(struct question *a)
{
	const struct str *text = driver_need(a, "text");
	struct put once, twice = { 0 };
	int rc;

	rc = format_once(a, text->bytes, text->len, &once);
	if (rc == 0)
		rc = format_once(a, once.base, once.len, &twice);
	if (rc == 0) {
		emit(a->out, "{");
		put_key(a->out, "formatted");
		emit_json(a->out, (const char *)once.base, once.len);
		emit(a->out, ",");
		put_key(a->out, "again");
		emit_json(a->out, (const char *)twice.base, twice.len);
		emit(a->out, "}");
	}
	free(once.base);
	free(twice.base);
	return rc;
}

static const struct {
	const char	*name;
	int		(*run)(struct question *);
} ops[] = {
	{ "decide", do_decide },
	{ "text", do_text },
	{ "est", do_est },
	{ "set", do_set },
	{ "schema", do_schema },
	{ "validate", do_validate },
	{ "entities", do_entities },
	{ "format", do_format },
};

static void
answer(const char *line, size_t len, struct put *out)
{
	struct question a = { .out = out };
	const struct str *op;

	if (doc_read_json(&a.doc, "question", line, len, DRIVER_LINE_MAX,
	    &a.e) == -1)
		driver_die(a.e.text);
	op = driver_need(&a, "op");
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (!str_is(op, ops[i].name))
			continue;
		if (ops[i].run(&a) == -1) {
			out->len = 0;
			refuse(out, &a.e);
		}
		doc_free(&a.doc);
		return;
	}
	driver_die("unknown op");
}

int
main(void)
{
	char *buf = malloc(ANSWER_MAX), *line = NULL;
	size_t cap = 0;
	ssize_t len;

	stdfds_fill();
	if (buf == NULL)
		driver_die("out of memory");
	while ((len = getline(&line, &cap, stdin)) > 0) {
		struct put out;

		put_init(&out, buf, ANSWER_MAX);
		answer(line, (size_t)len, &out);
		if (out.err != 0)
			driver_die("answer too long");
		fwrite(out.base, 1, out.len, stdout);
		putchar('\n');
		if (stdfds_flush() == -1)
			driver_die("standard output is lost");
	}
	free(line);
	free(buf);
	return 0;
}
