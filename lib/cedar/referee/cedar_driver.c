/*
 * The library as a filter: a line of JSON asks, a line of JSON answers, so
 * that it can be compared with the official engine (run.mjs).  Whatever is a
 * document in a question (entities, a schema, a policy in JSON) is there as a
 * string that holds its text.  An answer is {"refused": why} when something
 * could not be read.  Ends at the end of its input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/decide.h"
#include "cedar/doc.h"
#include "cedar/emit.h"
#include "cedar/entities.h"
#include "cedar/format.h"
#include "cedar/policy.h"
#include "cedar/schema.h"
#include "cedar/validate.h"

#define LINE_MAX_BYTES	(32u * 1024 * 1024)
#define ANSWER_MAX	(64u * 1024 * 1024)
#define TEXT_MAX	(4u * 1024 * 1024)	/* policies written out */

struct ask {
	struct doc		 doc;	/* the question */
	struct put		*out;
	struct cedar_error	 e;
};

/* Everything that a question may bring along. */
struct site {
	struct policies		 policies;
	struct entities		 entities;
	struct schema		 schema;
	bool			 has_schema;
};

static void
die(const char *what)
{
	fprintf(stderr, "cedar_driver: %s\n", what);
	exit(101);
}

static const struct str *
field(const struct ask *a, const char *name)
{
	uint32_t node = doc_get(&a->doc, 0, name);

	return node == 0 || a->doc.nodes[node].kind != DOC_STRING ?
	    NULL : a->doc.nodes[node].str;
}

static const struct str *
need(const struct ask *a, const char *name)
{
	const struct str *s = field(a, name);

	if (s == NULL)
		die(name);
	return s;
}

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
refuse(struct put *p, const struct cedar_error *e)
{
	char line[CEDAR_FILE_MAX + CEDAR_MESSAGE_MAX + 32];

	cedar_error_format(e, 0, line, sizeof(line));
	emit(p, "{");
	put_key(p, "refused");
	emit_json(p, line, strlen(line));
	emit(p, "}");
}

/* The document in a field of the question. */
static int
read_field(struct ask *a, const char *name, size_t max, struct doc *d)
{
	const struct str *s = need(a, name);

	return doc_read_json(d, name, s->bytes, s->len, max, &a->e);
}

static int
link_one(struct ask *a, uint32_t node, struct policies *set)
{
	static const char *const slots[] = { "?principal", "?resource" };
	const struct uid *values[2] = { NULL, NULL };
	uint32_t v = doc_get(&a->doc, node, "values");
	const struct doc_node *nodes = a->doc.nodes;
	const struct str *id = nodes[doc_get(&a->doc, node, "newId")].str;
	const struct str *of = nodes[doc_get(&a->doc, node,
	    "templateId")].str;

	for (int i = 0; i < 2; i++) {
		uint32_t slot = doc_get(&a->doc, v, slots[i]);

		if (slot != 0 && uid_read(&values[i], &set->arena, &a->doc,
		    slot, &a->e) == -1)
			return -1;
	}
	return policies_link(set, of, id->bytes, id->len, values, &a->e);
}

static int
read_policy_text(struct ask *a, struct policies *set)
{
	const struct str *text = need(a, "text");
	uint32_t links = doc_get(&a->doc, 0, "links");

	if (policies_add_text(set, "text", text->bytes, text->len,
	    POLICY_IDS_NUMBERED, &a->e) == -1)
		return -1;
	if (links == 0)
		return 0;
	for (uint32_t c = doc_first(&a->doc, links); c != 0;
	    c = doc_next(&a->doc, links, c))
		if (link_one(a, c, set) == -1)
			return -1;
	return 0;
}

static int
read_policy_set(struct ask *a, struct policies *set)
{
	struct doc d;
	int rc;

	if (read_field(a, "est", LINE_MAX_BYTES, &d) == -1)
		return -1;
	rc = policies_add_json_set(set, &d, "", &a->e);
	doc_free(&d);
	return rc;
}

static int
read_policies(struct ask *a, struct policies *set)
{
	policies_init(set);
	if ((field(a, "est") != NULL ? read_policy_set : read_policy_text)(a,
	    set) == 0)
		return 0;
	policies_free(set);
	return -1;
}

static int
read_schema(struct ask *a, struct schema *schema, bool *has)
{
	const struct str *text = field(a, "schema");
	struct cedar_source source = { .file = "schema" };
	struct doc d;
	int rc;

	*has = text != NULL || field(a, "schemaJson") != NULL;
	if (!*has)
		return 0;
	if (text != NULL) {
		source.text = text->bytes;
		source.len = text->len;
		return schema_read_text(schema, &source, 1, &a->e);
	}
	if (read_field(a, "schemaJson", LINE_MAX_BYTES, &d) == -1)
		return -1;
	rc = schema_read_json(schema, &d, &a->e);
	doc_free(&d);
	return rc;
}

static int
read_entities(struct ask *a, struct entities *es, const struct schema *schema)
{
	struct doc d;
	int rc = -1;

	entities_init(es);
	if (read_field(a, "entities", CEDAR_ENTITIES_MAX, &d) == 0) {
		rc = entities_add(es, &d, schema, &a->e);
		if (rc == 0)
			rc = entities_finish(es, &a->e);
		doc_free(&d);
	}
	if (rc == -1)
		entities_free(es);
	return rc;
}

static void
put_errors(struct put *p, const struct policies *set, const struct answer *an)
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
put_answer(struct put *p, const struct policies *set, const struct answer *an)
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

