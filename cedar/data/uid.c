#include "uid.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/doc/error.h"

const struct uid *
uid_new(struct arena *a, const struct str *type, const struct str *id)
{
	struct uid *u = arena_alloc(a, 1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->type = type;
	u->id = id;
	u->hash = (type->hash * 31 + id->hash) * 0x9e3779b1u;
	u->hash ^= u->hash >> 15;
	return u;
}

bool
uid_equal(const struct uid *a, const struct uid *b)
{
	return a == b || (a->hash == b->hash && str_equal(a->id, b->id) &&
	    str_equal(a->type, b->type));
}

int
uid_compare(const struct uid *a, const struct uid *b)
{
	int c = str_compare(a->type, b->type);

	return c != 0 ? c : str_compare(a->id, b->id);
}

int
uid_compare_hash(const struct uid *a, const struct uid *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return uid_compare(a, b);
}

static int
compare_pointers(const void *a, const void *b)
{
	return uid_compare_hash(*(const struct uid *const *)a,
	    *(const struct uid *const *)b);
}

uint32_t
uid_sort(const struct uid **uids, uint32_t n)
{
	uint32_t kept = 0;

	if (n < 2)
		return n;
	qsort(uids, n, sizeof(*uids), compare_pointers);
	for (uint32_t i = 1; i < n; i++)
		if (!uid_equal(uids[kept], uids[i]))
			uids[++kept] = uids[i];
	return kept + 1;
}

const char *
uid_quote(char dst[UID_QUOTE_MAX], const struct uid *u)
{
	char type[QUOTE_MAX], id[QUOTE_MAX];

	snprintf(dst, UID_QUOTE_MAX, "%s::\"%s\"",
	    doc_quote(type, u->type->bytes, u->type->len),
	    doc_quote(id, u->id->bytes, u->id->len));
	return dst;
}
