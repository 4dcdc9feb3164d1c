/*
 * Cedar in C: the policy language of https://docs.cedarpolicy.com, language
 * version 4.  This header is the whole interface of libcedar.a; it needs no
 * other header of the library.  Link with -lcedar -lyaml.
 *
 * In short: read policies and entities, make a decider of them, and decide any
 * number of requests.
 *
 * Ownership.  A function that returns an object gives it to the caller, who
 * frees it with the function of the object's name; all of these accept NULL.
 * Texts passed in are copied.  Pointers returned from an object live as long
 * as the object, unless said otherwise.
 *
 * Errors.  A function returns 0 or a pointer when it succeeds; otherwise it
 * returns -1 or NULL, sets errno to EBADMSG (the input is wrong) or ENOMEM,
 * and fills in *e, which may be NULL.  A decision itself never fails.
 *
 * Limits.  Every input has a limit below; input above it is refused.  Nothing
 * recurses on the depth of its input.  A decision allocates no memory; its
 * time is bounded by the sizes of policies, entities and request.
 *
 * Threads.  The library has no global state and never blocks: it opens no
 * file, starts nothing, and prints nothing.  Objects that no thread changes
 * may be read by several threads.  Only cedar_policies_add_*(),
 * cedar_policies_link() and, for their decider, the functions that take a
 * struct cedar_decider without const change an object: give each thread a
 * decider of its own.
 */
#ifndef CEDAR_H
#define CEDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CEDAR_POLICY_MAX	10240		/* bytes of one policy's text */
/* Nodes of one policy's expressions; a text of that size has no more. */
#define CEDAR_NODES_MAX		CEDAR_POLICY_MAX
#define CEDAR_SET_MAX		(1024 * 1024)	/* bytes of a set's texts */
#define CEDAR_POLICIES_MAX	4096		/* policies in a set */
#define CEDAR_REQUEST_MAX	(1024 * 1024)	/* bytes of a request's JSON */
#define CEDAR_ENTITIES_MAX	(4 * 1024 * 1024) /* bytes of entity JSON */
#define CEDAR_ENTITY_COUNT_MAX	65536		/* entities together */
/*
 * Ancestors of all entities together, counted before duplicates are dropped:
 * 16 each for the most entities.  Bounds the cost of long chains of entities.
 */
#define CEDAR_ANCESTORS_MAX	(1024 * 1024)
#define CEDAR_SCHEMA_MAX	(256 * 1024)	/* bytes of a schema */
/*
 * Levels of expressions, of values and of types.  The official engine, whose
 * reader recurses, has a limit, too, but does not state it.  A chain like
 * a && b && c && ... is one level.  In JSON each of its operators is two more
 * of the at most 192 levels of objects and lists, so that 90 of them fit.
 */
#define CEDAR_DEPTH_MAX		64

/*
 * Why an input was refused.  The text says what is wrong and what was expected
 * instead.  Line 0: no place is known (no memory, a whole file too large).
 * All strings are printable ASCII.
 */
struct cedar_error {
	char		file[128];	/* as passed in, cut when longer */
	uint32_t	line, col;	/* from 1; col counts bytes */
	char		text[384];
	char		source[120];	/* the line, or "" */
};

/*
 * Writes "FILE:LINE:COL: text" to dst, cut to cap bytes.  With `picture' two
 * lines more: the source line, and a caret under the column.  Returns dst.
 */
const char	*cedar_error_format(const struct cedar_error *, bool picture,
		    char *dst, size_t cap);

/* A text to read.  The file is its name in messages; nothing is opened. */
struct cedar_source {
	const char	*file;
	const char	*text;		/* UTF-8; needs no NUL */
	size_t		 len;
};

/*
 * Schemas: entity types and actions.
 * https://docs.cedarpolicy.com/schema/schema.html
 */
struct cedar_schema;

/* A schema's text, in n parts that may refer to each other. */
struct cedar_schema *cedar_schema_text(const struct cedar_source *, size_t n,
		    struct cedar_error *);
struct cedar_schema *cedar_schema_json(const struct cedar_source *,
		    struct cedar_error *);
void		 cedar_schema_free(struct cedar_schema *);

/*
 * Policies: a set of static policies, templates and links, numbered from 0 in
 * the order in which they were added.
 * https://docs.cedarpolicy.com/policies/syntax-policy.html
 */
struct cedar_policies;

/* An empty set; NULL with ENOMEM. */
struct cedar_policies *cedar_policies_new(void);
void		 cedar_policies_free(struct cedar_policies *);

/*
 * Add policies.  On -1 nothing was added.  An id must not be in the set yet.
 *
 * text: policies and templates as text.  A policy's id is its @id annotation
 * or else "FILE:policyN"; N counts the policies of this text from 0.
 * json: one policy or template as JSON, under this id.
 * json_set: {"staticPolicies", "templates", "templateLinks"}.
 * https://docs.cedarpolicy.com/policies/json-format.html
 */
int	cedar_policies_add_text(struct cedar_policies *,
	    const struct cedar_source *, struct cedar_error *);
int	cedar_policies_add_json(struct cedar_policies *, const char *id,
	    const struct cedar_source *, struct cedar_error *);
int	cedar_policies_add_json_set(struct cedar_policies *,
	    const struct cedar_source *, struct cedar_error *);
/*
 * Links a template: adds a policy with the id.  principal and resource are
 * entities, Type::"id", for the template's slots; NULL where it has no slot.
 */
int	cedar_policies_link(struct cedar_policies *, const char *template_id,
	    const char *id, const char *principal, const char *resource,
	    struct cedar_error *);

/*
 * What is known of policy i; i must be below the count.  A string that holds a
 * NUL, which only JSON can give it, ends there.
 */
