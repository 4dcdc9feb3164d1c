#include "event.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/disclosure.h"
#include "lib/doc/json.h"
#include "lib/log.h"
#include "msg.h"

#define FIELD(kind, name, what)		{ FIELD_##kind, false, #name, what },
#define WITHHELD(kind, name, what)	{ FIELD_##kind, true, #name, what },
static const struct event_info table[] = {
#define EVENT(NAME, name, nr, from, type, when, fields)	\
	{ nr, PEER_##from, type, when, { fields } },
#include "event.def"
#undef EVENT
};
#undef WITHHELD
#undef FIELD

const struct event_info *
event_info(unsigned nr)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].nr == nr)
			return &table[i];
	return NULL;
}

const struct event_info *
event_find(const char *type, size_t len)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strlen(table[i].type) == len &&
		    memcmp(table[i].type, type, len) == 0)
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

static void
put_list(struct put *p, struct event_list list, const char *event,
    const char *field)
{
	size_t len = 0;

	check_set(list.text != NULL, event, field);
	for (size_t i = 0; i < list.n; i++)
		len += 4 + strlen(list.text[i]);
	put_u32(p, (uint32_t)len);
	for (size_t i = 0; i < list.n; i++)
		put_cstr(p, list.text[i]);
}

#define FIELD(kind, name, what)		PUT_##kind(p, e->name, event, #name);
#define WITHHELD(kind, name, what)	PUT_##kind(p, e->name, event, #name);
#define PUT_STR			put_str
#define PUT_HEX			put_hex
#define PUT_U64			put_number
#define PUT_LIST		put_list
#define EVENT(NAME, name, nr, from, type, when, fields)				\
void									\
event_put_##name(struct put *p, const struct event_##name *e)		\
{									\
	static const char event[] = type;				\
									\
	fields								\
}
#include "event.def"
#undef EVENT
#undef WITHHELD
#undef FIELD

size_t
event_withheld(const struct event_info *info)
{
	size_t n = 0;

	for (const struct event_field *f = info->fields; f->name != NULL; f++)
		n += f->withheld;
	return n;
}

static void
format_text(struct get *g, struct put *out)
{
	size_t len;
	const void *text = get_string(g, &len, EVENT_MAX);

	if (json_put_string(out, text, len) == -1 && g->err == 0)
		g->err = EBADMSG;
}

static void
format_list(struct get *g, struct put *out)
{
	const char *before = "[";
	struct get list;
	size_t len;
	const void *texts = get_string(g, &len, EVENT_MAX);

	get_init(&list, texts, len);
	do {
		put_raw(out, before, 1);
		if (list.left != 0)
			format_text(&list, out);
		before = ",";
	} while (list.left != 0 && list.err == 0);
	put_raw(out, "]", 1);
	if (list.err != 0)
		g->err = list.err;
}

static void
format_field(const struct event_field *f, struct get *g, struct put *out)
{
	unsigned char digest[DIGEST_LEN];

	switch (f->kind) {
	case FIELD_STR:
		format_text(g, out);
		return;
	case FIELD_LIST:
		format_list(g, out);
		return;
	case FIELD_HEX:
		get_fixed(g, digest, sizeof(digest));
		json_put_hex(out, digest, sizeof(digest));
		return;
	case FIELD_U64:
		put_decimal(out, get_u64(g), 1);
		return;
	}
}

/* Keeps what discloses the field, and puts its digest. */
static void
withhold(const struct event_field *f, struct get *g, const unsigned char *salt,
    char digest[DISCLOSURE_DIGEST + 1], struct put *kept)
{
	static unsigned char json[JSON_ESCAPED_MAX(EVENT_MAX)];
	struct put value;

	put_init(&value, json, sizeof(json));
	format_field(f, g, &value);
	if (value.err != 0)
		kept->err = value.err;
	put_raw(kept, salt, DISCLOSURE_SALT);
	put_string(kept, value.base, value.len);
	disclosure_digest(salt, f->name, value.base, value.len, digest);
}

static void
put_member(struct put *out, bool first, const char *name)
{
	if (!first)
		put_raw(out, ",", 1);
	json_put_key(out, name);
}

/* "_sd":["...",...] */
static void
put_digests(struct put *out, bool first,
    char digests[][DISCLOSURE_DIGEST + 1], size_t n)
{
	if (n == 0)
		return;
	put_member(out, first, "_sd");
	for (size_t i = 0; i < n; i++) {
		put_raw(out, i == 0 ? "[" : ",", 1);
		json_put_string(out, digests[i], DISCLOSURE_DIGEST);
	}
	put_raw(out, "]", 1);
}

int
event_format(const struct event_info *info, struct get *g,
    const unsigned char *salts, struct put *out, struct put *kept)
{
	char digests[EVENT_WITHHELD_MAX][DISCLOSURE_DIGEST + 1];
	const struct event_field *f;
	bool first = true;
	size_t n = 0;

	for (f = info->fields; f->name != NULL; f++) {
		if (f->withheld) {
			withhold(f, g, salts + n * DISCLOSURE_SALT,
			    digests[n], kept);
			n++;
			continue;
		}
		put_member(out, first, f->name);
		format_field(f, g, out);
		first = false;
	}
	put_digests(out, first, digests, n);
	if (get_end(g) == -1)
		return -1;
	if (out->err != 0 || kept->err != 0) {
		errno = out->err != 0 ? out->err : kept->err;
		return -1;
	}
	return 0;
}
