/* The fake appliance's leaves: as ledgerd formats them, by the same table. */
#include "fake_appliance.h"

#include <stdlib.h>
#include <string.h>

#include "client/need.h"
#include "lib/disclosure.h"
#include "lib/msg/event.h"

static const struct fake_field *
find(const struct fake_field *f, const char *name)
{
	static const struct fake_field none;

	while (f->name != NULL && strcmp(f->name, name) != 0)
		f++;
	return f->name == NULL ? &none : f;
}

/* A list has one text or none; what is not given is empty or zeros. */
static void
put_field(struct put *p, enum field_kind kind, const struct fake_field *f)
{
	static const unsigned char zeros[DIGEST_LEN];
	const char *text = f->text == NULL ? "" : f->text;

	switch (kind) {
	case FIELD_STR:
		put_cstr(p, text);
		return;
	case FIELD_HEX:
		put_string(p, f->digest == NULL ? zeros : f->digest,
		    DIGEST_LEN);
		return;
	case FIELD_U64:
		put_u64(p, f->number);
		return;
	case FIELD_LIST:
		put_u32(p, f->text == NULL ? 0 : 4 + (uint32_t)strlen(text));
		if (f->text != NULL)
			put_cstr(p, text);
		return;
	}
}

/* What is kept beside a leaf: a salt and a value for each withheld field. */
static void
add_disclosures(struct buf *out, const struct event_info *info,
    const struct put *kept, bool moved)
{
	unsigned char salt[DISCLOSURE_SALT];
	char line[8192];
	struct get g;

	get_init(&g, kept->base, kept->len);
	for (const struct event_field *f = info->fields; f->name != NULL; f++) {
		const void *value;
		struct put p;
		size_t len;

		if (!f->withheld)
			continue;
		memcpy(salt, get_raw(&g, DISCLOSURE_SALT), sizeof(salt));
		salt[0] ^= moved;
		value = get_string(&g, &len, sizeof(line));
		put_init(&p, line, sizeof(line));
		disclosure_put(&p, salt, f->name, value, len);
		put_raw(&p, "\n", 1);
		fake_check(g.err == 0 && p.err == 0, "disclosures");
		buf_add(out, line, p.len);
	}
}

void
fake_leaf_make(struct fake_leaf *l, const struct fake_head *h,
    const struct fake_field *fields)
{
	static const unsigned char zeros[DIGEST_LEN];
	static unsigned char in[EVENT_MAX], out[LEAF_MAX], beside[LEAF_MAX];
	const struct event_info *info = event_find(h->type, strlen(h->type));
	unsigned char salts[EVENT_WITHHELD_MAX * DISCLOSURE_SALT];
	struct put p, data, kept;
	struct get g;

	memset(l, 0, sizeof(*l));
	put_init(&p, in, sizeof(in));
	put_init(&data, out, sizeof(out));
	put_init(&kept, beside, sizeof(beside));
	for (size_t i = 0; i < sizeof(salts); i++)
		salts[i] = (unsigned char)(h->index + i);
	for (const struct event_field *f = info->fields; f->name != NULL; f++)
		put_field(&p, f->kind, find(fields, f->name));
	get_init(&g, p.base, p.len);
	fake_check(p.err == 0 && event_format(info, &g, salts, &data, &kept) ==
	    0, "a leaf");
	l->text = need_printf("{\"specversion\":\"1.0\",\"id\":\"%llu\","
	    "\"source\":\"%s\",\"type\":\"%s\",\"time\":"
	    "\"2026-01-01T00:00:00.000Z\",\"prev\":\"%s\",\"boot\":"
	    "\"6b5f2a52-6c33-4f0c-8a0e-0d3c1f0a7b11\",\"uptime\":\"1.234\","
	    "\"site\":\"%s\",\"data\":{%.*s}}", (unsigned long long)h->index,
	    h->source, h->said == NULL ? h->type : h->said,
	    h->prev == NULL ? fake_hex(zeros) : h->prev,
	    fake_hex(h->site == NULL ? zeros : h->site), (int)data.len,
	    (char *)data.base);
	add_disclosures(&l->disclosures, info, &kept, h->moved);
}

void
fake_leaf_free(struct fake_leaf *l)
{
	free(l->text);
	buf_free(&l->disclosures);
}
