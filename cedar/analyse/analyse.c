/*
 * Two rules are compared by their scopes and by their conditions.  Rule a is
 * covered by rule b when b applies wherever a does: each part of a's scope
 * lies within that part of b's, and a's conditions imply b's.
 */
#include "analyse.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conditions.h"
#include "cedar/format/emit.h"
#include "cedar/format/format.h"

#define QUOTE_LEN	80	/* of an expression in a message */

struct analysis {
	const struct policies	*set;
	const struct entities	*entities;
	struct remarks		*out;
	struct conditions	*conditions;	/* of each policy */
	bool			*dead;		/* can never apply */
	bool			*single;	/* no other is in its action */
	bool			 failed;	/* out of memory */
};

static bool
grow(struct remarks *r)
{
	size_t cap = r->cap == 0 ? 16 : 2 * r->cap;
	struct remark *p = reallocarray(r->items, cap, sizeof(*p));

	if (p == NULL)
		return false;
	r->items = p;
	r->cap = cap;
	return true;
}

/* A new remark without text; NULL when memory is exhausted. */
static struct doc_error *
add(struct analysis *a, enum remark_kind kind, size_t policy, size_t other)
{
	struct remark *r;

	if (a->out->n == a->out->cap && !grow(a->out)) {
		a->failed = true;
		return NULL;
	}
	r = &a->out->items[a->out->n++];
	r->kind = kind;
	r->policy = (uint32_t)policy;
	r->other = (uint32_t)other;
	return &r->error;
}

/* An expression for a message, cut to fit. */
static const char *
quote(const struct policy *p, struct term t, char dst[QUOTE_LEN])
{
	struct put out;

	put_init(&out, dst, QUOTE_LEN - 4);
	if (t.negated)
		emit(&out, "!(");
	format_expr(&out, p, t.root);
	if (t.negated)
		emit(&out, ")");
	snprintf(dst + out.len, 4, "%s", out.err != 0 ? "..." : "");
	return dst;
}

static void
remark_term(struct analysis *a, enum remark_kind kind, size_t i,
    struct term t, const char *what)
{
	const struct policy *p = a->set->items[i];
	char text[DOC_MESSAGE_MAX], expr[QUOTE_LEN];
	struct doc_error *e = add(a, kind, i, i);

	if (e == NULL)
		return;
	snprintf(text, sizeof(text), what, quote(p, t, expr));
	doc_error_at(e, p->source, p->nodes[t.root].pos, "%s", text);
}

static void
remark_dead(struct analysis *a, size_t i, struct term t)
{
	if (!a->dead[i])
		remark_term(a, REMARK_NEVER, i, t, "this rule can never "
		    "apply: `%s' is never true; correct the condition or "
		    "remove the rule");
	a->dead[i] = true;
}

static void
remark_exclusion(struct analysis *a, size_t i, struct term t, struct term u)
{
	const struct policy *p = a->set->items[i];
	char text[DOC_MESSAGE_MAX], one[QUOTE_LEN], two[QUOTE_LEN];
	struct doc_error *e = add(a, REMARK_NEVER, i, i);

	a->dead[i] = true;
	if (e == NULL)
		return;
	snprintf(text, sizeof(text), "this rule can never apply: `%s' and "
	    "`%s' exclude each other; correct one of them or remove the rule",
	    quote(p, t, one), quote(p, u, two));
	doc_error_at(e, p->source, p->nodes[u.root].pos, "%s", text);
}

/* Terms that are constant, and terms that exclude each other. */
static void
check_terms(struct analysis *a, size_t i)
{
	const struct conditions *c = &a->conditions[i];
	unsigned truth;

	for (size_t t = 0; t < c->n; t++) {
		if (conditions_truth(c, t, &truth) == -1) {
			a->failed = true;
			return;
		}
		if (!(truth & TERM_TRUE))
			remark_dead(a, i, c->terms[t]);
		else if (truth == TERM_TRUE)
			remark_term(a, REMARK_ALWAYS, i, c->terms[t],
			    "`%s' is always true, so it has no effect; remove "
			    "it or correct it");
	}
	for (size_t t = 0; t < c->n; t++)
		for (size_t u = 0; u < t && !a->dead[i]; u++)
			if (conditions_exclude(c->policy, c->terms[u],
			    c->terms[t]))
				remark_exclusion(a, i, c->terms[u],
				    c->terms[t]);
}

static void
check_empty_action(struct analysis *a, size_t i)
{
	const struct policy *p = a->set->items[i];
	struct doc_error *e;

	if (a->dead[i] || p->action.op != SCOPE_IN_SET ||
	    p->action.nuids != 0)
		return;
	a->dead[i] = true;
	if ((e = add(a, REMARK_NEVER, i, i)) != NULL)
		doc_error_at(e, p->source, p->action.pos,
		    "this rule can never apply: `[]' holds no action; name "
		    "the actions or remove the rule");
}

