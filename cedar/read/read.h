/*
 * Reading entities, requests and values from documents, with a schema's types
 * or without a schema.
 * https://docs.cedarpolicy.com/auth/entities-syntax.html has the JSON.
 */
#ifndef CEDAR_READ_H
#define CEDAR_READ_H

#include "cedar/data/entities.h"
#include "cedar/schema/schema.h"
#include "lib/doc/doc.h"

/*
 * Adds the entities of a document: an array of {"uid", "attrs", "parents",
 * "tags"}; attrs, parents and tags may be missing.  With a schema (or NULL)
 * values are read as their attribute's type says (an entity as {"type",
 * "id"}, an extension value as its bare string), all is checked against it,
 * and the schema's actions are added.  -1 with *e: EBADMSG (twice the same
 * entity unless equal, a cycle, a value that is no Cedar value, against the
 * schema), ENOMEM.  On -1 only entities_free() may follow.
 */
int	read_entities(struct entities *, const struct doc *,
	    const struct schema *, struct doc_error *);
/*
 * Reads {"principal", "action", "resource", "context"} into *r, whose parts
 * live in the arena.  Entity names are {"type", "id"} objects, with or
 * without "__entity" around; or text as in a policy, Type::"id".  With a
 * schema the context is read by its types and all is checked against it.
 */
int	read_request(struct authz_request *, struct arena *, const struct doc *,
	    uint32_t node, const struct schema *, struct doc_error *);

/* One value of the entity JSON, without a schema. */
int	read_value(struct value *, struct arena *, const struct doc *,
	    uint32_t node, struct doc_error *);
/* {"type", "id"}, {"__entity": ...} or Type::"id" as text. */
int	read_uid(const struct uid **, struct arena *, const struct doc *,
	    uint32_t node, struct doc_error *);

#endif
