#include "settings.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "name.h"

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
	shares_init(&s->shares);
}

static int
read_version(struct conf *c, void *ctx)
{
	uint64_t version;

	(void)ctx;
	return conf_get_uint(c, 1, 1, &version);
}

static int
read_name(struct conf *c, void *ctx)
{
	char name[NAME_MAX_LEN + 1];

	if (conf_get_text(c, name, sizeof(name)) == -1)
		return -1;
	if (name_check(name) == -1)
		return conf_error(c, "not a name", "use a to z, 0 to 9 and "
		    "-, at most 63, not beginning with -");
	set_name(ctx, name);
	return 0;
}

static int
read_data(struct conf *c, void *ctx)
{
	struct settings *s = ctx;
	char word[16];

	if (conf_get_text(c, word, sizeof(word)) == -1)
		return -1;
	s->data_required = strcmp(word, "required") == 0;
	if (!s->data_required && strcmp(word, "optional") != 0)
		return conf_error(c, "`data' is neither required nor optional",
		    "write one of the two");
	return 0;
}

static int
read_wildcard(struct conf *c, void *ctx)
{
	struct settings *s = ctx;

	if (conf_get_text(c, s->wildcards[s->nwildcards],
	    sizeof(s->wildcards[0])) == -1)
		return -1;
	s->nwildcards++;
	return 0;
}

static int
read_wildcards(struct conf *c, void *ctx)
{
	return conf_read_list(c, SETTINGS_WILDCARDS_MAX, read_wildcard, ctx);
}

static int
read_share(struct conf *c, struct settings *s, enum share share)
{
	const struct share_info *info = share_info(share);

	return conf_get_uint(c, info->least, info->most,
	    &s->shares.most[share]);
}

#define SHARE(name, setting, least, most, usual, what, todo) \
static int \
read_share_##name(struct conf *c, void *ctx) \
{ \
	return read_share(c, ctx, SHARE_##name); \
}
#include "share.def"
#undef SHARE

static const struct conf_field share_fields[] = {
#define SHARE(name, setting, least, most, usual, what, todo) \
	{ setting, false, read_share_##name },
#include "share.def"
#undef SHARE
	{ NULL, false, NULL },
};

static int
read_shares(struct conf *c, void *ctx)
{
	return conf_read_map(c, share_fields, ctx);
}

static const struct conf_field fields[] = {
	{ "version", true, read_version },
	{ "name", false, read_name },
	{ "data", false, read_data },
	{ "wildcards", false, read_wildcards },
	{ "shares", false, read_shares },
	{ NULL, false, NULL },
};

int
settings_parse(struct settings *s, const char *file, const void *text,
    size_t len, struct why *w)
{
	settings_init(s);
	if (len > SETTINGS_FILE_MAX)
		return why_set(w, "%s: %zu bytes; at most %d are read", file,
		    len, SETTINGS_FILE_MAX);
	return conf_read(file, text, len, fields, s, w);
}
