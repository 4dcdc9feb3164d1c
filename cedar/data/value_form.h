/*
 * What a JSON value in entities, contexts and policies means: a scalar, a
 * list, an object, or one of the escapes
 *
 *	{"__entity": {"type": T, "id": I}}
 *	{"__extn": {"fn": F, "arg": A}} or {"__extn": {"fn": F, "args": [A]}}
 *
 * As in the official engine, an object is an escape only if the escape's name
 * is its one key and its value is an object of the right form; all others are
 * records.  Unlike there, an extra field in an escape is an error, and so is an
 * unknown function.
 */
#ifndef CEDAR_DATA_VALUE_FORM_H
#define CEDAR_DATA_VALUE_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "lib/doc/doc.h"
#include "value.h"

enum value_form { FORM_SCALAR, FORM_SET, FORM_RECORD, FORM_ENTITY, FORM_CALL };

/*
 * *inner is the object with type and id, or with fn and arg.  Returns -1 with
 * *e on null, and on the escape "__expr", which Cedar has dropped.
 */
int	value_form(const struct doc *, uint32_t node, enum value_form *,
	    uint32_t *inner, struct doc_error *);

/* Whether the node is {"type", "id", ...}; {"fn", "arg" or "args", ...}. */
bool	value_form_is_uid(const struct doc *, uint32_t node);
bool	value_form_is_call(const struct doc *, uint32_t node);

/* Reads {"type", "id"}. */
int	value_form_read_uid(const struct uid **, struct arena *,
	    const struct doc *, uint32_t inner, struct doc_error *);
/* Reads {"type", "id"} or {"__entity": {"type", "id"}}; refuses text. */
int value_form_read_entity(const struct uid **, struct arena *,
    const struct doc *, uint32_t node, struct doc_error *);

/* A call's function and the nodes of its arguments. */
struct call_form {
	int		fn;		/* enum fn */
	uint32_t	nargs;
	uint32_t	first;		/* 0: none */
	uint32_t	list;		/* their parent; 0: only one */
};

int	 value_form_call(const struct doc *, uint32_t inner, struct call_form *,
	    struct doc_error *);
/* The argument after this one, or 0. */
uint32_t value_form_next(const struct doc *, const struct call_form *,
	    uint32_t arg);

#endif
