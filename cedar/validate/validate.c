/*
 * What is checked of a policy, in this order:
 *
 *	names		that the schema has all types, actions and ids
 *	applies		that its scope admits an environment (a warning)
 *	environments	its scope and conditions in each, by typecheck.c
 *	never true	that some environment may make it true, and every
 *			part of it (warnings)
 *	texts		that they are what they seem (warnings)
 *
 * Of a link all but the values of its slots was checked with its template.
 */
#include "validate.h"

#include <errno.h>
#include <string.h>

#include "confusable.h"
#include "report.h"
#include "check.h"
#include "types.h"
#include "validate_names.h"
#include "validate_scope.h"

struct validator {
	const struct schema	*schema;
	struct types		 types;
	struct type_checker		 check;
	struct reporter		 report;
	uint64_t		 steps_max;
	bool			 possible;	/* in some environment */
};

/*
 * All conditions as a && (b && c), as the official engine reads them.  A
 * condition that is never true ends the check.
 */
static struct cell
check_conditions(struct type_checker *c)
{
	const struct policy *p = c->policy;
	struct cell all = { .type = check_truth(c, true, true), .ok = true };
	struct cell *each = c->conditions;
	uint32_t n = 0;

	while (n < p->nconditions) {
		each[n] = check_condition(c, &p->conditions[n]);
		if (check_cell_is(each[n++], V_FALSE))
			break;
	}
	for (uint32_t i = n; i-- > 0;)
		all = i + 1 == n ? each[i] : check_and(c, each[i], all);
	return all;
}

static void
check_body(struct validator *v, struct cell scope)
{
	struct type_checker *c = &v->check;
	struct cell all = check_and(c, scope, check_conditions(c));

	if (!check_cell_is(all, V_FALSE))
		v->possible = true;
}

static void
check_resources(struct validator *v, struct env env, struct cell scope)
{
	for (uint32_t i = 0; i < env.action->nresources; i++) {
		struct cell both;

		env.resource = env.action->resources[i];
		check_env(&v->check, &env);
		both = check_and(&v->check, scope,
		    validate_scope_resource(&v->check));
		v->check.steps++;
		if (!check_cell_is(both, V_FALSE))
			check_body(v, both);
	}
}

/* An action's environments; those that the scope rules out are skipped. */
static void
check_action(struct validator *v, const struct action_type *a)
{
	struct env env = { .action = a };
	struct cell scope;

	for (uint32_t i = 0; i < a->nprincipals && a->nresources > 0; i++) {
		env.principal = a->principals[i];
		env.resource = a->resources[0];
		check_env(&v->check, &env);
		v->check.steps++;
		scope = validate_scope_principal(&v->check);
		if (check_cell_is(scope, V_FALSE))
			continue;
		scope = check_and(&v->check, scope,
		    validate_scope_action(&v->check));
		if (!check_cell_is(scope, V_FALSE))
			check_resources(v, env, scope);
		if (v->check.steps > v->steps_max)
			return;
	}
}

static void
check_environments(struct validator *v, const struct policy *p)
{
	for (uint32_t i = 0; i < v->schema->nactions; i++) {
		if (v->check.steps > v->steps_max) {
			report(&v->report, FINDING_LIMIT, p->pos, NULL,
			    "not checked to its end: the set's policies are "
			    "too many for the schema's environments (%llu "
			    "steps)", (unsigned long long)v->steps_max);
			v->possible = true;
			return;
		}
		check_action(v, &v->schema->actions[i]);
	}
}

/* Operators that get a warning when they are never true. */
static const char *const pointless[OP_COUNT] = {
	[OP_IN] = "the left side is in nothing on the right",
	[OP_IS] = "this has another type",
	[OP_IS_IN] = "this has another type, or is in none of these",
	[OP_EQ] = "the two sides differ; a member of a group is `in' it",
	[OP_HAS] = "there is no such attribute",
	[OP_HAS_TAG] = "it has no tags",
};

static void
report_pointless(struct validator *v, const struct policy *p)
{
	for (uint32_t i = 0; i < p->nnodes; i++) {
		const char *why = pointless[p->nodes[i].op];

		if (why != NULL && v->check.seen[i] == SEEN)
			report(&v->report, FINDING_ALWAYS_FALSE,
			    p->nodes[i].pos, NULL, "`%s' is false in any "
			    "request: %s", expr_op_text(p->nodes[i].op), why);
	}
}

static void
report_never(struct validator *v, const struct policy *p)
{
	if (!v->possible)
		report(&v->report, FINDING_IMPOSSIBLE, p->pos, NULL,
		    "this policy is false in any request that the schema "
		    "allows");
	if (v->report.nerrors == 0)
		report_pointless(v, p);
}

static int
validate_policy(struct validator *v, const struct policy *p)
{
	char why[DOC_MESSAGE_MAX];
	uint32_t pos;

	if (check_policy(&v->check, p, &v->report) == -1)
		return -1;
	v->possible = false;
	validate_names(v->schema, p, &v->report);
	if (!validate_scope_applies(v->schema, p)) {
		validate_scope_why(v->schema, p, why, &pos);
		report(&v->report, FINDING_NEVER_APPLIES, pos, NULL, "%s",
		    why);
	}
	check_environments(v, p);
	report_never(v, p);
	confusable_check(p, &v->report);
	return v->check.failed || v->types.failed || v->report.failed ? -1 : 0;
}

static int
validate_link(struct validator *v, const struct policy *p)
{
	validate_slots(v->schema, p, &v->report);
	if (!validate_scope_applies(v->schema, p))
		report(&v->report, FINDING_NEVER_APPLIES, p->pos, NULL,
		    "no action of the schema applies to the principals and "
		    "resources that this link names");
	return v->report.failed ? -1 : 0;
}

int
validate_policies(const struct policies *set, const struct schema *schema,
    struct findings *out)
{
	return validate_policies_within(set, schema, VALIDATE_STEPS_MAX, out);
}

int
validate_policies_within(const struct policies *set,
    const struct schema *schema, uint64_t steps, struct findings *out)
{
	struct validator v = { .schema = schema, .steps_max = steps };
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (types_init(&v.types, schema) == -1)
		return -1;
	check_init(&v.check, schema, &v.types);
	for (size_t i = 0; i < set->n && rc == 0; i++) {
		const struct policy *p = set->items[i];

		report_start(&v.report, out, p, (uint32_t)i);
		rc = p->template != NULL ? validate_link(&v, p) :
		    validate_policy(&v, p);
	}
	check_free(&v.check);
	types_free(&v.types);
	if (rc == 0)
		return 0;
	validate_free(out);
	errno = ENOMEM;
	return -1;
}
