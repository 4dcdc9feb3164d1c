/*
 * One event on its way to the ledger: the typed fields of a row of event.def.
 */
#ifndef EVENT_H
#define EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"

enum event {
#define EVENT(name, nr, type, fields)	EVENT_##name = nr,
#include "event.def"
#undef EVENT
};

enum field_kind {
	FIELD_STR,	/* string */
	FIELD_HEX,	/* string of 32 bytes */
	FIELD_U64,	/* uint64 */
};

struct field {
	enum field_kind	 kind;
	const char	*name;
};

#define EVENT_FIELDS_MAX	20

struct event_info {
	unsigned	 nr;
	const char	*type;		/* CloudEvents `type' */
	struct field	 fields[EVENT_FIELDS_MAX];	/* name NULL ends */
};

/* The row for a number, or NULL. */
const struct event_info	*event_info(unsigned nr);

/*
 * Appends to `out' the JSON members of the event whose encoded fields `g'
 * holds: "name":value,...  without braces, exactly the row's fields in its
 * order.  Text that is not UTF-8 is -1, EBADMSG; so are fields left over or
 * missing.  -1 with EMSGSIZE when it does not fit.
 */
int	event_format(const struct event_info *, struct get *g, struct put *out);

#endif