static void
decide_one(struct ask *a, uint32_t node, struct decider *d,
    const struct schema *schema)
{
	const struct str *text = a->doc.nodes[node].str;
	struct request r = { 0 };
	struct arena arena;
	struct answer an;
	struct doc doc;

	if (doc_read_json(&doc, "request", text->bytes, text->len,
	    CEDAR_REQUEST_MAX, &a->e) == -1) {
		refuse(a->out, &a->e);
		return;
	}
	arena_init(&arena, 0);
	if (request_read(&r, &arena, &doc, 0, schema, &a->e) == -1) {
		refuse(a->out, &a->e);
	} else {
		decider_decide(d, &r, &an);
		put_answer(a->out, d->policies, &an);
	}
	arena_free(&arena);
	doc_free(&doc);
}

static void
decide_all(struct ask *a, const struct site *s)
{
	uint32_t requests = doc_get(&a->doc, 0, "requests");
	struct decider d;
	const char *comma = "";

	if (decider_init(&d, &s->policies, &s->entities) == -1)
		die("out of memory");
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
do_decide(struct ask *a)
{
	struct site s;
	int rc = -1;

	if (read_schema(a, &s.schema, &s.has_schema) == -1)
		return -1;
	if (read_policies(a, &s.policies) == 0) {
		if (read_entities(a, &s.entities,
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
		die("out of memory");
	put_init(&p, buf, TEXT_MAX);
	for (size_t i = 0; i < set->n; i++) {
		if (set->items[i]->template != NULL)
			continue;
		format_policy(&p, set->items[i]);
		emit(&p, "\n");
	}
	if (p.err != 0)
		die("text too long");
	s = str_new(arena, p.base, p.len);
	free(buf);
	if (s == NULL)
		die("out of memory");
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
answer_again(struct ask *a, const struct policies *set)
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
do_text(struct ask *a)
{
	struct policies set;
	int rc;

	if (read_policies(a, &set) == -1)
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
do_est(struct ask *a)
{
	struct policies set;
	struct doc d;
	int rc;

	if (read_field(a, "est", LINE_MAX_BYTES, &d) == -1)
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
do_set(struct ask *a)
{
	struct policies set;

	if (read_policies(a, &set) == -1)
		return -1;
	emit(a->out, "{");
	put_key(a->out, "count");
	emit_long(a->out, (int64_t)set.n);
	emit(a->out, "}");
	policies_free(&set);
	return 0;
}

static int
do_schema(struct ask *a)
{
	struct schema schema;
	bool has;

	if (read_schema(a, &schema, &has) == -1)
		return -1;
	if (!has)
		die("no schema");
	emit(a->out, "{}");
	schema_free(&schema);
	return 0;
}

static void
put_finding(struct put *p, const struct policies *set, const struct finding *f)
{
	char line[CEDAR_FILE_MAX + CEDAR_MESSAGE_MAX + 32];

	cedar_error_format(&f->error, 0, line, sizeof(line));
	emit(p, "{");
	put_key(p, "id");
	put_str(p, set->items[f->policy]->id);
	emit(p, ",");
	put_key(p, "warning");
	emit(p, f->warning ? "true," : "false,");
	put_key(p, "kind");
	emit_json(p, finding_word(f->kind), strlen(finding_word(f->kind)));
	emit(p, ",");
	put_key(p, "text");
	emit_json(p, line, strlen(line));
	emit(p, "}");
}

static void
validate_all(struct ask *a, const struct policies *set,
    const struct schema *schema)
{
	struct findings found;

	if (policies_validate(set, schema, &found) == -1)
		die("out of memory");
	emit(a->out, "{");
	put_key(a->out, "findings");
	emit(a->out, "[");
	for (size_t i = 0; i < found.n; i++) {
		if (i > 0)
			emit(a->out, ",");
		put_finding(a->out, set, &found.items[i]);
	}
	emit(a->out, "]}");
	findings_free(&found);
}

static int
do_validate(struct ask *a)
{
	struct policies set;
	struct schema schema;
	bool has;
	int rc;

	if (read_schema(a, &schema, &has) == -1)
		return -1;
	if (!has)
		die("no schema");
	rc = read_policies(a, &set);
	if (rc == 0) {
		validate_all(a, &set, &schema);
		policies_free(&set);
	}
	schema_free(&schema);
	return rc;
}

static int
do_entities(struct ask *a)
{
	struct entities es;
	struct schema schema;
	bool has;
	int rc;

	if (read_schema(a, &schema, &has) == -1)
		return -1;
	rc = read_entities(a, &es, has ? &schema : NULL);
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
format_once(struct ask *a, const void *text, size_t len, struct put *out)
{
	char *buf = malloc(TEXT_MAX);

	if (buf == NULL)
		die("out of memory");
	put_init(out, buf, TEXT_MAX);
	return format_text(out, "text", text, len, &a->e);
}

static int
do_format(struct ask *a)
{
	const struct str *text = need(a, "text");
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
	int		(*run)(struct ask *);
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
	struct ask a = { .out = out };
	const struct str *op;

	if (doc_read_json(&a.doc, "question", line, len, LINE_MAX_BYTES,
	    &a.e) == -1)
		die(a.e.text);
	op = need(&a, "op");
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
	die("unknown op");
}

int
main(void)
{
	char *buf = malloc(ANSWER_MAX), *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (buf == NULL)
		die("out of memory");
	while ((len = getline(&line, &cap, stdin)) > 0) {
		struct put out;

		put_init(&out, buf, ANSWER_MAX);
		answer(line, (size_t)len, &out);
		if (out.err != 0)
			die("answer too long");
		fwrite(out.base, 1, out.len, stdout);
		putchar('\n');
		fflush(stdout);
	}
	free(line);
	free(buf);
	return 0;
}
