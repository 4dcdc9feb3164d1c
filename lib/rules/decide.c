#include "decide.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cedar/format/emit.h"

#define NEAREST		3	/* rules that almost permit: in full */

const struct eval_error *
rules_failed_forbid(const struct rules *r, const struct authz_decision *a)
{
	for (uint32_t i = 0; i < a->nerrors; i++)
		if (r->policies.items[a->errors[i].policy]->forbid)
			return &a->errors[i];
	return NULL;
}

void
rules_decide(struct rules *r, const struct authz_request *request,
    struct authz_decision *a)
{
	decider_decide(&r->decider, request, a);
	if (!a->allow || rules_failed_forbid(r, a) == NULL)
		return;
	a->allow = false;
	a->ndetermining = 0;
}

/*
 * The name of a user or a rule, for a message: escaped, and cut between two
 * characters, so that it is UTF-8 in the ledger, too.
 */
struct rules_shown {
	char	text[100 + sizeof("...")];
};

static struct rules_shown
show(const char *name, size_t len, size_t max)
{
	struct rules_shown s;
	struct put p;

	put_init(&p, s.text, max);
	emit_escaped(&p, name, len, false);
	strcpy(s.text + p.len, p.err != 0 ? "..." : "");
	return s;
}

static struct rules_shown
show_who(const char *who)
{
	return show(who, strlen(who), 100);
}

static struct rules_shown
show_rule(const struct policy *p, size_t max)
{
	return show(p->id->bytes, p->id->len, max);
}

static void
set_failed(const struct rules *r, const struct eval_error *e,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p = r->policies.items[e->policy];
	char place[RULES_PLACE_MAX];

	why_set(w, "%s may not %s: the rule %s (%s), which may forbid it, "
	    "failed: %.100s", who, what, show_rule(p, 60).text,
	    rules_place(p, place), e->text);
}

/* "rule NAME (FILE:LINE)" of the first rule that forbids. */
static void
set_forbidden(const struct rules *r, const struct authz_decision *a,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p = r->policies.items[a->determining[0]];
	char place[RULES_PLACE_MAX];

	why_set(w, "%s may not %s: the rule %s (%s) forbids it", who, what,
	    show_rule(p, 100).text, rules_place(p, place));
}

/* A rule that fails is ignored, and that may be why none permits. */
static void
set_unpermitted(const struct rules *r, const struct authz_decision *a,
    const char *who, const char *what, struct why *w)
{
	const struct policy *p;
	char place[RULES_PLACE_MAX];

	if (a->nerrors == 0) {
		why_set(w, "%s may not %s: no rule permits it", who, what);
		return;
	}
	p = r->policies.items[a->errors[0].policy];
	why_set(w, "%s may not %s: no rule permits it; the rule %s (%s) "
	    "failed: %.100s", who, what, show_rule(p, 60).text,
	    rules_place(p, place), a->errors[0].text);
}

static int
no_memory(struct why *w)
{
	why_set(w, "out of memory");
	errno = ENOMEM;
	return -1;
}

static void
keep_determining(const struct rules *r, const struct authz_decision *a,
    struct rule_ids *ids)
{
	for (uint32_t i = 0; i < a->ndetermining; i++)
		rule_ids_add(ids, r->policies.items[a->determining[i]]);
}

/* After a refusal the list has what forbade, not what permitted the rest. */
static void
keep_refusing(const struct rules *r, const struct authz_decision *a,
    const struct eval_error *failed, struct rule_ids *ids)
{
	rule_ids_init(ids);
	keep_determining(r, a, ids);
	if (a->ndetermining == 0 && failed != NULL)
		rule_ids_add(ids, r->policies.items[failed->policy]);
}

static int
decide_request(struct rules *r, const struct authz_request *request,
    const char *name, const char *what, struct rule_ids *ids, struct why *w)
{
	const struct rules_shown shown = show_who(name);
	const char *who = shown.text;
	const struct eval_error *failed;
	struct authz_decision decision;

	rules_decide(r, request, &decision);
	if (decision.allow) {
		keep_determining(r, &decision, ids);
		return 0;
	}
	failed = rules_failed_forbid(r, &decision);
	keep_refusing(r, &decision, failed, ids);
	if (decision.ndetermining != 0)
		set_forbidden(r, &decision, who, what, w);
	else if (failed != NULL)
		set_failed(r, failed, who, what, w);
	else
		set_unpermitted(r, &decision, who, what, w);
	errno = EPERM;
	return -1;
}

static int
decide_permission(struct rules *r, const struct permission *p,
    const struct who *who, const struct manifest *m,
    const struct rules_context *c, struct arena *arena, struct rule_ids *ids,
    struct why *w)
{
	char what[PERMISSION_TEXT_MAX];
	struct authz_request request;

	if (permission_request(p, who, m, c, arena, &request) == -1)
		return no_memory(w);
	return decide_request(r, &request, who->submitter,
	    permission_format_public(p, what), ids, w);
}

int
rules_decide_command(struct rules *r, const struct who *who,
    const struct manifest *m, const struct rules_context *c,
    struct rule_ids *ids, struct why *w)
{
	struct permission list[PERMISSIONS_MAX];
	size_t n = permission_list(m, list);
	struct arena arena;
	int rc = 0, saved;

