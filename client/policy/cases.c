#include "cases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doc/doc.h"
#include "cedar/data/ext.h"
#include "cedar/read/read.h"
#include "lib/manifest.h"
#include "lib/rules/judge.h"
#include "client/say.h"

#define COUNT_OF(list)	(sizeof(list) / sizeof((list)[0]))

/* A file being read. */
struct reader {
	struct cases		*cases;
	const struct site	*site;
	const struct doc	*doc;
	struct doc_error	*error;
};

/* A copy of a text field; NULL when the field is not there. */
static const char *
text_of(struct reader *r, uint32_t node)
{
	const struct str *s;
	char *copy;

	if (node == 0)
		return NULL;
	s = r->doc->nodes[node].str;
	copy = arena_copy(&r->cases->arena, s->bytes, s->len);
	if (copy == NULL)
		say_no_memory();
	return copy;
}

static int
read_name(struct reader *r, uint32_t node, char dst[NAME_MAX_LEN + 1])
{
	const struct str *s;

	if (node == 0)
		return 0;
	s = r->doc->nodes[node].str;
	if (s->len > NAME_MAX_LEN || name_check(s->bytes) == -1)
		return doc_error(r->doc, node, r->error, "not a name; use a "
		    "to z, 0 to 9 and -, at most 63, not beginning with -");
	memcpy(dst, s->bytes, s->len + 1);
	return 0;
}

/* A principal's name; *dst stays as it is when the field is not there. */
static int
read_user(struct reader *r, uint32_t node, const char **dst)
{
	const struct str *s;

	if (node == 0)
		return 0;
	s = r->doc->nodes[node].str;
	if (s->len == 0 || s->len > PRINCIPAL_MAX ||
	    strcspn(s->bytes, " \"\\*?!,") != s->len)
		return doc_error(r->doc, node, r->error, "not a principal's "
		    "name; write it as in " SITE_SIGNERS ", like dana");
	*dst = text_of(r, node);
	return 0;
}

static int
refuse_capability(struct reader *r, uint32_t node)
{
	char known[CAPABILITY_TEXT_MAX] = "";
	size_t n = 0;

	for (int c = 0; c < CAPABILITY_COUNT; c++)
		n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s",
		    c == 0 ? "" : ", ", capability_word((enum capability)c));
	return doc_error(r->doc, node, r->error, "not a capability; there are "
	    "%s", known);
}

static int
read_capability(struct reader *r, struct manifest *m, uint32_t node)
{
	enum capability c = r->doc->nodes[node].kind == DOC_STRING ?
	    capability_find(r->doc->nodes[node].str->bytes) : CAPABILITY_COUNT;

	if (c == CAPABILITY_COUNT)
		return refuse_capability(r, node);
	if (capability_has(m->capabilities, c))
		return doc_error(r->doc, node, r->error, "this capability "
		    "again; keep one of them");
	m->capabilities = capability_add(m->capabilities, c);
	return 0;
}

static int
read_secret(struct reader *r, struct manifest *m, uint32_t node)
{
	char *name = m->secrets[m->nsecrets];

	if (r->doc->nodes[node].kind != DOC_STRING ||
	    m->nsecrets == MANIFEST_SECRETS_MAX)
		return doc_error(r->doc, node, r->error, "expected at most %d "
		    "secrets' names", MANIFEST_SECRETS_MAX);
	if (read_name(r, node, name) == -1)
		return -1;
	for (size_t i = 0; i < m->nsecrets; i++)
		if (strcmp(m->secrets[i], name) == 0)
			return doc_error(r->doc, node, r->error, "this secret "
			    "again; keep one of them");
	m->nsecrets++;
	return 0;
}

static int
read_list(struct reader *r, struct manifest *m, uint32_t list,
    int (*item)(struct reader *, struct manifest *, uint32_t))
{
	if (list == 0)
		return 0;
	for (uint32_t n = doc_first(r->doc, list); n != 0;
	    n = doc_next(r->doc, list, n))
		if (item(r, m, n) == -1)
			return -1;
	return 0;
}

