#include "cases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/command.h"
#include "lib/doc/doc.h"
#include "cedar/data/ext.h"
#include "cedar/read/read.h"
#include "lib/manifest.h"
#include "lib/rules/decide.h"
#include "client/say.h"

#define COUNT_OF(list)	(sizeof(list) / sizeof((list)[0]))

/* A file being read. */
struct cases_reader {
	struct cases		*cases;
	const struct site	*site;
	struct doc		*doc;
	struct doc_error	*error;
};

/* A copy of a text field; NULL when the field is not there. */
static const char *
text_of(struct cases_reader *r, uint32_t node)
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

/* A principal's name; *dst stays as it is when the field is not there. */
static int
read_user(struct cases_reader *r, uint32_t node, const char **dst)
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
read_context(struct cases_reader *r, struct rules_context *c, uint32_t now,
    uint32_t boot)
{
	const struct str *text;
	int64_t ms;

	c->now = CASES_NOW;
	c->boot = CASES_BOOT;
	if (now != 0) {
		text = r->doc->nodes[now].str;
		if (ext_parse_datetime(text->bytes, text->len, &ms) == -1 ||
		    ms < 0)
			return doc_error(r->doc, now, r->error, "expected a "
			    "time like 2026-01-31T12:00:00Z");
		c->now = (uint64_t)ms / 1000;
	}
	if (boot == 0)
		return 0;
	c->boot = text_of(r, boot);
	if (strcmp(c->boot, "kept") == 0 || strcmp(c->boot, "ephemeral") == 0)
		return 0;
	return doc_error(r->doc, boot, r->error, "expected kept or ephemeral");
}

static void
principal(char dst[PRINCIPAL_MAX + 1], const char *name)
{
	snprintf(dst, PRINCIPAL_MAX + 1, "%s", name);
}

static struct case_permission *
new_permissions(struct cases_reader *r, struct policy_case *c, size_t n)
{
	c->npermissions = n;
	c->permissions = arena_alloc(&r->cases->arena, n,
	    sizeof(*c->permissions));
	if (c->permissions == NULL)
		say_no_memory();
	return c->permissions;
}