size_t		 cedar_policies_count(const struct cedar_policies *);
const char	*cedar_policy_id(const struct cedar_policies *, size_t i);
bool		 cedar_policy_forbids(const struct cedar_policies *, size_t i);
bool		 cedar_policy_is_template(const struct cedar_policies *,
		    size_t i);
/* The annotation's value ("" when it has none), or NULL: not annotated. */
const char	*cedar_policy_annotation(const struct cedar_policies *,
		    size_t i, const char *name);
/*
 * The policy as canonical text without comments, or as JSON.  To be freed
 * with free(); NULL with ENOMEM.
 */
char		*cedar_policy_text(const struct cedar_policies *, size_t i);
char		*cedar_policy_json(const struct cedar_policies *, size_t i);

/*
 * Entities: attributes, tags and the hierarchy.
 * https://docs.cedarpolicy.com/auth/entities-syntax.html
 */
struct cedar_entities;

/*
 * Reads n documents, each a list of {"uid", "attrs", "parents", "tags"}, as
 * JSON or as YAML of the same form.  n may be 0.  With a schema (or NULL)
 * values are read as their types say, all is checked against it, and its
 * actions are added.  Refused: two different entities of one name, a cycle.
 * The schema need not outlive the call.
 */
struct cedar_entities *cedar_entities_json(const struct cedar_source *,
		    size_t n, const struct cedar_schema *,
		    struct cedar_error *);
struct cedar_entities *cedar_entities_yaml(const struct cedar_source *,
		    size_t n, const struct cedar_schema *,
		    struct cedar_error *);
void		 cedar_entities_free(struct cedar_entities *);

/* Requests: may this principal do this action with this resource? */
struct cedar_request;

/*
 * From three entities, Type::"id", and a context: a JSON object, or NULL for
 * an empty one.  With a schema (or NULL) the request is checked against it.
 * Errors name principal, action, resource, context or request as the file.
 */
struct cedar_request *cedar_request_new(const char *principal,
		    const char *action, const char *resource,
		    const char *context, const struct cedar_schema *,
		    struct cedar_error *);
/* From {"principal", "action", "resource", "context"}. */
struct cedar_request *cedar_request_json(const struct cedar_source *,
		    const struct cedar_schema *, struct cedar_error *);
void		 cedar_request_free(struct cedar_request *);

/*
 * Decisions.  A request is allowed when a permit applies and no forbid does; a
 * policy that fails to evaluate is left out and reported.
 * https://docs.cedarpolicy.com/auth/authorization.html
 */
struct cedar_decider;

struct cedar_decision {
	bool		 allow;
	/*
	 * The policies that determined it: the forbids that apply, or else the
	 * permits that do.  Lives until the decider's next decision.
	 */
	size_t		 npolicies;
	const uint32_t	*policies;
	size_t		 nerrors;	/* policies that failed */
};

/*
 * The policies and entities must outlive the decider, and the policies must
 * not change: a decision with another number of them ends the program.
 * NULL with ENOMEM.
 */
struct cedar_decider *cedar_decider_new(const struct cedar_policies *,
		    const struct cedar_entities *);
void		 cedar_decider_free(struct cedar_decider *);

void		 cedar_decide(struct cedar_decider *,
		    const struct cedar_request *, struct cedar_decision *);
/*
 * Why a policy failed in the last decision, i below its nerrors; which one it
 * was goes to *policy.
 */
const char	*cedar_decider_error(const struct cedar_decider *, size_t i,
		    uint32_t *policy);
/*
 * The decision for a person, as lines of text: the policies that determined
 * it, with each part of their conditions and its value; those that failed;
 * and after a denial the `nearest' permits that came closest to applying, with
 * the parts that were false, and the forbids in the way.  Decides the request
 * by the same code.  To be freed with free(); NULL with ENOMEM.
 */
char		*cedar_explain(struct cedar_decider *,
		    const struct cedar_request *, unsigned nearest);

/*
 * Findings about policies, in the order of the policies.  A place is that in
 * the policy's text or JSON.
 */
struct cedar_finding {
	uint32_t		policy, other;	/* other: see cedar_analyse() */
	bool			warning;	/* it is no error */
	const char		*kind;		/* static: "type" ... */
	struct cedar_error	error;
};

struct cedar_findings {
	struct cedar_finding	*items;
	size_t			 n, nerrors;	/* nerrors: no warnings */
};

/*
 * Strict validation with the official validator's verdict: a set without
 * errors cannot fail at run time with a type error or a missing attribute or
 * tag.  At most 16 errors and 16 warnings of a policy are kept.  -1 with
 * ENOMEM; what is wrong with the policies is in the findings.
 */
int	cedar_validate(const struct cedar_policies *,
	    const struct cedar_schema *, struct cedar_findings *);
/*
 * Policies that can never matter or permit more than meant: warnings of the
 * kinds "never", "always", "twice", "shadowed", "forbidden", "contradiction",
 * "wide" and "unlinked".  `other' is the policy that it concerns beside
 * `policy', or the same.  What is found is certain; what the analysis cannot
 * decide it does not mention.  -1 with ENOMEM.
 */
int	cedar_analyse(const struct cedar_policies *,
	    const struct cedar_entities *, struct cedar_findings *);
/* Frees the items; the struct itself is the caller's. */
void	cedar_findings_free(struct cedar_findings *);

/*
 * A policy file in canonical form: one layout, comments kept, lines broken to
 * 80 columns where they can be.  Formatting it again changes nothing.  To be
 * freed with free().
 */
char	*cedar_format(const struct cedar_source *, struct cedar_error *);

#ifdef __cplusplus
}
#endif

#endif
