#include "event.h"

#include <errno.h>
#include <stdio.h>

#include "lib/doc/json.h"
#include "lib/log.h"
#include "msg.h"

#define FIELD(kind, name)	{ FIELD_##kind, #name },
static const struct event_info table[] = {
#define EVENT(NAME, name, nr, type, fields)	{ nr, type, { fields } },
#include "event.def"
#undef EVENT
};
#undef FIELD

const struct event_info *
event_info(unsigned nr)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].nr == nr)
			return &table[i];
	return NULL;
}

static void
check_set(bool is_set, const char *event, const char *field)
{
	if (!is_set)
		die(EXIT_BUG, "%s lacks its %s", event, field);
}

static void
put_str(struct put *p, const char *text, const char *event, const char *field)
{
	check_set(text != NULL, event, field);
	put_cstr(p, text);
}

static void
put_hex(struct put *p, const unsigned char *digest, const char *event,
    const char *field)
{
	check_set(digest != NULL, event, field);
	put_string(p, digest, DIGEST_LEN);
}

static void
put_number(struct put *p, struct event_u64 number, const char *event,
    const char *field)
{
	check_set(number.is_set, event, field);
	put_u64(p, number.n);
}

#define FIELD(kind, name)	PUT_##kind(p, e->name, event, #name);
#define PUT_STR			put_str
#define PUT_HEX			put_hex
#define PUT_U64			put_number
#define EVENT(NAME, name, nr, type, fields)				\
void									\
event_put_##name(struct put *p, const struct event_##name *e)		\
{									\
	static const char event[] = type;				\
									\
	fields								\
}
#include "event.def"
#undef EVENT
#undef FIELD

static void
format_field(const struct event_field *f, struct get *g, struct put *out)
{
	unsigned char digest[DIGEST_LEN];
	const void *text;
	char number[24];
	size_t len;
	int n;

	switch (f->kind) {
	case FIELD_STR:
		text = get_string(g, &len, EVENT_MAX);
		if (json_put_string(out, text, len) == -1 && g->err == 0)
			g->err = EBADMSG;
		return;
	case FIELD_HEX:
		get_fixed(g, digest, sizeof(digest));
		json_put_hex(out, digest, sizeof(digest));
		return;
	case FIELD_U64:
		n = snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)get_u64(g));
		put_raw(out, number, (size_t)n);
		return;
	}
}

int
event_format(const struct event_info *info, struct get *g, struct put *out)
{
	const struct event_field *f;

	for (f = info->fields; f->name != NULL; f++) {
		if (f != info->fields)
			put_raw(out, ",", 1);
		json_put_key(out, f->name);
		format_field(f, g, out);
	}
	if (get_end(g) == -1)
		return -1;
	if (out->err != 0) {
		errno = out->err;
		return -1;
	}
	return 0;
}
