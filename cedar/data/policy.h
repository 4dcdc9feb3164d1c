/*
 * Policies in their immutable form, however they were written: what differs
 * in text alone is gone (expr.h).
 */
#ifndef CEDAR_DATA_POLICY_H
#define CEDAR_DATA_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "lib/doc/doc.h"
#include "expr.h"
#include "value.h"

/* ?principal and ?resource: in scopes alone, never in an expression. */
enum slot { SLOT_PRINCIPAL, SLOT_RESOURCE };

struct annotation {
	const struct str	*name, *value;	/* value "" when none given */
	bool			 given;		/* @a("") is given, @a is not */
};

/* The constraint on principal, action or resource. */
enum scope_op {
	SCOPE_ANY,		/* principal */
	SCOPE_EQ,		/* principal == uid or slot */
	SCOPE_IN,		/* principal in uid or slot; action in uid */
	SCOPE_IN_SET,		/* action in [uids] */
	SCOPE_IS,		/* principal is type */
	SCOPE_IS_IN,		/* principal is type in uid or slot */
};

struct scope {
	enum scope_op		 op;
	bool			 slot;	/* the entity is this variable's slot */
	uint32_t		 nuids;	/* IN_SET: 0 and more; slot: 0 */
	const struct uid *const	*uids;
	const struct str	*type;
	uint32_t		 pos;
};

/* One when or unless. */
struct condition {
	bool		unless;
	uint32_t	first, root;	/* nodes[first..root] */
	uint32_t	pos;
};

struct policy {
	const struct str	*id;
	const struct doc_source *source; /* NULL: was JSON */
	uint32_t		 pos, end;  /* its bytes in the source */
	bool			 forbid;
	bool			 is_template;	/* decides nothing; links do */
	bool			 slots[2];	/* which, by enum slot */
	uint32_t		 nannotations, nconditions, nnodes;
	const struct annotation	*annotations;
	struct scope		 principal, action, resource;
	const struct condition	*conditions;
	const struct expr_node	*nodes;
	/*
	 * A link: the template's body (all above is shared with it but id
	 * and is_template, which is false) and what its slots stand for.
	 */
	const struct policy	*template;	/* NULL: not a link */
	const struct uid	*values[2];	/* by enum slot; or NULL */
	/*
	 * What evaluating takes at most, when both operands of && and || stay
	 * on the stack, nothing is freed before the policy's end, and each
	 * set, record and address is on a 16-byte border.
	 */
	uint32_t		 stack;		/* values on the stack */
	uint32_t		 scratch;	/* bytes for what nodes make */
};

/* Policies of one decision, in the order in which they were added. */
struct policies {
	struct arena		 arena;
	size_t			 n, cap;
	struct policy		**items;	/* static, templates, links */
	size_t			 text_len;	/* of all that was added */
	size_t			 numbered;	/* names given as policyN */
};

void	policies_init(struct policies *);
void	policies_free(struct policies *);

/*
 * How policies without a name in JSON are called: "policyN" (N counts from 0
 * over the set, as the official parser has it), or by their @id annotation,
 * else "FILE:policyN" with N from 0 in the file.
 */
enum policy_ids { POLICY_IDS_NUMBERED, POLICY_IDS_ANNOTATED };

/*
 * Reads policies and templates from text and adds them.  The text is copied.
 * On -1 with *e nothing was added.  EBADMSG: malformed, too large, too deep,
 * an id that is there already; ENOMEM.
 */
int	policies_add_text(struct policies *, const char *file,
	    const char *text, size_t len, enum policy_ids,
	    struct doc_error *);

/*
 * Adds one policy from its JSON form (EST,
 * https://docs.cedarpolicy.com/policies/json-format.html), under this id.
 */
int	policies_add_json(struct policies *, const struct doc *, uint32_t node,
	    const char *id, size_t idlen, struct doc_error *);

/*
 * Adds a whole set: {"staticPolicies": {ID: policy}, "templates": {ID:
 * policy}, "templateLinks": [{"templateId", "newId", "values"}]}, each part
 * optional.  `prefix' goes before every id.
 */
int	policies_add_json_set(struct policies *, const struct doc *,
	    const char *prefix, struct doc_error *);

/*
 * Links a template: values[slot] for each slot that it has, NULL for others.
 * All is copied.
 */
int	policies_link(struct policies *, const struct str *template_id,
	    const char *id, size_t idlen, const struct uid *const values[2],
	    struct doc_error *);

/* NULL when there is none. */
const struct policy *policies_find(const struct policies *, const char *id,
	    size_t idlen);
const struct str *policy_annotation(const struct policy *, const char *name);

#endif
