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
 * Adds the entities of a document: a list of {"uid", "attrs", "parents",
 * "tags"}, of which only uid is required.  With a schema (or NULL) values are
 * read by the type of their attribute (an entity also as {"type", "id"}, an
 * extension value also as a plain string), all is checked against it, and its
 * actions are added.  Returns -1 with *e: EBADMSG (an entity defined twice
 * with different contents, a cycle, a value that Cedar does not have, an error
 * against the schema) or ENOMEM.  Then only entities_free() may follow.
 */
int	read_entities(struct entities *, const struct doc *,
	    const struct schema *, struct doc_error *);

/*
 * Reads {"principal", "action", "resource", "context"} into *r, whose parts
 * live in the arena.  Entities are read by read_uid().  With a schema (or NULL)
 * the context is read by its types and all is checked against it.
 */
int	read_request(struct authz_request *, struct arena *, const struct doc *,
	    uint32_t node, const struct schema *, struct doc_error *);

/* Reads a value without a schema. */
int	read_value(struct value *, struct arena *, const struct doc *,
	    uint32_t node, struct doc_error *);
/* Reads {"type", "id"}, {"__entity": ...}, or Type::"id" as a string. */
int	read_uid(const struct uid **, struct arena *, const struct doc *,
	    uint32_t node, struct doc_error *);

#endif
