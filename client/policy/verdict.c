#include "verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/buf.h"
#include "lib/rules/decide.h"
#include "client/say.h"

#define NO_RULE		"none"	/* in a case: no rule */
#define PIECE_MAX	1024	/* of a message */

static const struct case_permission *
find_ask(const struct policy_case *c, const char *thing)
{
	for (size_t i = 0; i < c->npermissions; i++)
		if (strcmp(c->permissions[i].thing, thing) == 0)
			return &c->permissions[i];
	return NULL;
}

void
verdict_decide(const struct policy_case *c, struct rules *rules,
    struct case_verdict *v)
{
	const struct case_permission *meant;

	for (size_t i = 0; i < c->npermissions; i++) {
		v->ask = &c->permissions[i];
		rules_decide(rules, &v->ask->request, &v->answer);
		if (!v->answer.allow)
			return;
	}
	meant = c->thing == NULL ? NULL : find_ask(c, c->thing);
	v->ask = meant == NULL ? &c->permissions[0] : meant;
	rules_decide(rules, &v->ask->request, &v->answer);
}

/* The i-th rule that decided, or NULL. */
static const struct policy *
deciding(const struct rules *r, const struct authz_decision *a, uint32_t i)
{
	const struct eval_error *failed;

	if (i < a->ndetermining)
		return r->policies.items[a->determining[i]];
	failed = i == 0 ? rules_failed_forbid(r, a) : NULL;
	return failed == NULL ? NULL : r->policies.items[failed->policy];
}

static bool
rule_holds(const char *rule, const struct rules *r,
    const struct authz_decision *a)
{
	const struct policy *p = deciding(r, a, 0);

	if (strcmp(rule, NO_RULE) == 0)
		return p == NULL;
	for (uint32_t i = 0; p != NULL; p = deciding(r, a, ++i))
		if (str_is(p->id, rule))
			return true;
	return false;
}

bool
verdict_holds(const struct policy_case *c, const struct rules *rules,
    const struct case_verdict *v)
{
	if (v->answer.allow != c->allow)
		return false;
	if (c->thing != NULL && strcmp(c->thing, v->ask->thing) != 0)
		return false;
	return c->rule == NULL || rule_holds(c->rule, rules, &v->answer);
}

static void add(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct buf *b, const char *fmt, ...)
{
	char piece[PIECE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(piece, sizeof(piece), fmt, ap);
	va_end(ap);
	buf_add_str(b, piece);
}

/* "`use exec-memory' to be allowed by rule jit". */
static void
add_expected(struct buf *b, const struct policy_case *c)
{
	const char *done = c->allow ? "allowed" : "refused";

	if (c->thing != NULL || c->npermissions == 1)
		add(b, "`%s' to be %s", c->thing != NULL ? c->thing :
		    c->permissions[0].shown, done);
	else
		add(b, "%s to be %s", c->allow ? "everything" : "something",
		    done);
	if (c->rule != NULL && strcmp(c->rule, NO_RULE) == 0)
		add(b, ", no rule permitting it");
	else if (c->rule != NULL)
		add(b, " by rule %s", c->rule);
}

/* "rule jit (policy/20.cedar:3)". */
static void
add_rule(struct buf *b, const struct policy *p)
{
	char place[RULES_PLACE_MAX];

	add(b, "rule %s (%s)", p->id->bytes, rules_place(p, place));
}

static void
add_error(struct buf *b, const struct rules *r, const struct eval_error *e)
{
	add_rule(b, r->policies.items[e->policy]);
	add(b, " failed: %s", e->text);
}

static void
add_answer(struct buf *b, const struct rules *r, const struct case_verdict *v)
{
	const struct authz_decision *a = &v->answer;
	const struct eval_error *failed = rules_failed_forbid(r, a);

	add(b, "`%s' is %s", v->ask->shown, a->allow ? "allowed" : "refused");
	if (a->ndetermining != 0) {
		buf_add_str(b, " by ");
		add_rule(b, r->policies.items[a->determining[0]]);
		if (a->ndetermining > 1)
			add(b, " and %u more", a->ndetermining - 1);
	} else if (failed != NULL) {
		buf_add_str(b, ": the forbidding ");
		add_error(b, r, failed);
	} else {
		buf_add_str(b, ": no rule permits it");
		if (a->nerrors != 0) {
			buf_add_str(b, "; ");
			add_error(b, r, &a->errors[0]);
		}
	}
}

/* Names in the case that do not exist. */
static void
add_unknown(struct buf *b, const struct policy_case *c, const struct rules *r)
{
	if (c->thing != NULL && find_ask(c, c->thing) == NULL) {
		add(b, "; it asks for no `%s' but for", c->thing);
		for (size_t i = 0; i < c->npermissions; i++)
			add(b, "%s `%s'", i == 0 ? "" : ",",
			    c->permissions[i].thing);
	}
	if (c->rule != NULL && strcmp(c->rule, NO_RULE) != 0 &&
	    policies_find(&r->policies, c->rule, strlen(c->rule)) == NULL)
		add(b, "; no rule is called %s", c->rule);
}

void
verdict_complain(const struct policy_case *c, const char *file,
    const struct rules *r, const struct case_verdict *v)
{
	struct buf b = { 0 };

	buf_add_str(&b, "expected ");
	add_expected(&b, c);
	buf_add_str(&b, ", but ");
	add_answer(&b, r, v);
	add_unknown(&b, c, r);
	say("%s:%u: %s: %s", file, c->line, c->name, buf_str(&b));
	buf_free(&b);
}
