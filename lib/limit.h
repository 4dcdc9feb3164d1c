/*
 * A job's limits: names, units, ranges and defaults, all from limit.def.
 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdint.h>

#include "wire.h"

enum limit {
#define LIMIT(id, name, member, unit, least, most, usual, what)	LIMIT_##id,
#include "limit.def"
#undef LIMIT
	LIMIT_COUNT
};

struct limit_info {
	const char	*name;			/* a manifest's field */
	uint64_t	 unit, least, most, usual;
	const char	*what;
};

/* The most that a manifest may ask for, in the unit of its name. */
enum {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	LIMIT_##id##_MOST = most,
#include "limit.def"
#undef LIMIT
};

#define LIMIT_LOCKED	(64ul << 10)	/* bytes that each process may lock */

/*
 * cpu_millis, memory_bytes, processes, wall_ms, output_bytes, tmp_bytes,
 * open_files.
 */
struct limits {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	uint64_t	member;
#include "limit.def"
#undef LIMIT
};

const struct limit_info	*limit_info(enum limit);

/* One limit in the unit of its name. */
uint64_t	limit_value(const struct limits *, enum limit);
void		limit_set(struct limits *, enum limit, uint64_t);

/*
 * The variable that tells a job of this limit, such as CASEMATE_CPU_MILLIS.
 * Returns `name'.
 */
#define LIMIT_VARIABLE		"CASEMATE_"	/* no manifest sets these */
#define LIMIT_VARIABLE_MAX	64
char	*limit_variable(enum limit, char name[LIMIT_VARIABLE_MAX]);

/* A set of limits, a bit each: their names with commas between.  Returns dst. */
#define LIMITS_TEXT_MAX		128
const char	*limits_format(uint32_t set, char dst[LIMITS_TEXT_MAX]);

/* The defaults. */
void	limits_init(struct limits *);

#define LIMITS_WIRE_MAX	(8 * LIMIT_COUNT)

void	limits_put(struct put *, const struct limits *);
void	limits_get(struct get *, struct limits *);

#endif
