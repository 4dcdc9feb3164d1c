#include "values.h"

#include <stdio.h>
#include <string.h>

const struct str *
make_str(struct maker *m, const char *text)
{
	const struct str *s = str_new(m->arena, text, strlen(text));

	m->failed |= s == NULL;
	return s;
}

const struct uid *
make_uid(struct maker *m, const char *type, const char *id)
{
	const struct str *t = make_str(m, type), *i = make_str(m, id);
	const struct uid *uid = m->failed ? NULL : uid_new(m->arena, t, i);

	m->failed |= uid == NULL;
	return uid;
}

const struct record *
make_record(struct maker *m, const struct named *list, uint32_t n)
{
	struct record *r = arena_alloc(m->arena, 1,
	    sizeof(*r) + n * sizeof(r->fields[0]));
	uint32_t twice;

	m->failed |= r == NULL;
	if (m->failed)
		return NULL;
	r->n = n;
	for (uint32_t i = 0; i < n; i++) {
		r->fields[i].name = make_str(m, list[i].name);
		r->fields[i].value = list[i].value;
	}
	if (!m->failed)
		value_record_sort(r->fields, n, &twice);
	return r;
}

struct value
make_text(struct maker *m, const char *text)
{
	return (struct value){ VALUE_STRING, { .str = make_str(m, text) } };
}

struct value
make_hex(struct maker *m, const unsigned char digest[DIGEST_LEN])
{
	char hex[2 * DIGEST_LEN + 1];

	for (size_t i = 0; i < DIGEST_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return make_text(m, hex);
}

struct value
make_user(struct maker *m, const char *name)
{
	return (struct value){ VALUE_ENTITY,
	    { .uid = make_uid(m, "User", name) } };
}

struct value
make_record_value(struct maker *m, const struct named *list, uint32_t n)
{
	return (struct value){ VALUE_RECORD,
	    { .record = make_record(m, list, n) } };
}

struct value
make_long(uint64_t n)
{
	return (struct value){ VALUE_LONG,
	    { .n = n > INT64_MAX ? INT64_MAX : (int64_t)n } };
}

struct value
make_time(uint64_t seconds)
{
	const uint64_t last = INT64_MAX / 1000;

	return (struct value){ VALUE_DATETIME,
	    { .n = (int64_t)(seconds > last ? last : seconds) * 1000 } };
}
