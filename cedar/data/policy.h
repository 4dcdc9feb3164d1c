/*
 * Policies in their immutable form, the same for text and JSON.
 */
#ifndef CEDAR_DATA_POLICY_H
#define CEDAR_DATA_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "lib/doc/doc.h"
#include "expr.h"
#include "value.h"

/* ?principal and ?resource: only in scopes, never in an expression. */
enum slot { SLOT_PRINCIPAL, SLOT_RESOURCE };

struct annotation {
	const struct str	*name, *value;	/* value "" when none given */
	bool			 given;		/* true: @a(""), false: @a */
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
	uint32_t		 nuids;	/* IN_SET: any number; slot: 0 */
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
	const struct doc_source *source; /* text or JSON */
	uint32_t		 pos, end;  /* its bytes in the source */
	bool			 forbid;
	bool			 is_template;	/* only its links are decided */
	bool			 slots[2];	/* that it has, by enum slot */
	uint32_t		 nannotations, nconditions, nnodes;
	const struct annotation	*annotations;
	struct scope		 principal, action, resource;
	const struct condition	*conditions;
	const struct expr_node	*nodes;
	/*
	 * A link shares all of the above with its template but id and
	 * is_template, which is false, and has values for its slots.
	 */
	const struct policy	*template;	/* NULL: not a link */
	const struct uid	*values[2];	/* by enum slot; or NULL */
	/*
	 * Upper bounds for evaluation: both operands of && and || stay on the
	 * stack, nothing is freed before the policy's end, and each set,
	 * record and address is aligned to 16 bytes.
	 */
	uint32_t		 stack;		/* values on the stack */
	uint32_t scratch; /* bytes of values made by nodes */
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
 * Ids of policies read from text.  NUMBERED: "policyN", N counted from 0 in
 * the set, as the official parser does.  ANNOTATED: the @id annotation, else
 * "FILE:policyN", N counted from 0 in the file.
 */
enum policy_ids { POLICY_IDS_NUMBERED, POLICY_IDS_ANNOTATED };

/*
 * Reads policies and templates from text and adds them.  The text is copied.
 * Returns -1 with *e, and nothing was added: EBADMSG (malformed, too large, too
 * deep, an id in use) or ENOMEM.
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
 * optional.  Every id gets the prefix.
 */
int	policies_add_json_set(struct policies *, const struct doc *,
	    const char *prefix, struct doc_error *);

/*
 * Links a template.  values[] has an entity for each slot of the template and
 * NULL for the others.  All is copied.
 */
int	policies_link(struct policies *, const struct str *template_id,
	    const char *id, size_t idlen, const struct uid *const values[2],
	    struct doc_error *);

/* NULL when there is none. */
const struct policy *policies_find(const struct policies *, const char *id,
	    size_t idlen);
const struct str *policy_annotation(const struct policy *, const char *name);

#endif