static bool
is_open(const struct scope *s)
{
	return s->op == SCOPE_ANY || s->op == SCOPE_IS;
}

/* Whether the conditions, if there are any, are all always true. */
static bool
is_unconditional(struct analysis *a, size_t i)
{
	const struct conditions *c = &a->conditions[i];
	unsigned truth = TERM_TRUE;

	for (size_t t = 0; t < c->n && truth == TERM_TRUE; t++)
		if (conditions_truth(c, t, &truth) == -1)
			a->failed = true;
	return truth == TERM_TRUE;
}

/*
 * Whether two of the scope's three parts are open, or the principal is, and
 * there is no condition.
 */
static void
check_wide(struct analysis *a, size_t i)
{
	const struct policy *p = a->set->items[i];
	unsigned parts = is_open(&p->principal) + is_open(&p->resource) +
	    (p->action.op == SCOPE_ANY);
	struct doc_error *e;
	char text[DOC_MESSAGE_MAX];

	if (p->forbid || a->dead[i] || !is_unconditional(a, i) ||
	    (parts < 2 && !is_open(&p->principal)))
		return;
	if ((e = add(a, REMARK_WIDE, i, i)) == NULL)
		return;
	snprintf(text, sizeof(text), "this rule permits %s%s%s without any "
	    "condition; narrow it, or add a condition",
	    is_open(&p->principal) ? "anybody" : "these principals",
	    p->action.op == SCOPE_ANY ? " every action" : " these actions",
	    is_open(&p->resource) ? " on anything" : "");
	doc_error_at(e, p->source, p->pos, "%s", text);
}

static bool
types_within(const struct scope *a, const struct uid *uid,
    const struct scope *b)
{
	if (b->op != SCOPE_IS && b->op != SCOPE_IS_IN)
		return true;
	if (a->op == SCOPE_EQ)
		return str_equal(uid->type, b->type);
	return (a->op == SCOPE_IS || a->op == SCOPE_IS_IN) &&
	    str_equal(a->type, b->type);
}

/* Whether the second scope of a principal or resource contains the first. */
static bool
scope_within(const struct analysis *an, const struct policy *p,
    const struct scope *a, const struct policy *q, const struct scope *b,
    enum slot slot)
{
	const struct uid *from = conditions_scope_entity(p, a, slot);
	const struct uid *to = conditions_scope_entity(q, b, slot);

	if (!types_within(a, from, b))
		return false;
	if (to == NULL)
		return true;
	if (from == NULL)
		return false;
	if (b->op == SCOPE_EQ)
		return a->op == SCOPE_EQ && uid_equal(from, to);
	return entities_in(an->entities, from, to);
}

static bool
action_in_scope(const struct analysis *an, const struct uid *action,
    bool single, const struct scope *b)
{
	if (b->op == SCOPE_EQ)
		return single && uid_equal(action, b->uids[0]);
	for (uint32_t i = 0; i < b->nuids; i++)
		if (entities_in(an->entities, action, b->uids[i]))
			return true;
	return false;
}

static bool
action_within(const struct analysis *an, const struct scope *a, bool single,
    const struct scope *b)
{
	if (b->op == SCOPE_ANY)
		return true;
	if (a->op == SCOPE_ANY)
		return false;
	for (uint32_t i = 0; i < a->nuids; i++)
		if (!action_in_scope(an, a->uids[i], single, b))
			return false;
	return true;
}

/* Whether rule j applies wherever rule i does. */
static bool
is_covered(const struct analysis *a, size_t i, size_t j)
{
	const struct policy *p = a->set->items[i], *q = a->set->items[j];

	return scope_within(a, p, &p->principal, q, &q->principal,
	    SLOT_PRINCIPAL) &&
	    action_within(a, &p->action, a->single[i], &q->action) &&
	    scope_within(a, p, &p->resource, q, &q->resource,
	    SLOT_RESOURCE) &&
	    conditions_imply(&a->conditions[i], &a->conditions[j],
	    a->entities);
}

static const char *const meetings[] = {
	[REMARK_TWICE] = "this rule is the same as %s; remove one of "
	    "them",
	[REMARK_SHADOWED] = "this rule changes nothing: wherever it "
	    "applies, %s does too; remove it, or narrow the other",
	[REMARK_FORBIDDEN] = "this rule never permits anything: wherever it "
	    "applies, %s forbids; narrow that one or remove this",
	[REMARK_CONTRADICTION] = "this rule permits exactly what %s forbids, "
	    "and the forbid wins; remove one of them",
};

static void
name_policy(const struct policy *p, char *dst, size_t cap)
{
	struct doc_error e;

	doc_error_at(&e, p->source, p->pos, "%s", "");
	snprintf(dst, cap, "%.100s (%s:%u)", p->id->bytes, e.file, e.line);
}

