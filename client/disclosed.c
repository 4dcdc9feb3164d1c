#include "disclosed.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base64.h"
#include "lib/msg/event.h"
#include "lib/withheld.h"
#include "need.h"

#define DIGESTS	"data._sd"

/* What is shown for a field that is not disclosed; for others it is UNKNOWN. */
static const char *const marks[] = {
	[WITHHELD_SUBMITTER] = "USER",
	[WITHHELD_SUBMITTER_KEY] = "KEY",
	[WITHHELD_SESSION] = "SESSION",
	[WITHHELD_AUTHOR] = "USER",
	[WITHHELD_AUTHOR_KEY] = "KEY",
	[WITHHELD_ARGV] = "ARGV",
	[WITHHELD_SECRETS] = "SECRETS",
	[WITHHELD_MESSAGE] = "MESSAGE",
	[WITHHELD_COMMAND_LINE] = "COMMAND-LINE",
	[WITHHELD_EVIDENCE] = "EVIDENCE",
};
#define UNKNOWN	"WITHHELD"

_Static_assert(sizeof(marks) / sizeof(marks[0]) == WITHHELD_COUNT,
    "each name that may be withheld has a mark");

/* ["digest",...]; leaf_parse() has checked that it is a list of texts. */
static int
read_digests(struct disclosed *d, const struct leaf_member *m, struct why *w)
{
	const char *at = m->json + 1;

	for (d->n = 0; *at == '"'; d->n++) {
		struct disclosed_field *f = &d->field[d->n];

		if (d->n == DISCLOSED_MAX || strspn(++at, BASE64URL_LETTERS) !=
		    DISCLOSURE_DIGEST || at[DISCLOSURE_DIGEST] != '"')
			return why_set(w, "the leaf's list of withheld fields "
			    "is malformed");
		memcpy(f->digest, at, DISCLOSURE_DIGEST);
		for (size_t i = 0; i < d->n; i++)
			if (strcmp(d->field[i].digest, f->digest) == 0)
				return why_set(w, "the leaf's list of withheld "
				    "fields has a digest twice");
		at += DISCLOSURE_DIGEST + 1;
		at += *at == ',';
	}
	return 0;
}

static const struct event_info *
row_of(const struct parsed_leaf *l)
{
	const char *type = leaf_get(l, "type");

	return event_find(type, strlen(type));
}

static bool
leaf_has(const struct parsed_leaf *l, const char *name)
{
	char *inner = need_printf("data.%s", name);
	const bool has = leaf_find(l, inner) != NULL;

	free(inner);
	return has;
}

/* The nth digest is that of the nth withheld field in the kind's row. */
static int
name_fields(struct disclosed *d, const struct parsed_leaf *l, struct why *w)
{
	const struct event_info *info = row_of(l);
	const struct event_field *f = info == NULL ? NULL : info->fields;
	size_t n = 0;

	for (; f != NULL && f->name != NULL && n < d->n; f++) {
		if (!f->withheld)
			continue;
		if (leaf_has(l, f->name))
			return why_set(w, "the leaf has the field %s, and "
			    "withholds it, too", f->name);
		strcpy(d->field[n++].name, f->name);
	}
	return 0;
}

/* For a field that no row names. */
static int
check_new_name(const struct disclosed *d, const struct parsed_leaf *l,
    const char *name, struct why *w)
{
	if (strcmp(name, "_sd") != 0 && !leaf_has(l, name) &&
	    disclosed_find(d, name) == NULL)
		return 0;
	return why_set(w, "names a field that the leaf has already");
}

static struct disclosed_field *
find_digest(struct disclosed *d, const void *text, size_t len)
{
	char digest[DISCLOSURE_DIGEST + 1];

	disclosure_digest_text(text, len, digest);
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->field[i].digest, digest) == 0)
			return &d->field[i];
	return NULL;
}

static int
take_disclosure(struct disclosed *d, const struct parsed_leaf *l,
    const struct disclosure *from, struct disclosed_field *to, struct why *w)
{
	char name[DISCLOSURE_NAME_MAX + 1] = "";

	memcpy(name, from->name, from->name_len);
	if (to->json != NULL)
		return why_set(w, "is there twice");
	if (to->name[0] == '\0' && check_new_name(d, l, name, w) == -1)
		return -1;
	if (to->name[0] != '\0' && strcmp(to->name, name) != 0)
		return why_set(w, "names another field than %s, which a leaf "
		    "of this type has in this place", to->name);
	strcpy(to->name, name);
	to->json = need_printf("%.*s", (int)from->value_len, from->value);
	return 0;
}

static int
take_line(struct disclosed *d, const struct parsed_leaf *l, const char *line,
    size_t len, struct why *w)
{
	struct disclosed_field *to = find_digest(d, line, len);
	struct disclosure from;
	char *room;
	int ret;

	if (len > DISCLOSURES_MAX)
		return why_set(w, "has more than %d bytes", DISCLOSURES_MAX);
	room = need_alloc(len + 1, 1);
	ret = disclosure_parse(&from, line, len, room, w);
	if (ret == 0 && to == NULL)
		ret = why_set(w, "is not of this leaf: it was changed, or "
		    "moved from another leaf");
	if (ret == 0)
		ret = take_disclosure(d, l, &from, to, w);
	free(room);
	return ret;
}

