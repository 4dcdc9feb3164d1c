#include "permission.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "values.h"

static const struct {
	const char	*action, *type;
} kinds[PERMISSION_KINDS] = {
	[PERMISSION_RUN] = { "run", "Manifest" },
	[PERMISSION_USE] = { "use", "Capability" },
	[PERMISSION_EXCEED] = { "exceed", "Limit" },
	[PERMISSION_LEASE] = { "lease", "Secret" },
};

static struct permission *
add(struct permission *list, size_t *n, enum permission_kind kind,
    const char *resource)
{
	struct permission *p = &list[(*n)++];

	memset(p, 0, sizeof(*p));
	p->kind = kind;
	snprintf(p->resource, sizeof(p->resource), "%s", resource);
	return p;
}

static void
add_limits(const struct limits *l, struct permission *list, size_t *n)
{
	for (int i = 0; i < LIMIT_COUNT; i++) {
		const struct limit_info *info = limit_info((enum limit)i);
		uint64_t wanted = limit_value(l, (enum limit)i);
		struct permission *p;

		if (wanted <= info->usual)
			continue;
		p = add(list, n, PERMISSION_EXCEED, info->name);
		p->wanted = wanted;
		p->usual = info->usual;
	}
}

size_t
permission_list(const struct manifest *m,
    struct permission list[PERMISSIONS_MAX])
{
	size_t n = 0;

	add(list, &n, PERMISSION_RUN, m->name);
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		if (capability_has(m->capabilities, (enum capability)c))
			add(list, &n, PERMISSION_USE,
			    capability_word((enum capability)c));
	add_limits(&m->limits, list, &n);
	for (size_t i = 0; i < m->nsecrets; i++)
		add(list, &n, PERMISSION_LEASE, m->secrets[i])->index = i;
	return n;
}

static struct value
named_digest(struct values *v, const char *name,
    const unsigned char sha256[DIGEST_LEN])
{
	const struct values_field list[] = {
		{ "name", values_text(v, name) },
		{ "sha256", values_hex(v, sha256) },
	};

	return values_record_value(v, list, COUNT(list));
}

static struct value
limits_record(struct values *v, const struct limits *l)
{
	struct values_field list[LIMIT_COUNT];

	for (int i = 0; i < LIMIT_COUNT; i++) {
		list[i].name = limit_info((enum limit)i)->name;
		list[i].value = values_long(limit_value(l, (enum limit)i));
	}
	return values_record_value(v, list, LIMIT_COUNT);
}

static const struct record *
command_context(struct values *v, const struct who *who,
    const struct manifest *m, const struct rules_context *c)
{
	const struct values_field list[] = {
		{ "now", values_time(c->now) },
		{ "boot", values_text(v, c->boot) },
		{ "author", values_user(v, who->author) },
		{ "submitter", values_user(v, who->submitter) },
		{ "manifest", named_digest(v, m->name, who->manifest_sha256) },
		{ "class", values_text(v, m->class) },
		{ "profile", values_text(v, m->profile) },
		{ "limits", limits_record(v, &m->limits) },
		/* Last: the one that may be missing. */
		{ "runtime", named_digest(v, m->runtime, c->runtime_sha256) },
	};

	return values_record(v, list, COUNT(list) - (m->runtime[0] == '\0'));
}

int
permission_request(const struct permission *p, const struct who *who,
    const struct manifest *m, const struct rules_context *c,
    struct arena *arena, struct authz_request *r)
{
	struct values v = { arena, false };

	r->principal = values_uid(&v, "User", who->submitter);
	r->action = values_uid(&v, "Action", kinds[p->kind].action);
	r->resource = values_uid(&v, kinds[p->kind].type, p->resource);
	r->context = command_context(&v, who, m, c);
	r->own = NULL;
	if (!v.failed)
		return 0;
	errno = ENOMEM;
	return -1;
}

const char *
permission_action(enum permission_kind kind)
{
	return kinds[kind].action;
}

const char *
permission_format(const struct permission *p, char dst[PERMISSION_TEXT_MAX])
{
	if (p->kind == PERMISSION_EXCEED)
		snprintf(dst, PERMISSION_TEXT_MAX, "exceed %s (%" PRIu64 "; %"
		    PRIu64 " needs no rule)", p->resource, p->wanted,
		    p->usual);
	else
		snprintf(dst, PERMISSION_TEXT_MAX, "%s %s",
		    permission_action(p->kind), p->resource);
	return dst;
}

const char *
permission_format_public(const struct permission *p,
    char dst[PERMISSION_TEXT_MAX])
{
	if (p->kind != PERMISSION_LEASE)
		return permission_format(p, dst);
	snprintf(dst, PERMISSION_TEXT_MAX, "%s the manifest's secrets[%zu]",
	    permission_action(p->kind), p->index);
	return dst;
}
