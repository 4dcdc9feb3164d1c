#include "evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/need.h"
#include "client/say.h"
#include "lib/evidence_names.h"
#include "lib/name.h"
#include "lib/sha256.h"

/* All but a site's files. */
static const struct {
	const char	*name;
	const char	*digest;	/* the leaf's member; NULL: none */
} known[] = {
	{ EVIDENCE_COMMAND, "data.command_sha256" },
	{ EVIDENCE_COMMAND_SIG, NULL },
	{ EVIDENCE_MANIFEST, "data.manifest_sha256" },
	{ EVIDENCE_MANIFEST_SIG, NULL },
};
#define NKNOWN	(sizeof(known) / sizeof(known[0]))

static bool
in_site(const char *name)
{
	return strncmp(name, EVIDENCE_SITE, strlen(EVIDENCE_SITE)) == 0;
}

static bool
check_name(const char *name)
{
	if (in_site(name))
		return name_check_path(name) == 0;
	for (size_t i = 0; i < NKNOWN; i++)
		if (strcmp(known[i].name, name) == 0)
			return true;
	return false;
}

static struct evidence_file *
add_file(struct evidence *e, const char *name)
{
	struct evidence_file *f;

	e->file = realloc(e->file, (e->n + 1) * sizeof(*e->file));
	if (e->file == NULL)
		say_no_memory();
	f = &e->file[e->n++];
	*f = (struct evidence_file){ .name = need_str(name) };
	return f;
}

static int
begin_file(struct evidence *e, const struct query_data *d, struct why *w)
{
	char name[EVIDENCE_NAME_MAX + 1] = "";

	if (d->len > EVIDENCE_NAME_MAX || memchr(d->data, '\0', d->len) != NULL)
		return why_set(w, "a file's name is too long or has a NUL");
	memcpy(name, d->data, d->len);
	if (!check_name(name))
		return why_set(w, "file %zu has a name that no evidence has",
		    e->n + 1);
	if (evidence_find(e, name) != NULL)
		return why_set(w, "%s came twice", name);
	if (e->n == EVIDENCE_FILES_MAX)
		return why_set(w, "more than %d files came",
		    EVIDENCE_FILES_MAX);
	add_file(e, name);
	return 0;
}

int
evidence_read(struct evidence *e, struct client_query *q, struct why *w)
{
	struct query_data d;

	memset(e, 0, sizeof(*e));
	while (query_next(q, &d)) {
		if (d.stream == QUERY_NAME) {
			if (begin_file(e, &d, w) == -1)
				return -1;
		} else if (d.stream == QUERY_BYTES && e->n != 0) {
			buf_add(&e->file[e->n - 1].data, d.data, d.len);
		} else {
			return why_set(w, "a part of its answer is not "
			    "expected there");
		}
	}
	return 0;
}

void
evidence_free(struct evidence *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->file[i].name);
		buf_free(&e->file[i].data);
	}
	free(e->file);
	memset(e, 0, sizeof(*e));
}

const struct evidence_file *
evidence_find(const struct evidence *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->file[i].name, name) == 0)
			return &e->file[i];
	return NULL;
}

static void
digest_hex(const struct buf *data, char hex[2 * SHA256_LEN + 1])
{
	unsigned char digest[SHA256_LEN];

	sha256(data->data, data->len, digest);
	sha256_hex(digest, hex);
}

static int
check_file(struct evidence_file *f, const struct parsed_leaf *l, struct why *w)
{
	char hex[2 * SHA256_LEN + 1];

	for (size_t i = 0; i < NKNOWN; i++) {
		if (known[i].digest == NULL ||
		    strcmp(known[i].name, f->name) != 0)
			continue;
		digest_hex(&f->data, hex);
		if (strcmp(hex, leaf_get(l, known[i].digest)) != 0)
			return why_set(w, "the leaf does not have the digest "
			    "of the file %s that came", f->name);
		f->digest = "the leaf";
	}
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const struct evidence_file *f = a, *g = b;

	return strcmp(f->name, g->name);
}

/* What `sha256sum' prints for the site's files; how many there are. */
static size_t
put_sums(struct buf *out, const struct evidence *e)
{
	char hex[2 * SHA256_LEN + 1];
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++) {
		const struct evidence_file *f = &e->file[i];

		if (!in_site(f->name) || strcmp(f->name, EVIDENCE_SUMS) == 0)
			continue;
		digest_hex(&f->data, hex);
		buf_add_str(out, hex);
		buf_add_str(out, "  ");
		buf_add_str(out, f->name + strlen(EVIDENCE_SITE));
		buf_add_str(out, "\n");
		n++;
	}
	return n;
}

/* The site's digest is that of the list of its files' digests. */
static int
check_site(struct evidence *e, const struct parsed_leaf *l, struct why *w)
{
	const struct evidence_file *sums = evidence_find(e, EVIDENCE_SUMS);
	char hex[2 * SHA256_LEN + 1];
	struct buf text = { 0 };
	int ret = 0;

	if (put_sums(&text, e) == 0 && sums == NULL)
		goto out;
	digest_hex(&text, hex);
	if (strcmp(hex, leaf_get(l, "site")) != 0)
		ret = why_set(w, "the leaf does not have the digest of the "
		    "site's files that came");
	else if (sums != NULL && (sums->data.len != text.len ||
	    memcmp(sums->data.data, text.data, text.len) != 0))
		ret = why_set(w, "the list " EVIDENCE_SUMS " that came is not "
		    "that of the files");
	if (ret == -1)
		goto out;
	if (sums == NULL)
		buf_add(&add_file(e, EVIDENCE_SUMS)->data, text.data, text.len);
	for (size_t i = 0; i < e->n; i++)
		if (in_site(e->file[i].name))
			e->file[i].digest = strcmp(e->file[i].name,
			    EVIDENCE_SUMS) == 0 ? "the leaf" : EVIDENCE_SUMS;
out:
	buf_free(&text);
	return ret;
}

int
evidence_check(struct evidence *e, const struct parsed_leaf *l, struct why *w)
{
	if (e->n != 0)
		qsort(e->file, e->n, sizeof(*e->file), compare_names);
	for (size_t i = 0; i < e->n; i++)
		if (check_file(&e->file[i], l, w) == -1)
			return -1;
	return check_site(e, l, w);
}
