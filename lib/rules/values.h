/*
 * Values of requests, made in an arena.  After a failure `failed' stays set, so
 * that a caller makes everything and checks once, at the end.
 */
#ifndef RULES_VALUES_H
#define RULES_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/data/value.h"
#include "lib/msg/msg.h"

struct values {
	struct arena	*arena;
	bool		 failed;	/* out of memory */
};

struct values_field {
	const char	*name;
	struct value	 value;
};

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

const struct str	*values_str(struct values *, const char *);
const struct uid	*values_uid(struct values *, const char *type,
			    const char *id);
/* Each name is there once. */
const struct record	*values_record(struct values *,
			    const struct values_field *, uint32_t n);

struct value	values_text(struct values *, const char *);
struct value	values_hex(struct values *, const unsigned char[DIGEST_LEN]);
struct value	values_user(struct values *, const char *name);
struct value	values_record_value(struct values *,
		    const struct values_field *, uint32_t n);
/* A larger number becomes INT64_MAX. */
struct value	values_long(uint64_t);
/* Of unix seconds. */
struct value	values_time(uint64_t);

#endif
