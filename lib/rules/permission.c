#include "permission.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "values.h"

static const struct {
	const char	*action, *type;
} kinds[ASK_KINDS] = {
	[ASK_RUN] = { "run", "Manifest" },
	[ASK_USE] = { "use", "Capability" },
	[ASK_EXCEED] = { "exceed", "Limit" },
	[ASK_LEASE] = { "lease", "Secret" },
};

static struct ask *
add(struct ask *asks, size_t *n, enum ask_kind kind, const char *what)
{
	struct ask *a = &asks[(*n)++];

	memset(a, 0, sizeof(*a));
	a->kind = kind;
	snprintf(a->what, sizeof(a->what), "%s", what);
	return a;
}

static void
add_limits(const struct limits *l, struct ask *asks, size_t *n)
{
	for (int i = 0; i < LIMIT_COUNT; i++) {
		const struct limit_info *info = limit_info((enum limit)i);
		uint64_t asked = limit_value(l, (enum limit)i);
		struct ask *a;

		if (asked <= info->usual)
			continue;
		a = add(asks, n, ASK_EXCEED, info->name);
		a->asked = asked;
		a->fallback = info->usual;
	}
}

size_t
asks_of(const struct manifest *m, struct ask asks[ASKS_MAX])
{
	size_t n = 0;

	add(asks, &n, ASK_RUN, m->name);
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		if (capability_has(m->capabilities, (enum capability)c))
			add(asks, &n, ASK_USE,
			    capability_word((enum capability)c));
	add_limits(&m->limits, asks, &n);
	for (size_t i = 0; i < m->nsecrets; i++)
		add(asks, &n, ASK_LEASE, m->secrets[i]);
	return n;
}

static struct value
named_digest(struct maker *m, const char *name,
    const unsigned char sha256[DIGEST_LEN])
{
	const struct named list[] = {
		{ "name", make_text(m, name) },
		{ "sha256", make_hex(m, sha256) },
	};

	return make_record_value(m, list, COUNT(list));
}

static struct value
limits_value(struct maker *m, const struct limits *l)
{
	struct named list[LIMIT_COUNT];

	for (int i = 0; i < LIMIT_COUNT; i++)
		list[i] = (struct named){ limit_info((enum limit)i)->name,
		    make_long(limit_value(l, (enum limit)i)) };
	return make_record_value(m, list, LIMIT_COUNT);
}

static const struct record *
command_context(struct maker *m, const struct who *w, const struct manifest *f,
    const struct scene *s)
{
	const struct named list[] = {
		{ "now", make_time(s->now) },
		{ "boot", make_text(m, s->boot) },
		{ "author", make_user(m, w->author) },
		{ "submitter", make_user(m, w->submitter) },
		{ "manifest", named_digest(m, f->name, w->manifest_sha256) },
		{ "class", make_text(m, f->class) },
		{ "profile", make_text(m, f->profile) },
		{ "limits", limits_value(m, &f->limits) },
		/* Last: the one that may be missing. */
		{ "runtime", named_digest(m, f->runtime, s->runtime_sha256) },
	};

	return make_record(m, list, COUNT(list) - (f->runtime[0] == '\0'));
}

int
ask_request(const struct ask *a, const struct who *w, const struct manifest *f,
    const struct scene *s, struct arena *arena, struct authz_request *r)
{
	struct maker m = { arena, false };

	r->principal = make_uid(&m, "User", w->submitter);
	r->action = make_uid(&m, "Action", kinds[a->kind].action);
	r->resource = make_uid(&m, kinds[a->kind].type, a->what);
	r->context = command_context(&m, w, f, s);
	r->own = NULL;
	if (!m.failed)
		return 0;
	errno = ENOMEM;
	return -1;
}

const char *
ask_action(enum ask_kind kind)
{
	return kinds[kind].action;
}

const char *
ask_format(const struct ask *a, char dst[ASK_TEXT_MAX])
{
	if (a->kind == ASK_EXCEED)
		snprintf(dst, ASK_TEXT_MAX, "exceed %s (%" PRIu64 "; %" PRIu64
		    " needs no rule)", a->what, a->asked, a->fallback);
	else
		snprintf(dst, ASK_TEXT_MAX, "%s %s", ask_action(a->kind),
		    a->what);
	return dst;
}
