/* Writing a trace as lines of text for people. */
#include <errno.h>
#include <string.h>

#include "decider.h"
#include "cedar/format/emit.h"
#include "explain_parts.h"
#include "cedar/format/format.h"

/*
 * The longest text of an expression or a value that is shown.  A context may
 * have a megabyte.
 */
#define SHOWN_MAX	240

struct explain {
	struct put			*out;
	const struct trace		*trace;
	const struct decider		*decider;
	const struct authz_request		*request;
	/* The policy being explained. */
	const struct policy		*policy;
	const struct policy_trace	*policy_trace;
	bool				 values;  /* also of true parts */
};

/* The text in `text', cut to fit. */
static void
emit_shown(struct explain *x, const struct put *text)
{
	put_raw(x->out, text->base, text->len);
	if (text->err != 0)
		emit(x->out, "...");
}

static void
show_value(struct explain *x, struct value v)
{
	char text[SHOWN_MAX];
	struct put p;

	put_init(&p, text, sizeof(text));
	format_value(&p, v);
	emit_shown(x, &p);
}

static void
show_expr(struct explain *x, uint32_t root)
{
	char text[SHOWN_MAX];
	struct put p;

	put_init(&p, text, sizeof(text));
	format_expr(&p, x->policy, root);
	emit_shown(x, &p);
}

static void
show_uid(struct explain *x, const struct uid *u)
{
	show_value(x, (struct value){ .kind = VALUE_ENTITY, .uid = u });
}

static unsigned
line_of(const char *text, size_t pos)
{
	unsigned line = 1;

	for (size_t i = 0; i < pos; i++)
		line += text[i] == '\n';
	return line;
}

static void
show_quoted(struct explain *x, const struct str *s)
{
	char text[SHOWN_MAX];
	struct put p;

	put_init(&p, text, sizeof(text));
	format_string(&p, s);
	emit_shown(x, &p);
}

/* rule "ID" (FILE:LINE) */
static void
show_rule(struct explain *x, uint32_t i)
{
	const struct policy *p = x->decider->policies->items[i];
	const struct doc_source *s = p->source;

	emit(x->out, "rule ");
	show_quoted(x, p->id);
	if (p->template != NULL) {
		emit(x->out, " of template ");
		show_quoted(x, p->template->id);
	}
	emit(x->out, " (");
	emit_escaped(x->out, s->file, strnlen(s->file, DOC_FILE_MAX), false);
	emit(x->out, ":");
	emit_long(x->out, line_of(s->text, p->pos));
	emit(x->out, ")");
}

static void
indent(struct explain *x, unsigned columns)
{
	emit(x->out, "\n");
	for (; columns > 0; columns--)
		emit(x->out, " ");
}

/* The columns of a rule's parts, and of the values under them. */
#define PART_COLUMN(part)	(4 + 2 * (part)->level)
#define VALUE_COLUMN(part)	(PART_COLUMN(part) + 11)

static void
show_missing(struct explain *x, const struct uid *u)
{
	const struct entity *own = x->request->own;

	if (entities_find(x->decider->entities, u) == NULL &&
	    (own == NULL || !uid_equal(own->uid, u)))
		emit(x->out, ", which is not among the entities");
}

/* Says that the entity is unknown, unless none of its type is known. */
static void
show_odd_missing(struct explain *x, const struct uid *u)
{
	const struct entities *s = x->decider->entities;

	for (uint32_t i = 0; i < s->n; i++)
		if (str_equal(s->items[i].uid->type, u->type)) {
			show_missing(x, u);
			return;
		}
}

/* Whether the expression's value is the same for every request. */
static bool
is_constant(const struct explain *x, uint32_t root)
{
	const struct expr_node *nodes = x->policy->nodes;

	for (uint32_t i = nodes[root].first; i <= root; i++)
		if (nodes[i].op == OP_VAR)
			return false;
	return true;
}

/* Whether to show the value: known, not a literal, not the whole context. */
static bool
is_telling(const struct explain *x, uint32_t root)
{
	const struct expr_node *n = &x->policy->nodes[root];
	const enum trace_outcome o = x->policy_trace->nodes[root].outcome;

	return (o == TRACE_VALUE || o == TRACE_TRUE || o == TRACE_FALSE) &&
	    !is_constant(x, root) &&
	    !(n->op == OP_VAR && n->u.var == VAR_CONTEXT);
}

