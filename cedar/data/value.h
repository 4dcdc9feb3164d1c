/*
 * Values.  All are immutable once made and live in somebody's arena or in a
 * decision's scratch; a value is two words and is copied freely.
 *
 * Strings are compared by hash, length and bytes, so that policies, entities
 * and requests need no common table.  Sets are sorted by value_compare() and
 * hold nothing twice; records are sorted by key: equality is then a walk.
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
 * How deep a value may be that an expression makes: the expression's own
 * depth around a value that was read.
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

/* An address or a network; host bits as they were written. */
struct ip {
	uint8_t	addr[16];	/* network order; IPv4 in the first 4 */
	uint8_t	prefix;
	bool	v6;
};

/*
 * A total order: by kind, then by content (strings by length, then bytes).
 * Walks nested values with an explicit stack of VALUE_DEPTH_MAX levels: what
 * is read is at most CEDAR_DEPTH_MAX deep, its reader sees to that.
 */
int		 value_compare(struct value, struct value);
bool		 value_equal(struct value, struct value);

/*
 * Sorts the items and drops those that are there twice, in place; answers how
 * many are left.
 */
uint32_t	 value_set_sort(struct value *, uint32_t n);
bool		 value_set_has(const struct set *, struct value);
/*
 * Sorts fields by name.  -1 when a name is there twice, with its index in the
 * sorted array in *twice.
 */
int value_record_sort(struct record_field *, uint32_t n, uint32_t *twice);
/* NULL when there is none. */
const struct value *value_record_get(const struct record *, const struct str *);

/*
 * Nesting: a scalar has 1, a set of scalars 2.  Answers at most
 * CEDAR_DEPTH_MAX + 1.
 */
unsigned	 value_depth(struct value);

/* "long", "set", "decimal": as Cedar's documents call the type. */
const char	*value_kind_name(enum value_kind);

#endif
