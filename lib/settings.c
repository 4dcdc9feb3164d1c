#include "settings.h"

#include <stdio.h>
#include <string.h>

#include "lib/doc/fields.h"
#include "name.h"

#define NODES_MAX	256	/* all settings together have 38 values */

static void
set_name(struct settings *s, const char *name)
{
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->key_name, sizeof(s->key_name), SETTINGS_KEY_PREFIX "%s",
	    s->name);
}

void
settings_init(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	set_name(s, "casemate");
	s->heartbeat_s = SETTINGS_HEARTBEAT_S;
	shares_init(&s->shares);
}

static int
read_version(const struct fields_value *v, void *ctx)
{
	uint64_t version;

	(void)ctx;
	return fields_uint(v, 1, 1, &version);
}

static int
read_name(const struct fields_value *v, void *ctx)
{
	char name[NAME_MAX_LEN + 1];

	if (fields_copy(v, name, sizeof(name)) == -1)
		return -1;
	if (name_check(name) == -1)
		return fields_error_value(v, "a name", NAME_ADVICE);
	set_name(ctx, name);
	return 0;
}

static int
read_data(const struct fields_value *v, void *ctx)
{
	struct settings *s = ctx;
	char word[16];

	if (fields_copy(v, word, sizeof(word)) == -1)
		return -1;
	s->data_required = strcmp(word, "required") == 0;
	if (!s->data_required && strcmp(word, "optional") != 0)
		return fields_error(v, "`data' is neither required nor "
		    "optional; write one of the two");
	return 0;
}

static int
read_heartbeat(const struct fields_value *v, void *ctx)
{
	struct settings *s = ctx;
	uint64_t seconds;

	if (fields_uint(v, 0, SETTINGS_HEARTBEAT_MAX_S, &seconds) == -1)
		return -1;
	s->heartbeat_s = (uint32_t)seconds;
	return 0;
}

static int
read_wildcard(const struct fields_value *v, void *ctx)
{
	struct settings *s = ctx;

	if (fields_copy(v, s->wildcards[s->nwildcards],
	    sizeof(s->wildcards[0])) == -1)
		return -1;
	s->nwildcards++;
	return 0;
}

static int
read_wildcards(const struct fields_value *v, void *ctx)
{
	return fields_list(v, SETTINGS_WILDCARDS_MAX, read_wildcard, ctx);
}

static int
read_share(const struct fields_value *v, struct settings *s, enum share share)
{
	const struct share_info *info = share_info(share);

	return fields_uint(v, info->least, info->most,
	    &s->shares.most[share]);
}

#define SHARE(name, setting, least, most, usual, what, todo) \
static int \
read_share_##name(const struct fields_value *v, void *ctx) \
{ \
	return read_share(v, ctx, SHARE_##name); \
}
#include "share.def"
#undef SHARE

static const struct fields_row share_rows[] = {
#define SHARE(name, setting, least, most, usual, what, todo) \
	{ setting, false, read_share_##name, NULL },
#include "share.def"
#undef SHARE
	{ NULL, false, NULL, NULL },
};

static int
read_shares(const struct fields_value *v, void *ctx)
{
	return fields_read(v, share_rows, ctx);
}

static const struct fields_row rows[] = {
	{ "version", true, read_version, NULL },
	{ "name", false, read_name, NULL },
	{ "data", false, read_data, NULL },
	{ "heartbeat_seconds", false, read_heartbeat, NULL },
	{ "wildcards", false, read_wildcards, NULL },
	{ "shares", false, read_shares, share_rows },
	{ NULL, false, NULL, NULL },
};

int
settings_parse(struct settings *s, const char *file, const void *text,
    size_t len, struct doc_error *e)
{
	struct doc doc;
	const struct fields_value root = { &doc, 0, "settings", NULL, e };
	int rc;

	settings_init(s);
	if (doc_read_yaml_text(&doc, file, text, len, SETTINGS_FILE_MAX,
	    NODES_MAX, e) == -1)
		return -1;
	rc = fields_read(&root, rows, s);
	doc_free(&doc);
	return rc;
}