static void
show_operand(struct explain *x, const struct part *part, uint32_t root)
{
	const struct value v = x->policy_trace->nodes[root].value;

	indent(x, VALUE_COLUMN(part));
	show_expr(x, root);
	emit(x->out, " is ");
	show_value(x, v);
	if (v.kind == VALUE_ENTITY)
		show_odd_missing(x, v.uid);
}

/* The values of the operands of a leaf's operator. */
static void
show_operands(struct explain *x, const struct part *part)
{
	const struct expr_node *nodes = x->policy->nodes;
	uint32_t root = part->node, end;

	while (nodes[root].op == OP_NOT)
		root--;
	if (nodes[root].op == OP_HAS || nodes[root].op == OP_GET)
		return;
	end = root;
	for (unsigned i = expr_count(&nodes[root]); i > 0; i--) {
		const uint32_t operand = expr_before(nodes, end);

		end = nodes[operand].first;
		if (is_telling(x, operand))
			show_operand(x, part, operand);
	}
}

static void
show_reason(struct explain *x, const struct part *part)
{
	const struct eval_error *e = &x->policy_trace->error;

	if (e->node < x->policy->nodes[part->node].first ||
	    e->node > part->node)
		return;
	indent(x, VALUE_COLUMN(part));
	emit(x->out, e->text);
	if (e->node != part->node) {
		emit(x->out, ": ");
		show_expr(x, e->node);
	}
}

static void
show_leaf(struct explain *x, const struct part *part)
{
	if (part->negated)
		emit(x->out, part->unless && part->level == 0 ? "unless " :
		    "not ");
	show_expr(x, part->node);
	if (part->outcome == TRACE_ERROR)
		show_reason(x, part);
	else if (part->outcome == TRACE_FALSE || x->values)
		show_operands(x, part);
}

static void
show_group(struct explain *x, const struct part *part)
{
	const bool all = (x->policy->nodes[part->node].op == OP_AND) !=
	    part->negated;

	emit(x->out, all ? "all of" : "one of");
}

static void
show_scope(struct explain *x, const struct part *part)
{
	static const char *const names[] = { "principal", "action",
	    "resource" };
	const struct policy *p = x->policy;
	const struct scope *scopes[] = { &p->principal, &p->action,
	    &p->resource };
	const struct uid *slots[] = { p->values[SLOT_PRINCIPAL], NULL,
	    p->values[SLOT_RESOURCE] };
	const struct uid *uids[] = { x->request->principal,
	    x->request->action, x->request->resource };
	char text[SHOWN_MAX];
	struct put put;

	put_init(&put, text, sizeof(text));
	format_scope(&put, names[part->kind], scopes[part->kind],
	    slots[part->kind]);
	emit_shown(x, &put);
	if (part->outcome == TRACE_TRUE)
		return;
	indent(x, VALUE_COLUMN(part));
	emit(x->out, names[part->kind]);
	emit(x->out, " is ");
	show_uid(x, uids[part->kind]);
	show_odd_missing(x, uids[part->kind]);
}

static void
show_part(void *arg, const struct part *part)
{
	static const char *const marks[] = {
		[TRACE_NOT_REACHED] = "-      ",
		[TRACE_FALSE] = "no     ",
		[TRACE_TRUE] = "yes    ",
		[TRACE_VALUE] = "       ",
		[TRACE_ERROR] = "error  ",
	};
	struct explain *x = arg;

	indent(x, PART_COLUMN(part));
	emit(x->out, marks[part->outcome]);
	if (part->kind == PART_LEAF)
		show_leaf(x, part);
	else if (part->kind == PART_GROUP)
		show_group(x, part);
	else
		show_scope(x, part);
}

/* A line for each of the rule's parts. */
static void
show_parts(struct explain *x, uint32_t i, bool values)
{
	x->policy = x->decider->policies->items[i];
	x->policy_trace = &x->trace->policies[i];
	x->values = values;
	explain_parts(x->policy, x->policy_trace, show_part, x);
}

static void
show_deciding(struct explain *x, uint32_t i)
{
	const bool allow = x->trace->decision.allow;

	indent(x, 2);
	show_rule(x, i);
	if (explain_distance(x->decider->policies->items[i],
	    &x->trace->policies[i]).parts == 0)
		emit(x->out, allow ? " permits everything" :
		    " forbids everything");
	else
		emit(x->out, allow ? " permits it:" :
		    " forbids it as long as all of this is true:");
	show_parts(x, i, true);
}

