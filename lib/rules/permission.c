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

/* The limits by the names and in the units of the manifest. */
static const char *const limit_names[ASK_LIMITS] = {
	"cpu_millis", "memory_mib", "processes", "wall_seconds", "output_kib",
	"tmp_mib",
};

static void
limit_values(const struct grant_limits *l, uint64_t values[ASK_LIMITS])
{
	values[0] = l->cpu_millis;
	values[1] = l->memory_bytes >> 20;
	values[2] = l->processes;
	values[3] = l->wall_ms / 1000;
	values[4] = l->output_bytes >> 10;
	values[5] = l->tmp_bytes >> 20;
}

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
add_limits(const struct grant *g, struct ask *asks, size_t *n)
{
	static struct grant fallback;	/* too large for a stack's liking */
	uint64_t asked[ASK_LIMITS], usual[ASK_LIMITS];
	struct ask *a;

	grant_init(&fallback);
	limit_values(&g->limits, asked);
	limit_values(&fallback.limits, usual);
	for (size_t i = 0; i < ASK_LIMITS; i++) {
		if (asked[i] <= usual[i])
			continue;
		a = add(asks, n, ASK_EXCEED, limit_names[i]);
		a->asked = asked[i];
		a->fallback = usual[i];
	}
}

size_t
asks_of(const struct grant *g, struct ask asks[ASKS_MAX])
{
	size_t n = 0;

	add(asks, &n, ASK_RUN, g->name);
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		if (grant_has(g, (enum capability)c))
			add(asks, &n, ASK_USE,
			    capability_word((enum capability)c));
	add_limits(g, asks, &n);
	for (size_t i = 0; i < g->nsecrets; i++)
		add(asks, &n, ASK_LEASE, g->secrets[i]);
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
limits_value(struct maker *m, const struct grant_limits *l)
{
	uint64_t values[ASK_LIMITS];
	struct named list[ASK_LIMITS];

	limit_values(l, values);
	for (size_t i = 0; i < ASK_LIMITS; i++)
		list[i] = (struct named){ limit_names[i],
		    make_long(values[i]) };
	return make_record_value(m, list, ASK_LIMITS);
}

static const struct record *
command_context(struct maker *m, const struct grant *g, const struct scene *s)
{
	const struct named list[] = {
		{ "now", make_time(s->now) },
		{ "boot", make_text(m, s->boot) },
		{ "author", make_user(m, g->author) },
		{ "submitter", make_user(m, g->submitter) },
		{ "manifest", named_digest(m, g->name, g->manifest_sha256) },
		{ "class", make_text(m, g->class) },
		{ "profile", make_text(m, g->profile) },
		{ "limits", limits_value(m, &g->limits) },
		/* Last: the one that may be missing. */
		{ "runtime", named_digest(m, g->runtime, g->runtime_sha256) },
	};

	return make_record(m, list, COUNT(list) - (g->runtime[0] == '\0'));
}

int
ask_request(const struct ask *a, const struct grant *g, const struct scene *s,
    struct arena *arena, struct authz_request *r)
{
	struct maker m = { arena, false };

	r->principal = make_uid(&m, "User", g->submitter);
	r->action = make_uid(&m, "Action", kinds[a->kind].action);
	r->resource = make_uid(&m, kinds[a->kind].type, a->what);
	r->context = command_context(&m, g, s);
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
