/*
 * One event on its way to the ledger: the typed fields of a row of event.def.
 * For each row there is a struct event_NAME and a function event_put_NAME().
 *
 *	struct event_job_refused e = { .job = id, .reason = word, ... };
 *	event_put_job_refused(&p, &e);
 */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"
#include "msg.h"

enum event {
#define EVENT(NAME, name, nr, from, type, when, fields)	EVENT_##NAME = nr,
#include "event.def"
#undef EVENT
};

/* Each number by its row's second name, for macros. */
enum {
#define EVENT(NAME, name, nr, from, type, when, fields)	EVENT_NUMBER_##name = nr,
#include "event.def"
#undef EVENT
};

enum field_kind {
	FIELD_STR,	/* string */
	FIELD_HEX,	/* string of 32 bytes */
	FIELD_U64,	/* uint64 */
	FIELD_LIST,	/* string that has strings */
};

struct event_field {
	enum field_kind	 kind;
	bool		 withheld;
	const char	*name;
	const char	*what;		/* for docs/leaves.md */
};

#define EVENT_FIELDS_MAX	40
#define EVENT_WITHHELD_MAX	12

struct event_info {
	unsigned	 nr;
	enum peer	 from;		/* who sends it, or PEER_LEDGERD */
	const char	*type;		/* CloudEvents `type' */
	const char	*when;		/* for docs/leaves.md */
	struct event_field	 fields[EVENT_FIELDS_MAX];	/* name NULL ends */
};

/* A number, and whether it was set: `.wall_ms = event_u64(n)'. */
struct event_u64 {
	bool		is_set;
	uint64_t	n;
};

static inline struct event_u64
event_u64(uint64_t n)
{
	return (struct event_u64){ true, n };
}

/* Texts; encoded by event_put_NAME(). */
struct event_list {
	size_t		 n;
	const char *const *text;	/* NULL: not set */
};

#define FIELD(kind, name, what)		EVENT_FIELD_##kind(name)
#define WITHHELD(kind, name, what)	EVENT_FIELD_##kind(name)
#define EVENT_FIELD_STR(name)	const char *name;
#define EVENT_FIELD_HEX(name)	const unsigned char *name;
#define EVENT_FIELD_U64(name)	struct event_u64 name;
#define EVENT_FIELD_LIST(name)	struct event_list name;
#define EVENT(NAME, name, nr, from, type, when, fields)				\
	struct event_##name { fields };
#include "event.def"
#undef EVENT
#undef EVENT_FIELD_STR
#undef EVENT_FIELD_HEX
#undef EVENT_FIELD_U64
#undef EVENT_FIELD_LIST
#undef WITHHELD
#undef FIELD

/*
 * Appends the fields in the row's order.  Exits 101 when one was not set; the
 * put has EMSGSIZE when they do not fit.
 */
#define EVENT(NAME, name, nr, from, type, when, fields)				\
	void	event_put_##name(struct put *, const struct event_##name *);
#include "event.def"
#undef EVENT

/* The row for a number, or NULL. */
const struct event_info	*event_info(unsigned nr);
/* The row of a leaf's `type', which need not end in a NUL, or NULL. */
const struct event_info	*event_find(const char *type, size_t len);

/* The row's withheld fields, of which there are at most EVENT_WITHHELD_MAX. */
size_t	event_withheld(const struct event_info *);

/*
 * Appends to `out' the JSON members of the event whose encoded fields `g'
 * holds: "name":value,...  without braces, the row's fields in its order.  Of
 * withheld ones there are only the digests of their disclosures, in "_sd", the
 * last member; `salts' has DISCLOSURE_SALT random bytes for each, and what
 * discloses them is appended to `kept': for each the salt and the value's JSON
 * as a string.
 *
 * Text that is not UTF-8 is -1, EBADMSG; so are fields left over or missing.
 * -1 with EMSGSIZE when it does not fit.
 */
int	event_format(const struct event_info *, struct get *g,
	    const unsigned char *salts, struct put *out, struct put *kept);

#endif
