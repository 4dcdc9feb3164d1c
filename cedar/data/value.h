/*
 * Values.  All are immutable and live in an arena or in a decision's scratch;
 * a struct value is two words and is copied freely.
 *
 * Sets are sorted by value_compare() and have no duplicates; records are
 * sorted by key.  So comparing two is one walk over both.
 */
#ifndef CEDAR_DATA_VALUE_H
#define CEDAR_DATA_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cedar/cedar.h"
#include "lib/doc/arena.h"
#include "lib/doc/str.h"
#include "uid.h"

/*
 * Depth of a value that an expression makes: the expression's own depth
 * around a value that was read.
 */
#define VALUE_DEPTH_MAX	(2 * CEDAR_DEPTH_MAX)

enum value_kind {
	VALUE_BOOL, VALUE_LONG, VALUE_STRING, VALUE_ENTITY, VALUE_SET,
	VALUE_RECORD, VALUE_DECIMAL, VALUE_IP, VALUE_DATETIME, VALUE_DURATION,
};
#define VALUE_KINDS	(VALUE_DURATION + 1)

struct value {
	enum value_kind		 kind;
	union {
		bool			 b;
		/*
		 * Long; decimal in ten-thousandths; datetime in milliseconds
		 * since 1970-01-01T00:00:00Z; duration in milliseconds.
		 */
		int64_t			 n;
		const struct str	*str;
		const struct uid	*uid;
		const struct set	*set;
		const struct record	*record;
		const struct ip		*ip;
	};
};

struct set {
	uint32_t	n;
	struct value	items[];
};

struct record_field {
	const struct str	*name;
	struct value		 value;
};

struct record {
	uint32_t	n;
	struct record_field	fields[];
};

/* An address or a network; host bits as written. */
struct ip {
	uint8_t	addr[16];	/* network order; IPv4 in the first 4 */
	uint8_t	prefix;
	bool	v6;
};

/*
 * A total order: by kind, then by content (strings by length, then bytes).
 * Walks nested values with a stack of VALUE_DEPTH_MAX levels, so values must
 * not be deeper.
 */
int		 value_compare(struct value, struct value);
bool		 value_equal(struct value, struct value);

/* Sorts the items and drops duplicates, in place.  Returns the new count. */
uint32_t	 value_set_sort(struct value *, uint32_t n);
bool		 value_set_has(const struct set *, struct value);
/*
 * Sorts fields by name.  Returns -1 on a duplicate name, with its index in the
 * sorted array in *twice.
 */
int value_record_sort(struct record_field *, uint32_t n, uint32_t *twice);
/* NULL when there is none. */
const struct value *value_record_get(const struct record *, const struct str *);

/*
 * Levels of nesting: 1 for a scalar, 2 for a set of scalars.  Returns at most
 * CEDAR_DEPTH_MAX + 1.
 */
unsigned	 value_depth(struct value);

/* "long", "set", "decimal": the name in Cedar's documents. */
const char	*value_kind_name(enum value_kind);

#endif