static void
remark_meeting(struct analysis *a, enum remark_kind kind, size_t i, size_t j)
{
	const struct policy *p = a->set->items[i];
	struct doc_error *e = add(a, kind, i, j);
	char text[DOC_MESSAGE_MAX], name[DOC_FILE_MAX + 128];

	if (e == NULL)
		return;
	name_policy(a->set->items[j], name, sizeof(name));
	snprintf(text, sizeof(text), meetings[kind], name);
	doc_error_at(e, p->source, p->pos, "%s", text);
}

/* Rule i against a rule j that covers it. */
static void
check_meeting(struct analysis *a, size_t i, size_t j)
{
	const struct policy *p = a->set->items[i], *q = a->set->items[j];
	bool mutual = is_covered(a, j, i);

	if (!p->forbid && q->forbid)
		remark_meeting(a, mutual ? REMARK_CONTRADICTION :
		    REMARK_FORBIDDEN, i, j);
	else if (p->forbid != q->forbid)
		return;
	else if (!mutual)
		remark_meeting(a, REMARK_SHADOWED, i, j);
	else if (j < i)
		remark_meeting(a, REMARK_TWICE, i, j);
}

/* Remarks the first rule of each effect that covers this one. */
static void
check_pairs(struct analysis *a, size_t i)
{
	bool told[2] = { false, false };

	for (size_t j = 0; j < a->set->n && !a->failed; j++) {
		const struct policy *q = a->set->items[j];

		if (j == i || q->is_template || a->dead[j] ||
		    told[q->forbid] || !is_covered(a, i, j))
			continue;
		check_meeting(a, i, j);
		told[q->forbid] = true;
	}
}

static void
check_template(struct analysis *a, size_t i)
{
	const struct policy *p = a->set->items[i];
	struct doc_error *e;

	for (size_t j = 0; j < a->set->n; j++)
		if (a->set->items[j]->template == p)
			return;
	if ((e = add(a, REMARK_UNLINKED, i, i)) != NULL)
		doc_error_at(e, p->source, p->pos,
		    "this template has no effect because nothing links it; "
		    "write a rule without ?principal and ?resource, or link "
		    "it");
}

static void
check_one(struct analysis *a, size_t i)
{
	if (a->set->items[i]->is_template) {
		check_template(a, i);
		return;
	}
	check_terms(a, i);
	check_empty_action(a, i);
	check_wide(a, i);
}

/* Whether the action is known and no other is in it. */
static bool
holds_no_other(const struct entities *e, const struct uid *action)
{
	for (uint32_t i = 0; i < e->n; i++)
		for (uint32_t j = 0; j < e->items[i].nparents; j++)
			if (uid_equal(e->items[i].parents[j], action))
				return false;
	return entities_find(e, action) != NULL;
}

/* `in' an action without members is `==' that action. */
static bool
is_single(const struct entities *e, const struct scope *action)
{
	for (uint32_t i = 0; i < action->nuids; i++)
		if (!holds_no_other(e, action->uids[i]))
			return false;
	return true;
}

static int
load_conditions(struct analysis *a)
{
	size_t n = a->set->n;

	a->conditions = calloc(n + 1, sizeof(*a->conditions));
	a->dead = calloc(n + 1, sizeof(*a->dead));
	a->single = calloc(n + 1, sizeof(*a->single));
	if (a->conditions == NULL || a->dead == NULL || a->single == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct policy *p = a->set->items[i];

		if (conditions_init(&a->conditions[i], p) == -1)
			return -1;
		a->single[i] = p->action.op == SCOPE_EQ ||
		    is_single(a->entities, &p->action);
	}
	return 0;
}

static void
free_conditions(struct analysis *a)
{
	for (size_t i = 0; a->conditions != NULL && i < a->set->n; i++)
		conditions_free(&a->conditions[i]);
	free(a->conditions);
	free(a->dead);
	free(a->single);
}

int
analyse_policies(const struct policies *set, const struct entities *entities,
    struct remarks *out)
{
	struct analysis a = { .set = set, .entities = entities, .out = out };

	memset(out, 0, sizeof(*out));
	if (load_conditions(&a) == -1)
		a.failed = true;
	for (size_t i = 0; i < set->n && !a.failed; i++)
		check_one(&a, i);
	for (size_t i = 0; i < set->n && !a.failed; i++)
		if (!set->items[i]->is_template && !a.dead[i])
			check_pairs(&a, i);
	free_conditions(&a);
	if (!a.failed)
		return 0;
	analyse_free(out);
	errno = ENOMEM;
	return -1;
}

void
analyse_free(struct remarks *r)
{
	free(r->items);
	memset(r, 0, sizeof(*r));
}
