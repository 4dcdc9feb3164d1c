#include "values.h"

#include <string.h>

#include "lib/sha256.h"

const struct str *
values_str(struct values *v, const char *text)
{
	const struct str *s = str_new(v->arena, text, strlen(text));

	v->failed |= s == NULL;
	return s;
}

const struct uid *
values_uid(struct values *v, const char *type, const char *id)
{
	const struct str *t = values_str(v, type), *i = values_str(v, id);
	const struct uid *uid = v->failed ? NULL : uid_new(v->arena, t, i);

	v->failed |= uid == NULL;
	return uid;
}

const struct record *
values_record(struct values *v, const struct values_field *list, uint32_t n)
{
	struct record *r = arena_alloc(v->arena, 1,
	    sizeof(*r) + n * sizeof(r->fields[0]));
	uint32_t twice;

	v->failed |= r == NULL;
	if (v->failed)
		return NULL;
	r->n = n;
	for (uint32_t i = 0; i < n; i++) {
		r->fields[i].name = values_str(v, list[i].name);
		r->fields[i].value = list[i].value;
	}
	if (!v->failed)
		value_record_sort(r->fields, n, &twice);
	return r;
}

struct value
values_text(struct values *v, const char *text)
{
	return (struct value){ VALUE_STRING, { .str = values_str(v, text) } };
}

struct value
values_hex(struct values *v, const unsigned char digest[DIGEST_LEN])
{
	char hex[2 * DIGEST_LEN + 1];

	sha256_hex(digest, hex);
	return values_text(v, hex);
}

struct value
values_user(struct values *v, const char *name)
{
	return (struct value){ VALUE_ENTITY,
	    { .uid = values_uid(v, "User", name) } };
}

struct value
values_record_value(struct values *v, const struct values_field *list,
    uint32_t n)
{
	return (struct value){ VALUE_RECORD,
	    { .record = values_record(v, list, n) } };
}

struct value
values_long(uint64_t n)
{
	return (struct value){ VALUE_LONG,
	    { .n = n > INT64_MAX ? INT64_MAX : (int64_t)n } };
}

struct value
values_time(uint64_t seconds)
{
	const uint64_t last = INT64_MAX / 1000;

	return (struct value){ VALUE_DATETIME,
	    { .n = (int64_t)(seconds > last ? last : seconds) * 1000 } };
}