static int
take_lines(struct disclosed *d, const struct parsed_leaf *l,
    const char *lines, size_t len, struct why *w)
{
	const char *newline;
	struct why why = { "" };

	for (unsigned nr = 1; len != 0; nr++) {
		newline = memchr(lines, '\n', len);
		if (newline == NULL)
			return why_set(w, "disclosure %u does not end in a "
			    "newline: the disclosures were cut", nr);
		if (take_line(d, l, lines, (size_t)(newline - lines), &why) ==
		    -1)
			return why_set(w, "disclosure %u %s", nr, why.text);
		len -= (size_t)(newline + 1 - lines);
		lines = newline + 1;
	}
	return 0;
}

/* A text may have escapes that only the leaf's reader checks. */
static int
check_merged(const struct disclosed *d, const struct parsed_leaf *l,
    struct why *w)
{
	struct parsed_leaf merged;
	struct buf text = { 0 };
	int ret;

	disclosed_put(&text, d, l);
	ret = leaf_parse(&merged, text.data, text.len, w);
	leaf_free(&merged);
	buf_free(&text);
	return ret;
}

int
disclosed_read(struct disclosed *d, const struct parsed_leaf *l,
    const void *lines, size_t len, struct why *w)
{
	const struct leaf_member *m = leaf_find(l, DIGESTS);

	memset(d, 0, sizeof(*d));
	if (m != NULL && m->kind != LEAF_LIST)
		return why_set(w, "the leaf's list of withheld fields is "
		    "malformed");
	if (m != NULL && (read_digests(d, m, w) == -1 ||
	    name_fields(d, l, w) == -1))
		return -1;
	if (take_lines(d, l, lines, len, w) == -1)
		return -1;
	return check_merged(d, l, w);
}

void
disclosed_redact(struct disclosed *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->field[i].json);
		d->field[i].json = NULL;
	}
}

void
disclosed_free(struct disclosed *d)
{
	disclosed_redact(d);
	memset(d, 0, sizeof(*d));
}

const struct disclosed_field *
disclosed_find(const struct disclosed *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->field[i].name, name) == 0)
			return &d->field[i];
	return NULL;
}

/* "name":json, with a comma before all but the first in an object. */
static void
put_member(struct buf *out, const char *name, const char *json)
{
	buf_add_str(out, out->data[out->len - 1] == '{' ? "\"" : ",\"");
	buf_add_str(out, name);
	buf_add_str(out, "\":");
	buf_add_str(out, json);
}

static void
put_withheld(struct buf *out, const struct disclosed_field *f)
{
	const enum withheld w = withheld_find(f->name);
	char *mark;

	if (f->json != NULL) {
		put_member(out, f->name, f->json);
		return;
	}
	mark = need_printf("\"[%s]\"", w == WITHHELD_COUNT ? UNKNOWN :
	    marks[w]);
	put_member(out, f->name, mark);
	free(mark);
}

/* In the row's order, as far as the leaf has them. */
static void
put_row(struct buf *out, const struct disclosed *d,
    const struct parsed_leaf *l, const struct event_field *f)
{
	for (; f->name != NULL; f++) {
		char *inner = need_printf("data.%s", f->name);
		const struct leaf_member *m = leaf_find(l, inner);
		const struct disclosed_field *w = disclosed_find(d, f->name);

		if (w != NULL)
			put_withheld(out, w);
		else if (m != NULL)
			put_member(out, f->name, m->json);
		free(inner);
	}
}

static bool
in_row(const struct event_info *info, const char *name)
{
	const struct event_field *f = info == NULL ? NULL : info->fields;

	for (; f != NULL && f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

/* What no row has: of a newer version. */
static void
put_others(struct buf *out, const struct disclosed *d,
    const struct parsed_leaf *l, const struct event_info *info)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct leaf_member *m = &l->member[i];
		const char *name = m->name + strlen("data.");

		if (m->inner && strcmp(m->name, DIGESTS) != 0 &&
		    !in_row(info, name))
			put_member(out, name, m->json);
	}
	for (size_t i = 0; i < d->n; i++)
		if (d->field[i].name[0] != '\0' &&
		    !in_row(info, d->field[i].name))
			put_withheld(out, &d->field[i]);
}

static void
put_unnamed(struct buf *out, const struct disclosed *d)
{
	struct buf list = { 0 };

	for (size_t i = 0; i < d->n; i++) {
		if (d->field[i].name[0] != '\0')
			continue;
		buf_add_str(&list, list.len == 0 ? "[\"" : ",\"");
		buf_add_str(&list, d->field[i].digest);
		buf_add_str(&list, "\"");
	}
	if (list.len != 0) {
		buf_add_str(&list, "]");
		put_member(out, "_sd", buf_str(&list));
	}
	buf_free(&list);
}

void
disclosed_put(struct buf *out, const struct disclosed *d,
    const struct parsed_leaf *l)
{
	const struct event_info *info = row_of(l);

	buf_add_str(out, "{");
	for (size_t i = 0; i < l->n; i++)
		if (!l->member[i].inner)
			put_member(out, l->member[i].name, l->member[i].json);
	put_member(out, "data", "{");
	if (d->n == 0)
		info = NULL;		/* as it is */
	if (info != NULL)
		put_row(out, d, l, info->fields);
	put_others(out, d, l, info);
	put_unnamed(out, d);
	buf_add_str(out, "}}");
}