/* Policies that failed and are not shown elsewhere. */
static void
show_errors(struct explain *x)
{
	const struct authz_decision *a = &x->trace->decision;

	for (uint32_t i = 0; i < a->nerrors; i++) {
		const struct eval_error *e = &a->errors[i];

		x->policy = x->decider->policies->items[e->policy];
		indent(x, 2);
		emit(x->out, "left out: ");
		show_rule(x, e->policy);
		emit(x->out, x->policy->forbid ? ", which forbids, fails: " :
		    " fails: ");
		emit(x->out, e->text);
		indent(x, 4);
		emit(x->out, "at ");
		show_expr(x, e->node);
	}
}

/* A permit for this action that does not apply. */
static bool
is_candidate(const struct explain *x, size_t i)
{
	const struct policy *p = x->decider->policies->items[i];
	const struct policy_trace *t = &x->trace->policies[i];

	return !p->is_template && !p->forbid && t->result != TRACE_TRUE &&
	    t->action == TRACE_TRUE;
}

/* By distance, then in the set's order. */
static bool
is_nearer(struct distance a, size_t ai, struct distance b, size_t bi)
{
	if (a.failing != b.failing)
		return a.failing < b.failing;
	return a.unknown != b.unknown ? a.unknown < b.unknown : ai < bi;
}

struct near {
	struct distance	distance;
	size_t		i;
};

/* The nearest one after *after; false when there are no more. */
static bool
find_nearest(const struct explain *x, const struct near *after,
    struct near *found)
{
	bool any = false;

	for (size_t i = 0; i < x->decider->policies->n; i++) {
		struct near n = { { 0, 0, 0 }, i };

		if (!is_candidate(x, i))
			continue;
		n.distance = explain_distance(x->decider->policies->items[i],
		    &x->trace->policies[i]);
		if ((after != NULL && !is_nearer(after->distance, after->i,
		    n.distance, i)) ||
		    (any && !is_nearer(n.distance, i, found->distance,
		    found->i)))
			continue;
		*found = n;
		any = true;
	}
	return any;
}

static void
show_nearest(struct explain *x, unsigned nearest)
{
	struct near last, found;
	unsigned shown = 0;

	for (; shown < nearest; shown++, last = found) {
		if (!find_nearest(x, shown == 0 ? NULL : &last, &found))
			break;
		indent(x, 2);
		emit(x->out, shown == 0 ? "nearest: " : "then: ");
		show_rule(x, (uint32_t)found.i);
		show_parts(x, (uint32_t)found.i, false);
	}
	if (shown > 0 || nearest == 0)
		return;
	indent(x, 2);
	emit(x->out, "no rule permits the action ");
	show_uid(x, x->request->action);
	show_missing(x, x->request->action);
}

/* The number of permits that apply, although a forbid decides. */
static unsigned
show_outweighed(struct explain *x)
{
	const struct policies *set = x->decider->policies;
	unsigned n = 0;

	for (size_t i = 0; i < set->n; i++) {
		if (set->items[i]->is_template || set->items[i]->forbid ||
		    x->trace->policies[i].result != TRACE_TRUE)
			continue;
		n++;
		indent(x, 2);
		emit(x->out, "otherwise ");
		show_rule(x, (uint32_t)i);
		emit(x->out, " would permit it");
	}
	return n;
}

int
decider_explain(const struct trace *trace, const struct decider *decider,
    const struct authz_request *request, unsigned nearest, struct put *out)
{
	struct explain x = { .out = out, .trace = trace, .decider = decider,
	    .request = request };
	const struct authz_decision *a = &trace->decision;

	if (a->allow)
		emit(out, "allowed");
	else if (a->ndetermining > 0)
		emit(out, "denied: forbidden");
	else
		emit(out, "denied: no rule permits it");
	for (uint32_t i = 0; i < a->ndetermining; i++)
		show_deciding(&x, a->determining[i]);
	if (!a->allow && show_outweighed(&x) == 0)
		show_nearest(&x, nearest);
	show_errors(&x);
	emit(out, "\n");
	if (out->err != 0) {
		errno = out->err;
		return -1;
	}
	return 0;
}
