#include "naming.h"

#include <stdio.h>

#include "cedar/format/format.h"
#include "lib/doc/suggest.h"

const char *
naming_uid(const struct uid *uid, char dst[NAMING_MAX])
{
	struct put p;

	put_init(&p, dst, NAMING_MAX - 4);
	format_uid(&p, uid);
	snprintf(dst + p.len, 4, "%s", p.err != 0 ? "..." : "");
	return dst;
}

const char *
naming_near(const struct entities *people, const struct uid *uid,
    char dst[NAMING_HINT_MAX])
{
	char shown[NAMING_MAX];
	struct suggest s;

	suggest_init(&s, uid->id->bytes, uid->id->len);
	for (uint32_t i = 0; i < people->n; i++) {
		const struct uid *u = people->items[i].uid;

		if (str_equal(u->type, uid->type))
			suggest_try(&s, u->id->bytes, u->id->len, u);
	}
	dst[0] = '\0';
	if (s.item != NULL)
		snprintf(dst, NAMING_HINT_MAX, "did you mean %s? ",
		    naming_uid(s.item, shown));
	return dst;
}
