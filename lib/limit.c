#include "limit.h"

#include <stdio.h>
#include <string.h>

static const struct limit_info infos[LIMIT_COUNT] = {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	[LIMIT_##id] = { name, unit, least, most, usual, what },
#include "limit.def"
#undef LIMIT
};

#define LIMIT(id, name, member, unit, least, most, usual, what) \
_Static_assert((least) >= 1 && (least) <= (usual) && (usual) <= (most), name); \
_Static_assert(sizeof(LIMIT_VARIABLE name) <= LIMIT_VARIABLE_MAX, name);
#include "limit.def"
#undef LIMIT

_Static_assert(0
#define LIMIT(id, name, member, unit, least, most, usual, what)	+ sizeof(name)
#include "limit.def"
#undef LIMIT
    <= LIMITS_TEXT_MAX, "all of them at once");

const struct limit_info *
limit_info(enum limit limit)
{
	return &infos[limit];
}

uint64_t
limit_value(const struct limits *l, enum limit limit)
{
	const uint64_t values[LIMIT_COUNT] = {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
		[LIMIT_##id] = l->member,
#include "limit.def"
#undef LIMIT
	};

	return values[limit] / infos[limit].unit;
}

void
limit_set(struct limits *l, enum limit limit, uint64_t n)
{
	n *= infos[limit].unit;
	switch (limit) {
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	case LIMIT_##id: l->member = n; break;
#include "limit.def"
#undef LIMIT
	case LIMIT_COUNT: break;
	}
}

char *
limit_variable(enum limit limit, char name[LIMIT_VARIABLE_MAX])
{
	const char *from = infos[limit].name;
	size_t n = sizeof(LIMIT_VARIABLE) - 1;

	memcpy(name, LIMIT_VARIABLE, n);
	for (; *from != '\0'; from++)
		name[n++] = *from == '_' ? '_' : (char)(*from - 'a' + 'A');
	name[n] = '\0';
	return name;
}

const char *
limits_format(uint32_t set, char dst[LIMITS_TEXT_MAX])
{
	size_t len = 0;

	dst[0] = '\0';
	for (int i = 0; i < LIMIT_COUNT; i++)
		if (set >> i & 1)
			len += (size_t)snprintf(dst + len,
			    LIMITS_TEXT_MAX - len, "%s%s", len == 0 ? "" : ",",
			    infos[i].name);
	return dst;
}

void
limits_init(struct limits *l)
{
	for (int i = 0; i < LIMIT_COUNT; i++)
		limit_set(l, (enum limit)i, infos[i].usual);
}

void
limits_put(struct put *p, const struct limits *l)
{
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	put_u64(p, l->member);
#include "limit.def"
#undef LIMIT
}

void
limits_get(struct get *g, struct limits *l)
{
#define LIMIT(id, name, member, unit, least, most, usual, what) \
	l->member = get_u64(g);
#include "limit.def"
#undef LIMIT
}