	rule_ids_init(ids);
	arena_init(&arena, 0);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = decide_permission(r, &list[i], who, m, c, &arena, ids,
		    w);
	saved = errno;
	arena_free(&arena);
	errno = saved;
	return rc;
}

static int
decide_query(struct rules *r, const struct rules_query *q,
    const struct query_permission *p, const struct rules_context *c,
    struct arena *arena, struct rule_ids *ids, struct why *w)
{
	char what[PERMISSION_TEXT_MAX];
	struct authz_request request;

	if (query_request(q, p, c, arena, &request) == -1)
		return no_memory(w);
	return decide_request(r, &request, q->who, query_format(q, p, what),
	    ids, w);
}

/* Which of the fields its signer may see. */
static int
decide_fields(struct rules *r, const struct rules_query *q,
    const struct rules_context *c, struct arena *arena, uint32_t *fields,
    struct rule_ids *ids, struct why *w)
{
	const uint32_t all = query_fields(q);
	struct authz_decision decision;
	struct authz_request request;

	for (int i = 0; i < WITHHELD_COUNT; i++) {
		const struct query_permission p = { QUERY_ACTION_SEE,
		    (enum withheld)i };

		if ((all & withheld_bit(p.field)) == 0)
			continue;
		if (query_request(q, &p, c, arena, &request) == -1)
			return no_memory(w);
		rules_decide(r, &request, &decision);
		if (!decision.allow)
			continue;
		*fields |= withheld_bit(p.field);
		keep_determining(r, &decision, ids);
	}
	return 0;
}

/* No rule can permit what no action stands for. */
static int
refuse_verb(const struct rules_query *q, struct why *w)
{
	why_set(w, "%s may not order this: rules have no action for it",
	    show_who(q->who).text);
	errno = EPERM;
	return -1;
}

int
rules_decide_query(struct rules *r, const struct rules_query *q,
    const struct rules_context *c, uint32_t *fields, struct rule_ids *ids,
    struct why *w)
{
	struct query_permission list[QUERY_PERMISSIONS_MAX];
	size_t n = query_list(q, list);
	struct arena arena;
	int rc = 0, saved;

	*fields = 0;
	rule_ids_init(ids);
	if (n == 0)
		return refuse_verb(q, w);
	arena_init(&arena, 0);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = decide_query(r, q, &list[i], c, &arena, ids, w);
	if (rc == 0)
		rc = decide_fields(r, q, c, &arena, fields, ids, w);
	saved = errno;
	arena_free(&arena);
	errno = saved;
	return rc;
}

static void
put_text(struct put *p, const char *text)
{
	put_raw(p, text, strlen(text));
}

/* 1 allowed, 0 refused, -1 with ENOMEM. */
static int
explain(struct rules *r, const struct authz_request *request, struct put *out)
{
	const struct eval_error *failed;
	const struct str *id;
	struct trace trace;
	bool allowed;

	if (decider_trace(&r->decider, request, &trace) == -1)
		return -1;
	decider_explain(&trace, &r->decider, request, NEAREST, out);
	allowed = trace.decision.allow;
	failed = rules_failed_forbid(r, &trace.decision);
	if (allowed && failed != NULL) {
		id = r->policies.items[failed->policy]->id;
		put_text(out, "still refused: the forbid ");
		emit_escaped(out, id->bytes, id->len, false);
		put_text(out, " failed to evaluate\n");
		allowed = false;
	}
	decider_trace_free(&trace);
	return allowed;
}

static int
explain_permission(struct rules *r, const struct permission *p,
    const struct who *who, const struct manifest *m,
    const struct rules_context *c, struct put *out)
{
	char what[PERMISSION_TEXT_MAX];
	struct authz_request request;
	struct arena arena;
	int ret = -1;

	emit_escaped(out, who->submitter, strlen(who->submitter), false);
	put_text(out, ": ");
	put_text(out, permission_format(p, what));
	put_text(out, "\n");
	arena_init(&arena, 0);
	if (permission_request(p, who, m, c, &arena, &request) == 0)
		ret = explain(r, &request, out);
	arena_free(&arena);
	return ret;
}

/* What both forms return. */
static int
explained(int allowed, const struct put *out)
{
	errno = allowed == -1 ? ENOMEM : out->err != 0 ? EMSGSIZE : EPERM;
	return allowed == 1 && out->err == 0 ? 0 : -1;
}

int
rules_explain_request(struct rules *r, const struct authz_request *request,
    struct put *out)
{
	return explained(explain(r, request, out), out);
}

int
rules_explain(struct rules *r, const struct who *who, const struct manifest *m,
    const struct rules_context *c, struct put *out)
{
	struct permission list[PERMISSIONS_MAX];
	size_t n = permission_list(m, list);
	int all = 1, one;

	for (size_t i = 0; i < n && all != -1; i++) {
		one = explain_permission(r, &list[i], who, m, c, out);
		if (one != 1)
			all = one == -1 ? -1 : 0;
	}
	return explained(all, out);
}
