/*
 * Cedar, the policy language of https://docs.cedarpolicy.com (language version
 * 4): what every part of the library shares.  The parts:
 *
 *	doc.h		a JSON or YAML text as a tree with line numbers
 *	value.h		values, sets, records, entity names, extension types
 *	policy.h	policies as text or JSON, in their immutable form
 *	entities.h	entities and their hierarchy; requests
 *	decide.h	the decision, and its explanation
 *	schema.h	schemas as text or JSON, and checks of data against them
 *	validate.h	strict validation of policies
 *	format.h	policies back to canonical text and to JSON
 *	analyse.h	rules that change nothing, or too much
 *
 * Loading allocates from an arena and fails with a struct doc_error; a
 * decision allocates nothing.  Nothing recurses on the depth of its input.
 */
#ifndef CEDAR_H
#define CEDAR_H

#include "lib/doc/error.h"

#define CEDAR_POLICY_MAX	10240		/* bytes of one policy; AVP's */
/* Nodes of one policy; a text of the above size cannot have more. */
#define CEDAR_NODES_MAX		CEDAR_POLICY_MAX
#define CEDAR_SET_MAX		(1024 * 1024)	/* bytes of a set's texts */
#define CEDAR_POLICIES_MAX	4096		/* policies and links in a set */
#define CEDAR_REQUEST_MAX	(1024 * 1024)	/* bytes of a context's JSON */
#define CEDAR_ENTITIES_MAX	(4 * 1024 * 1024) /* bytes of entity JSON */
#define CEDAR_ENTITY_COUNT_MAX	65536		/* entities in one store */
#define CEDAR_SCHEMA_MAX	(256 * 1024)	/* bytes of a schema */
/*
 * Nesting of expressions, of JSON and of types.  The official engine, whose
 * reader recurses, gives up at some depth too; nobody writes 64 parentheses.
 */
#define CEDAR_DEPTH_MAX		64

#endif
