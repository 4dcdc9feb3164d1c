#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char	*word;
	bool		 warning;
} kinds[] = {
#define FINDING(name, word, warning) { word, warning },
	FINDING_KINDS(FINDING)
#undef FINDING
};

const char *
validate_word(enum finding_kind kind)
{
	return kinds[kind].word;
}

void
validate_free(struct findings *f)
{
	free(f->items);
	memset(f, 0, sizeof(*f));
}

void
report_start(struct reporter *r, struct findings *out, const struct policy *p,
    uint32_t index)
{
	r->out = out;
	r->policy = p;
	r->index = index;
	r->first = out->n;
	r->nerrors = 0;
	r->failed = false;
}

/* Names in messages may be any text that JSON can hold. */
static void
make_printable(char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			*s = '?';
}

const char *
report_str(const struct str *s, char dst[SHOWN_MAX])
{
	const bool cut = s->len >= SHOWN_MAX;
	const size_t n = cut ? SHOWN_MAX - 4 : s->len;

	for (size_t i = 0; i < n; i++)
		dst[i] = s->bytes[i] == '\0' ? '?' : s->bytes[i];
	snprintf(dst + n, SHOWN_MAX - n, "%s", cut ? "..." : "");
	make_printable(dst);
	return dst;
}

const char *
report_uid(const struct uid *u, char dst[SHOWN_MAX])
{
	char id[SHOWN_MAX];
	int n = snprintf(dst, SHOWN_MAX, "%s::\"%s\"", u->type->bytes,
	    report_str(u->id, id));

	if (n >= SHOWN_MAX)
		memcpy(dst + SHOWN_MAX - 5, "...\"", 5);
	make_printable(dst);
	return dst;
}

/* Whether this was reported, with or without an environment. */
static bool
is_said(const struct reporter *r, enum finding_kind kind, uint32_t pos,
    const char *text)
{
	for (size_t i = r->first; i < r->out->n; i++) {
		const struct finding *f = &r->out->items[i];

		if (f->kind == kind && r->pos[i - r->first] == pos &&
		    strncmp(f->error.text, text, strlen(text)) == 0)
			return true;
	}
	return false;
}

/* Errors leave room for as many warnings. */
static bool
is_full(const struct reporter *r, bool warning)
{
	return r->out->n - r->first >= FINDINGS_MAX * (warning ? 2u : 1u);
}

static struct finding *
add(struct reporter *r)
{
	struct findings *out = r->out;
	struct finding *grown;

	if (out->n == out->cap) {
		size_t cap = out->cap == 0 ? 16 : out->cap * 2;

		grown = realloc(out->items, cap * sizeof(*grown));
		if (grown == NULL) {
			r->failed = true;
			return NULL;
		}
		out->items = grown;
		out->cap = cap;
	}
	return &out->items[out->n++];
}

/* The message with its place. */
static void
place(const struct reporter *r, uint32_t pos, const char *text,
    struct doc_error *e)
{
	doc_error_at(e, r->policy->source, pos, "%s", text);
	make_printable(e->text);
}

void
report(struct reporter *r, enum finding_kind kind, uint32_t pos,
    const char *where, const char *fmt, ...)
{
	char text[DOC_MESSAGE_MAX], all[2 * DOC_MESSAGE_MAX];
	struct finding *f;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	make_printable(text);
	if (is_said(r, kind, pos, text))
		return;
	r->nerrors += !kinds[kind].warning;
	r->out->nerrors += !kinds[kind].warning;
	if (is_full(r, kinds[kind].warning) || (f = add(r)) == NULL)
		return;
	snprintf(all, sizeof(all), "%s%s", text, where == NULL ? "" : where);
	place(r, pos, all, &f->error);
	r->pos[r->out->n - 1 - r->first] = pos;
	f->policy = r->index;
	f->kind = kind;
	f->warning = kinds[kind].warning;
}
