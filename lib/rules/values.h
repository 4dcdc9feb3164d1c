/*
 * Values of requests, made in an arena.  The first failure stays in the
 * maker: its user makes everything and looks once, at the end.
 */
#ifndef MAKE_H
#define MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/data/value.h"
#include "lib/msg/msg.h"

struct maker {
	struct arena	*arena;
	bool		 failed;	/* no memory */
};

struct named {
	const char	*name;
	struct value	 value;
};

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

const struct str	*make_str(struct maker *, const char *);
const struct uid	*make_uid(struct maker *, const char *type,
			    const char *id);
/* No name twice. */
const struct record	*make_record(struct maker *, const struct named *,
			    uint32_t n);

struct value	make_text(struct maker *, const char *);
struct value	make_hex(struct maker *, const unsigned char[DIGEST_LEN]);
struct value	make_user(struct maker *, const char *name);
struct value	make_record_value(struct maker *, const struct named *,
		    uint32_t n);
/* At most INT64_MAX. */
struct value	make_long(uint64_t);
/* Of unix seconds. */
struct value	make_time(uint64_t);

#endif
