/*
 * Extension functions: types of operands and results.  The operand of a
 * constructor must be a literal that it can read.
 */
#include "check.h"

#include <stdio.h>

#include "cedar/data/ext.h"

static const struct {
	enum vkind	result, operands[2];
	const char	*form;		/* of a constructor's text */
} functions[FN_COUNT] = {
	[FN_DECIMAL] = { V_DECIMAL, { V_STRING }, "12.34, with one to four "
	    "digits after the point" },
	[FN_DECIMAL_LT] = { V_BOOL, { V_DECIMAL, V_DECIMAL }, NULL },
	[FN_DECIMAL_LE] = { V_BOOL, { V_DECIMAL, V_DECIMAL }, NULL },
	[FN_DECIMAL_GT] = { V_BOOL, { V_DECIMAL, V_DECIMAL }, NULL },
	[FN_DECIMAL_GE] = { V_BOOL, { V_DECIMAL, V_DECIMAL }, NULL },
	[FN_IP] = { V_IP, { V_STRING }, "192.0.2.1, 192.0.2.0/24 or "
	    "2001:db8::/32" },
	[FN_IP_IS_V4] = { V_BOOL, { V_IP }, NULL },
	[FN_IP_IS_V6] = { V_BOOL, { V_IP }, NULL },
	[FN_IP_IS_LOOPBACK] = { V_BOOL, { V_IP }, NULL },
	[FN_IP_IS_MULTICAST] = { V_BOOL, { V_IP }, NULL },
	[FN_IP_IN_RANGE] = { V_BOOL, { V_IP, V_IP }, NULL },
	[FN_DATETIME] = { V_DATETIME, { V_STRING }, "2026-01-31, "
	    "2026-01-31T23:59:00Z or 2026-01-31T23:59:00.000+0100" },
	[FN_DATETIME_OFFSET] = { V_DATETIME, { V_DATETIME, V_DURATION },
	    NULL },
	[FN_DATETIME_SINCE] = { V_DURATION, { V_DATETIME, V_DATETIME },
	    NULL },
	[FN_DATETIME_TO_DATE] = { V_DATETIME, { V_DATETIME }, NULL },
	[FN_DATETIME_TO_TIME] = { V_DURATION, { V_DATETIME }, NULL },
	[FN_DURATION] = { V_DURATION, { V_STRING }, "1d2h3m4s5ms, with an "
	    "optional - before it" },
	[FN_DURATION_MS] = { V_LONG, { V_DURATION }, NULL },
	[FN_DURATION_S] = { V_LONG, { V_DURATION }, NULL },
	[FN_DURATION_M] = { V_LONG, { V_DURATION }, NULL },
	[FN_DURATION_H] = { V_LONG, { V_DURATION }, NULL },
	[FN_DURATION_D] = { V_LONG, { V_DURATION }, NULL },
};

static bool
right_count(struct type_checker *c, uint32_t self)
{
	const struct expr_node *n = &c->policy->nodes[self];

	if (n->nargs == expr_fn_operands(n->u.fn))
		return true;
	check_error(c, FINDING_TYPE, self, "%s() takes %u operand%s, here "
	    "are %u", expr_fn_text(n->u.fn), expr_fn_operands(n->u.fn),
	    expr_fn_operands(n->u.fn) == 1 ? "" : "s", n->nargs);
	return false;
}

/* The value that the constructor makes of a text. */
static bool
reads(enum fn fn, const struct value *text)
{
	const char *why;
	struct value v;
	struct ip ip;

	return ext_call(fn, text, 1, &ip, &v, &why) == 0;
}

/* The operands of a constructor must be literals, and a single one readable. */
static bool
right_literals(struct type_checker *c, uint32_t self, const struct cell *cells,
    unsigned n)
{
	enum fn fn = c->policy->nodes[self].u.fn;
	char shown[SHOWN_MAX];

	for (unsigned i = 0; i < n; i++) {
		const struct value *v = c->facts[cells[i].node].literal;

		if (v == NULL) {
			check_error(c, FINDING_LITERAL, cells[i].node,
			    "%s() takes only a literal string",
			    expr_fn_text(fn));
			return false;
		}
		if (n == 1 && v->kind == VALUE_STRING && !reads(fn, v)) {
			check_error(c, FINDING_LITERAL, cells[i].node,
			    "%s() cannot read \"%s\": write it as %s",
			    expr_fn_text(fn), report_str(v->str, shown),
			    functions[fn].form);
			return false;
		}
	}
	return true;
}

static bool
right_types(struct type_checker *c, uint32_t self, struct cell *cells,
    unsigned n)
{
	enum fn fn = c->policy->nodes[self].u.fn;
	char who[SHOWN_MAX];
	bool ok = true;

	snprintf(who, sizeof(who), "%s()", expr_fn_text(fn));
	for (unsigned i = 0; i < n; i++) {
		enum vkind k = functions[fn].operands[i];

		check_expect(c, &cells[i], KIND(k), who,
		    check_name(c, c->types->basic[k]));
		ok &= cells[i].ok;
	}
	return ok;
}

void
check_call(struct type_checker *c, uint32_t self)
{
	const struct expr_node *n = &c->policy->nodes[self];
	struct cell *cells = &c->cells[c->ncells - n->nargs];
	bool ok = right_count(c, self);

	if (functions[n->u.fn].form != NULL)
		ok &= right_literals(c, self, cells, n->nargs);
	ok = ok && right_types(c, self, cells, n->nargs);
	c->ncells -= n->nargs;
	check_push(c, self, ok, c->types->basic[functions[n->u.fn].result],
	    NULL);
}
