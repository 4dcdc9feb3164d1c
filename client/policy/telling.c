#include "telling.h"

#include <string.h>

#include "client/say.h"
#include "lib/doc/str.h"
#include "say.h"

/* The message without texts in quotes and without digits. */
static uint32_t
kind_of(const char *text)
{
	char kind[DOC_MESSAGE_MAX];
	size_t n = 0;
	char end = '\0';

	for (; *text != '\0' && n < sizeof(kind); text++) {
		if (end != '\0')
			end = *text == end ? '\0' : end;
		else if (*text == '"' || *text == '`')
			end = *text == '"' ? '"' : '\'';
		else if (*text < '0' || *text > '9')
			kind[n++] = *text;
	}
	return str_hash(kind, n);
}

static struct telling_kind *
find_kind(struct telling *t, uint32_t hash)
{
	for (size_t i = 0; i < t->nkinds; i++)
		if (t->kinds[i].hash == hash)
			return &t->kinds[i];
	if (t->nkinds == TELLING_KINDS)
		return NULL;
	t->kinds[t->nkinds].hash = hash;
	return &t->kinds[t->nkinds++];
}

static void
count(struct telling *t, bool warning)
{
	if (warning && !t->strict)
		t->nwarnings++;
	else
		t->nerrors++;
}

static bool
skip(void *ctx, const char *text, bool warning)
{
	struct telling *t = ctx;
	struct telling_kind *k = find_kind(t, kind_of(text));

	if (t->all || k == NULL || k->n < TELLING_SHOWN)
		return false;
	count(t, warning);
	t->nhidden++;
	return true;
}

static void
tell(void *ctx, const struct doc_error *e, bool warning)
{
	struct telling *t = ctx;
	struct telling_kind *k;

	if (skip(t, e->text, warning))
		return;
	if ((k = find_kind(t, kind_of(e->text))) != NULL)
		k->n++;
	count(t, warning);
	policy_say(t->dir, e, warning && !t->strict);
}

void
telling_init(struct telling *t, const char *dir)
{
	memset(t, 0, sizeof(*t));
	t->dir = dir;
	t->report = (struct rules_report){ tell, t, skip };
}

void
telling_end(const struct telling *t)
{
	if (t->nhidden > 0)
		say("%zu more findings like these; `casemate policy check "
		    "--all %s' shows each", t->nhidden,
		    t->dir == NULL ? "DIR" : t->dir);
}