static const struct doc_field limit_fields[] = {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	[LIMIT_##id] = { name, DOC_MAY(INT), true },
#include "lib/limit.def"
#undef LIMIT
};

static int
read_limits(struct reader *r, struct limits *l, uint32_t node)
{
	uint32_t found[LIMIT_COUNT];

	if (node == 0)
		return 0;
	if (doc_fields(r->doc, node, limit_fields, LIMIT_COUNT, found,
	    r->error) == -1)
		return -1;
	for (int i = 0; i < LIMIT_COUNT; i++) {
		if (found[i] == 0)
			continue;
		if (r->doc->nodes[found[i]].n < 1 ||
		    r->doc->nodes[found[i]].n > UINT32_MAX)
			return doc_error(r->doc, found[i], r->error,
			    "expected a number from 1 to %u", UINT32_MAX);
		limit_set(l, (enum limit)i,
		    (uint64_t)r->doc->nodes[found[i]].n);
	}
	return 0;
}

enum { M_NAME, M_CLASS, M_PROFILE, M_RUNTIME, M_CAPABILITIES, M_LIMITS,
    M_SECRETS };

static const struct doc_field manifest_fields[] = {
	[M_NAME] = { "name", DOC_MAY(STRING), false },
	[M_CLASS] = { "class", DOC_MAY(STRING), true },
	[M_PROFILE] = { "profile", DOC_MAY(STRING), true },
	[M_RUNTIME] = { "runtime", DOC_MAY(STRING), true },
	[M_CAPABILITIES] = { "capabilities", DOC_MAY(ARRAY), true },
	[M_LIMITS] = { "limits", DOC_MAY(OBJECT), true },
	[M_SECRETS] = { "secrets", DOC_MAY(ARRAY), true },
};

static int
read_manifest(struct reader *r, struct manifest *m, uint32_t node)
{
	uint32_t found[COUNT_OF(manifest_fields)];

	if (doc_fields(r->doc, node, manifest_fields,
	    COUNT_OF(manifest_fields), found, r->error) == -1 ||
	    read_name(r, found[M_NAME], m->name) == -1 ||
	    read_name(r, found[M_CLASS], m->class) == -1 ||
	    read_name(r, found[M_PROFILE], m->profile) == -1 ||
	    read_name(r, found[M_RUNTIME], m->runtime) == -1 ||
	    read_limits(r, &m->limits, found[M_LIMITS]) == -1 ||
	    read_list(r, m, found[M_CAPABILITIES], read_capability) == -1)
		return -1;
	return read_list(r, m, found[M_SECRETS], read_secret);
}

static int
read_scene(struct reader *r, struct scene *s, uint32_t now, uint32_t boot)
{
	const struct str *text;
	int64_t ms;

	s->now = CASES_NOW;
	s->boot = CASES_BOOT;
	if (now != 0) {
		text = r->doc->nodes[now].str;
		if (ext_parse_datetime(text->bytes, text->len, &ms) == -1 ||
		    ms < 0)
			return doc_error(r->doc, now, r->error, "expected a "
			    "time like 2026-01-31T12:00:00Z");
		s->now = (uint64_t)ms / 1000;
	}
	if (boot == 0)
		return 0;
	s->boot = text_of(r, boot);
	if (strcmp(s->boot, "kept") == 0 || strcmp(s->boot, "ephemeral") == 0)
		return 0;
	return doc_error(r->doc, boot, r->error, "expected kept or ephemeral");
}

static void
principal(char dst[PRINCIPAL_MAX + 1], const char *name)
{
	snprintf(dst, PRINCIPAL_MAX + 1, "%s", name);
}

static struct case_ask *
new_asks(struct reader *r, struct policy_case *c, size_t n)
{
	c->nasks = n;
	c->asks = arena_alloc(&r->cases->arena, n, sizeof(*c->asks));
	if (c->asks == NULL)
		say_no_memory();
	return c->asks;
}

static void
add_asks(struct reader *r, struct policy_case *c, const struct who *w,
    const struct manifest *m, const struct scene *s)
{
	struct ask asks[ASKS_MAX];
	size_t n = asks_of(m, asks);
	struct case_ask *a = new_asks(r, c, n);

	for (size_t i = 0; i < n; i++) {
		snprintf(a[i].thing, sizeof(a[i].thing), "%s %s",
		    ask_action(asks[i].kind), asks[i].what);
		ask_format(&asks[i], a[i].shown);
		if (ask_request(&asks[i], w, m, s, &r->cases->arena,
		    &a[i].request) == -1)
			say_no_memory();
	}
}

enum { C_SUBMITTER, C_AUTHOR, C_MANIFEST, C_NOW, C_BOOT };

static const struct doc_field command_fields[] = {
	[C_SUBMITTER] = { "submitter", DOC_MAY(STRING), false },
	[C_AUTHOR] = { "author", DOC_MAY(STRING), true },
	[C_MANIFEST] = { "manifest", DOC_MAY(OBJECT), false },
	[C_NOW] = { "now", DOC_MAY(STRING), true },
	[C_BOOT] = { "boot", DOC_MAY(STRING), true },
};

static int
read_command(struct reader *r, struct policy_case *c, uint32_t node)
{
	static struct manifest m;	/* too large for a stack */
	uint32_t found[COUNT_OF(command_fields)];
	struct scene scene = { 0 };
	struct who who = { 0 };
	const char *author;

	if (doc_fields(r->doc, node, command_fields, COUNT_OF(command_fields),
	    found, r->error) == -1 ||
	    read_user(r, found[C_SUBMITTER], &c->who) == -1)
		return -1;
	author = c->who;
	if (read_user(r, found[C_AUTHOR], &author) == -1)
		return -1;
	manifest_init(&m);
	principal(who.submitter, c->who);
	principal(who.author, author);
	if (read_manifest(r, &m, found[C_MANIFEST]) == -1 ||
	    read_scene(r, &scene, found[C_NOW], found[C_BOOT]) == -1)
		return -1;
	add_asks(r, c, &who, &m, &scene);
	return 0;
}

enum { J_SUBMITTER, J_AUTHOR };

static const struct doc_field job_fields[] = {
	[J_SUBMITTER] = { "submitter", DOC_MAY(STRING), false },
	[J_AUTHOR] = { "author", DOC_MAY(STRING), false },
};

static int
read_job(struct reader *r, struct reading *reading, uint32_t read,
    uint32_t job)
{
	uint32_t found[COUNT_OF(job_fields)];

	if (reading->verb == VERB_OUTPUT && job == 0)
		return doc_error(r->doc, read, r->error, "whose output? write "
		    "job: {submitter: NAME, author: NAME}");
	if (reading->verb != VERB_OUTPUT && job != 0)
		return doc_error_key(r->doc, job, r->error, "`job' goes with "
		    "the action output alone; remove it");
	if (job == 0)
		return 0;
	if (doc_fields(r->doc, job, job_fields, COUNT_OF(job_fields), found,
	    r->error) == -1)
		return -1;
	reading->job = "0";
	if (read_user(r, found[J_SUBMITTER], &reading->submitter) == -1)
		return -1;
	return read_user(r, found[J_AUTHOR], &reading->author);
}

enum { R_PRINCIPAL, R_ACTION, R_JOB, R_NOW, R_BOOT };

static const struct doc_field read_fields[] = {
	[R_PRINCIPAL] = { "principal", DOC_MAY(STRING), false },
	[R_ACTION] = { "action", DOC_MAY(STRING), false },
	[R_JOB] = { "job", DOC_MAY(OBJECT), true },
	[R_NOW] = { "now", DOC_MAY(STRING), true },
	[R_BOOT] = { "boot", DOC_MAY(STRING), true },
};

static int
read_read(struct reader *r, struct policy_case *c, uint32_t node)
{
	struct reading reading = { .appliance = r->site->settings.name };
	uint32_t found[COUNT_OF(read_fields)];
	struct scene scene;
	struct case_ask *a;

	if (doc_fields(r->doc, node, read_fields, COUNT_OF(read_fields),
	    found, r->error) == -1 ||
	    read_user(r, found[R_PRINCIPAL], &c->who) == -1)
		return -1;
	reading.who = c->who;
	reading.verb = (enum verb)verb_find(text_of(r, found[R_ACTION]));
	if (reading.verb != VERB_STATUS && reading.verb != VERB_JOBS &&
	    reading.verb != VERB_LEDGER && reading.verb != VERB_OUTPUT)
		return doc_error(r->doc, found[R_ACTION], r->error,
		    "expected status, jobs, ledger or output");
	if (read_job(r, &reading, node, found[R_JOB]) == -1 ||
	    read_scene(r, &scene, found[R_NOW], found[R_BOOT]) == -1)
		return -1;
	a = new_asks(r, c, 1);
	snprintf(a->thing, sizeof(a->thing), "%s", verb_word(reading.verb));
	snprintf(a->shown, sizeof(a->shown), "read %s",
	    verb_word(reading.verb));
	if (reading_request(&reading, &scene, &r->cases->arena, &a->request)
	    == -1)
		say_no_memory();
	return 0;
}

static int
read_case_request(struct reader *r, struct policy_case *c, uint32_t node)
{
	struct case_ask *a = new_asks(r, c, 1);

	if (read_request(&a->request, &r->cases->arena, r->doc, node,
	    &r->site->rules.schema, r->error) == -1)
		return -1;
	c->who = a->request.principal->id->bytes;
	snprintf(a->thing, sizeof(a->thing), "%.40s %.80s",
	    a->request.action->id->bytes, a->request.resource->id->bytes);
	snprintf(a->shown, sizeof(a->shown), "%s", a->thing);
	return 0;
}

static int
read_expected(struct reader *r, struct policy_case *c, uint32_t expect)
{
	const char *word = text_of(r, expect);

	c->allow = strcmp(word, "allow") == 0;
	if (c->allow || strcmp(word, "deny") == 0)
		return 0;
	return doc_error(r->doc, expect, r->error, "expected allow or deny");
}

enum { F_CASE, F_COMMAND, F_READ, F_REQUEST, F_EXPECT, F_THING, F_RULE };

static const struct doc_field case_fields[] = {
	[F_CASE] = { "case", DOC_MAY(STRING), false },
	[F_COMMAND] = { "command", DOC_MAY(OBJECT), true },
	[F_READ] = { "read", DOC_MAY(OBJECT), true },
	[F_REQUEST] = { "request", DOC_MAY(OBJECT), true },
	[F_EXPECT] = { "expect", DOC_MAY(STRING), false },
	[F_THING] = { "thing", DOC_MAY(STRING), true },
	[F_RULE] = { "rule", DOC_MAY(STRING), true },
};

static int
read_what(struct reader *r, struct policy_case *c, uint32_t node,
    const uint32_t *found)
{
	if ((found[F_COMMAND] != 0) + (found[F_READ] != 0) +
	    (found[F_REQUEST] != 0) != 1)
		return doc_error(r->doc, node, r->error, "a case has one of "
		    "command, read and request");
	if (found[F_COMMAND] != 0)
		return read_command(r, c, found[F_COMMAND]);
	if (found[F_READ] != 0)
		return read_read(r, c, found[F_READ]);
	return read_case_request(r, c, found[F_REQUEST]);
}

static uint32_t
line_of(const struct doc *d, uint32_t node)
{
	uint32_t line = 1;

	for (uint32_t i = 0; i < d->nodes[node].pos; i++)
		line += d->source.text[i] == '\n';
	return line;
}

static int
read_case(struct reader *r, struct policy_case *c, uint32_t node)
{
	uint32_t found[COUNT_OF(case_fields)];

	if (doc_fields(r->doc, node, case_fields, COUNT_OF(case_fields),
	    found, r->error) == -1)
		return -1;
	c->line = line_of(r->doc, node);
	c->name = text_of(r, found[F_CASE]);
	c->thing = text_of(r, found[F_THING]);
	c->rule = text_of(r, found[F_RULE]);
	if (read_expected(r, c, found[F_EXPECT]) == -1)
		return -1;
	if (c->allow && c->rule != NULL && strcmp(c->rule, "none") == 0)
		return doc_error(r->doc, found[F_RULE], r->error, "nothing is "
		    "allowed without a rule; name one, or leave it out");
	return read_what(r, c, node, found);
}

static int
read_all(struct reader *r)
{
	struct cases *cases = r->cases;
	size_t n = r->doc->nodes[0].count;

	if (r->doc->nodes[0].kind != DOC_ARRAY)
		return doc_error_kind(r->doc, 0, r->error, "a list of cases");
	cases->list = arena_alloc(&cases->arena, n, sizeof(*cases->list));
	if (cases->list == NULL)
		say_no_memory();
	for (uint32_t i = doc_first(r->doc, 0); i != 0;
	    i = doc_next(r->doc, 0, i))
		if (read_case(r, &cases->list[cases->n++], i) == -1)
			return -1;
	return 0;
}

int
cases_read(struct cases *cases, const char *file, const char *text, size_t len,
    const struct site *site, struct doc_error *e)
{
	struct doc doc;
	struct reader r = { cases, site, &doc, e };
	int rc;

	memset(cases, 0, sizeof(*cases));
	if (doc_read_yaml(&doc, file, text, len, CASES_FILE_MAX, e) == -1)
		return -1;
	arena_init(&cases->arena, 0);
	rc = read_all(&r);
	doc_free(&doc);
	if (rc == -1)
		cases_free(cases);
	return rc;
}

void
cases_free(struct cases *cases)
{
	arena_free(&cases->arena);
	memset(cases, 0, sizeof(*cases));
}