static void
add_permissions(struct cases_reader *r, struct policy_case *c,
    const struct who *w, const struct manifest *m,
    const struct rules_context *s)
{
	struct permission list[PERMISSIONS_MAX];
	size_t n = permission_list(m, list);
	struct case_permission *a = new_permissions(r, c, n);

	for (size_t i = 0; i < n; i++) {
		snprintf(a[i].thing, sizeof(a[i].thing), "%s %s",
		    permission_action(list[i].kind), list[i].resource);
		permission_format(&list[i], a[i].shown);
		if (permission_request(&list[i], w, m, s, &r->cases->arena,
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
read_command(struct cases_reader *r, struct policy_case *c, uint32_t node)
{
	static struct manifest m;	/* too large for a stack */
	uint32_t found[COUNT_OF(command_fields)];
	struct rules_context context = { 0 };
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
	if (manifest_parse_case(&m, r->doc, found[C_MANIFEST],
	    r->error) == -1 ||
	    read_context(r, &context, found[C_NOW], found[C_BOOT]) == -1)
		return -1;
	add_permissions(r, c, &who, &m, &context);
	return 0;
}

enum { J_SUBMITTER, J_AUTHOR };

static const struct doc_field job_fields[] = {
	[J_SUBMITTER] = { "submitter", DOC_MAY(STRING), false },
	[J_AUTHOR] = { "author", DOC_MAY(STRING), false },
};

static int
read_job(struct cases_reader *r, struct rules_query *q,
    enum query_action action, uint32_t read, uint32_t job)
{
	uint32_t found[COUNT_OF(job_fields)];

	if (action == QUERY_ACTION_OUTPUT && job == 0)
		return doc_error(r->doc, read, r->error, "whose output? write "
		    "job: {submitter: NAME, author: NAME}");
	if (action != QUERY_ACTION_OUTPUT && job != 0)
		return doc_error_key(r->doc, job, r->error, "`job' goes with "
		    "the action output alone; remove it");
	if (job == 0)
		return 0;
	if (doc_fields(r->doc, job, job_fields, COUNT_OF(job_fields), found,
	    r->error) == -1)
		return -1;
	q->job = "0";
	if (read_user(r, found[J_SUBMITTER], &q->submitter) == -1)
		return -1;
	return read_user(r, found[J_AUTHOR], &q->author);
}

static int
read_field(struct cases_reader *r, struct query_permission *p, uint32_t read,
    uint32_t field)
{
	const bool wanted = p->action == QUERY_ACTION_SEE ||
	    p->action == QUERY_ACTION_FORGET;

	if (wanted && field == 0)
		return doc_error(r->doc, read, r->error, "which field? write "
		    "field: NAME, like submitter or evidence");
	if (!wanted && field != 0)
		return doc_error_key(r->doc, field, r->error, "`field' goes "
		    "with the actions see and forget alone; remove it");
	if (field == 0)
		return 0;
	p->field = withheld_find(text_of(r, field));
	if (p->field != WITHHELD_COUNT)
		return 0;
	return doc_error(r->doc, field, r->error, "no leaf withholds a field "
	    "of this name; docs/POLICY.md has the names");
}

static int
read_action(struct cases_reader *r, struct query_permission *p,
    uint32_t action)
{
	p->action = query_action_find(text_of(r, action));
	if (p->action != QUERY_ACTION_COUNT)
		return 0;
	return doc_error(r->doc, action, r->error, "expected status, jobs, "
	    "ledger, consistency, output, see or forget");
}

static void
show_read(struct case_permission *a, const struct query_permission *p)
{
	const char *name = query_action_name(p->action);

	if (p->action == QUERY_ACTION_SEE || p->action == QUERY_ACTION_FORGET) {
		snprintf(a->thing, sizeof(a->thing), "%s %s", name,
		    withheld_name(p->field));
		snprintf(a->shown, sizeof(a->shown), "%s", a->thing);
		return;
	}
	snprintf(a->thing, sizeof(a->thing), "%s", name);
	snprintf(a->shown, sizeof(a->shown), "read %s", name);
}

enum { R_PRINCIPAL, R_ACTION, R_JOB, R_FIELD, R_NOW, R_BOOT };

static const struct doc_field read_fields[] = {
	[R_PRINCIPAL] = { "principal", DOC_MAY(STRING), false },
	[R_ACTION] = { "action", DOC_MAY(STRING), false },
	[R_JOB] = { "job", DOC_MAY(OBJECT), true },
	[R_FIELD] = { "field", DOC_MAY(STRING), true },
	[R_NOW] = { "now", DOC_MAY(STRING), true },
	[R_BOOT] = { "boot", DOC_MAY(STRING), true },
};

static int
read_read(struct cases_reader *r, struct policy_case *c, uint32_t node)
{
	struct rules_query q = { .appliance = r->site->settings.name };
	struct query_permission p = { 0 };
	uint32_t found[COUNT_OF(read_fields)];
	struct rules_context context;
	struct case_permission *a;

	if (doc_fields(r->doc, node, read_fields, COUNT_OF(read_fields),
	    found, r->error) == -1 ||
	    read_user(r, found[R_PRINCIPAL], &c->who) == -1)
		return -1;
	q.who = c->who;
	if (read_action(r, &p, found[R_ACTION]) == -1 ||
	    read_job(r, &q, p.action, node, found[R_JOB]) == -1 ||
	    read_field(r, &p, node, found[R_FIELD]) == -1 ||
	    read_context(r, &context, found[R_NOW], found[R_BOOT]) == -1)
		return -1;
	a = new_permissions(r, c, 1);
	show_read(a, &p);
	if (query_request(&q, &p, &context, &r->cases->arena, &a->request)
	    == -1)
		say_no_memory();
	return 0;
}

static int
read_case_request(struct cases_reader *r, struct policy_case *c, uint32_t node)
{
	struct case_permission *a = new_permissions(r, c, 1);

	if (doc_type_scalars(r->doc, node, r->error) == -1 ||
	    read_request(&a->request, &r->cases->arena, r->doc, node,
	    &r->site->rules.schema, r->error) == -1)
		return -1;
	c->who = a->request.principal->id->bytes;
	snprintf(a->thing, sizeof(a->thing), "%.40s %.80s",
	    a->request.action->id->bytes, a->request.resource->id->bytes);
	snprintf(a->shown, sizeof(a->shown), "%s", a->thing);
	return 0;
}

static int
read_expected(struct cases_reader *r, struct policy_case *c, uint32_t expect)
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
read_what(struct cases_reader *r, struct policy_case *c, uint32_t node,
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
read_case(struct cases_reader *r, struct policy_case *c, uint32_t node)
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
read_all(struct cases_reader *r)
{
	struct cases *cases = r->cases;
	size_t n = r->doc->nodes[0].count;

	if (r->doc->nodes[0].kind != DOC_ARRAY)
		return doc_error(r->doc, 0, r->error, "expected a list of "
		    "cases, not %s; begin each with `- case:'",
		    doc_kind_name(r->doc->nodes[0].kind));
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
	struct cases_reader r = { cases, site, &doc, e };
	int rc;

	memset(cases, 0, sizeof(*cases));
	if (doc_read_yaml_text(&doc, file, text, len, CASES_FILE_MAX,
	    UINT32_MAX, e) == -1)
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
