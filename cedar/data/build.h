/*
 * Building policies, for the readers of policy text and of policy JSON.  A
 * reader calls the functions below for each expression in postfix order:
 *
 *	a == 1 && b	var a; value 1; op EQ; test AND_TEST; var b; op AND
 *	if a then b else c	var a; test IF_TEST; var b; test IF_ELSE;
 *			var c; op IF
 *	a is T in b	var a; test IS_TEST; var b; is_in T
 *
 * The builder finds operands, counts depth, sets jumps and enforces limits.
 * The reader must keep the order: a wrong one ends the program (assert).
 *
 * A reader looks like this:
 *
 *	build_open(&b, set, source, bytes, error)
 *	for each policy
 *		build_start(&b, pos)
 *		b.policy.forbid, .principal, .action, .resource = ...
 *		build_annotation(&b, ...)
 *		for each condition
 *			build_when(&b, unless, pos); nodes; build_when_end(&b)
 *		build_finish(&b, id, end)
 *	return build_close(&b, rc)
 *
 * Functions that return int return 0, or -1 with the error set (EBADMSG or
 * ENOMEM); then only build_close() may follow.  Positions are bytes in the
 * source, also for policies from JSON.
 */
#ifndef CEDAR_DATA_BUILD_H
#define CEDAR_DATA_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cedar/cedar.h"
#include "lib/doc/error.h"
#include "policy.h"
#include "value.h"

struct build {
	struct policies		*set;
	const struct doc_source *source;	/* in the set's arena */
	struct doc_error	*error;
	/* The policy being built; the reader fills in its scopes. */
	struct policy		 policy;
	/* Growing arrays, copied into the set's arena at the end. */
	struct expr_node		*nodes;
	uint8_t			*depths;	/* of each node */
	size_t			 nnodes, node_cap;
	struct annotation	*annotations;
	size_t			 nannotations, annotation_cap;
	struct condition	*conditions;
	size_t			 nconditions, condition_cap;
	/* The set's state before, which build_close(-1) restores. */
	size_t			 set_n, set_text_len, set_numbered;
};

/*
 * Starts adding policies to a set from a text, of which this many bytes count
 * towards CEDAR_SET_MAX.  The source is copied into the set.
 */
int	build_open(struct build *, struct policies *,
	    const struct doc_source *, size_t bytes, struct doc_error *);
/*
 * Frees the builder's memory; when rc is -1, also removes every policy added
 * since build_open().  Returns rc and keeps errno.
 */
int	build_close(struct build *, int rc);

/* A new policy: all scopes SCOPE_ANY, permit, no conditions. */
int	build_start(struct build *, size_t pos);
/*
 * Adds the policy to the set under this id (copied).  Computes the stack and
 * scratch that evaluating it takes, and sets is_template and slots from the
 * scopes.
 */
int	build_finish(struct build *, const char *id, size_t idlen,
	    size_t end);

/* The name must be new.  value NULL: @name without a value. */
int	build_annotation(struct build *, const struct str *name,
	    const struct str *value);
int	build_when(struct build *, bool unless, size_t pos);
int	build_when_end(struct build *);

/* Copies into the set's arena; NULL with the error set. */
const struct str *build_str(struct build *, const char *, size_t len);
const struct uid *build_uid(struct build *, const struct str *type,
	    const struct str *id);
/* Copies an array of n pointers for scope.uids; NULL with the error set. */
const struct uid *const *build_uids(struct build *, const struct uid *const *,
	    size_t n);

/* Nodes without operands. */
int	build_value(struct build *, size_t pos, struct value);
int	build_var(struct build *, size_t pos, enum var);
/* A test node, between operands. */
int	build_test(struct build *, size_t pos, enum op);

/* Operators that have only operands: NOT to GET_TAG, AND, IF. */
int	build_op(struct build *, size_t pos, enum op);
/* GET with one name, HAS with one or more; the names array is copied. */
int	build_names(struct build *, size_t pos, enum op,
	    const struct str *const *names, size_t n);
/* LIKE; NULL parts are wildcards.  Adjacent texts are joined. */
int	build_like(struct build *, size_t pos, const struct str *const *parts,
	    size_t n);
/* IS, and IS_IN, by enum op. */
int	build_is(struct build *, size_t pos, enum op, const struct str *type);
/* SET and CALL with n operands. */
int	build_set(struct build *, size_t pos, size_t n);
int	build_call(struct build *, size_t pos, enum fn, size_t n);
/*
 * RECORD: the last n operands are the values of these names, in this order.
 * A duplicate name is an error, reported at its second value.
 */
int	build_record(struct build *, size_t pos,
	    const struct str *const *names, size_t n);

/*
 * Adds a policy to the set's list under this id.  Returns -1 with EBADMSG and
 * a static reason in *why, or with ENOMEM and NULL there.
 */
int	build_append(struct policies *, struct policy *, const char *id,
	    size_t idlen, const char **why);

/* Reports an error at a byte of the source.  Always returns -1. */
int	build_error(struct build *, size_t pos, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Reports "out of memory".  Always returns -1. */
int	build_memory(struct build *);

#endif
