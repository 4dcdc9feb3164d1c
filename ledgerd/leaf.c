#include "leaf.h"

#include <sys/random.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/disclosure.h"
#include "lib/doc/json.h"
#include "lib/hex.h"
#include "lib/log.h"
#include "lib/msg/msg.h"

#define PREV	",\"prev\":"
#define DATA	",\"data\":"
/* All members before `data': texts of fixed length, and two names. */
#define HEAD_MAX	(640 + 2 * NOTE_NAME_MAX)
#define MEMBER_MAX	32	/* a name with its marks */
#define SALTS_DRAWN	2048	/* for about 20 leaves */

static void
put_text(struct put *p, const char *text)
{
	put_raw(p, text, strlen(text));
}

static void
put_member(struct put *p, const char *name, const char *text)
{
	put_text(p, ",");
	json_put_key(p, name);
	json_put_string(p, text, strlen(text));
}

static void
put_head(struct put *p, uint64_t index)
{
	put_text(p, "{\"specversion\":\"1.0\",\"id\":\"");
	put_decimal(p, index, 1);
	put_text(p, "\",\"source\":");
}

static void
put_ms(struct put *p, const struct timespec *t)
{
	put_text(p, ".");
	put_decimal(p, (uint64_t)t->tv_nsec / 1000000, 3);
}

/* RFC 3339, UTC, milliseconds: 2026-11-22T04:12:11.042Z */
static void
put_time(struct put *p, const struct timespec *t)
{
	struct tm tm;

	if (gmtime_r(&t->tv_sec, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	put_text(p, ",\"time\":\"");
	put_decimal(p, (uint64_t)tm.tm_year + 1900, 4);
	put_text(p, "-");
	put_decimal(p, (uint64_t)tm.tm_mon + 1, 2);
	put_text(p, "-");
	put_decimal(p, (uint64_t)tm.tm_mday, 2);
	put_text(p, "T");
	put_decimal(p, (uint64_t)tm.tm_hour, 2);
	put_text(p, ":");
	put_decimal(p, (uint64_t)tm.tm_min, 2);
	put_text(p, ":");
	put_decimal(p, (uint64_t)tm.tm_sec, 2);
	put_ms(p, t);
	put_text(p, "Z\"");
}

/* Seconds since the start of the boot, with milliseconds. */
static void
put_uptime(struct put *p, const struct timespec *t)
{
	put_text(p, ",\"uptime\":\"");
	put_decimal(p, (uint64_t)t->tv_sec, 1);
	put_ms(p, t);
	put_text(p, "\"");
}

void
leaf_format(struct put *p, const struct leaf *leaf)
{
	put_head(p, leaf->index);
	json_put_string(p, leaf->source, strlen(leaf->source));
	put_member(p, "type", leaf->type);
	put_time(p, &leaf->time);
	put_text(p, PREV);
	json_put_hex(p, leaf->prev, TREE_HASH);
	put_member(p, "boot", leaf->boot);
	put_uptime(p, &leaf->uptime);
	put_text(p, ",\"site\":");
	json_put_hex(p, leaf->site, DIGEST_LEN);
	put_text(p, DATA);
	put_raw(p, leaf->data.p, leaf->data.len);
	put_text(p, "}");
}

int
leaf_check(const char *text, size_t len, uint64_t index,
    const unsigned char prev[TREE_HASH])
{
	char head[96], link[sizeof(PREV) + 2 * TREE_HASH + 2];
	const char *at = memmem(text, len, PREV, strlen(PREV));
	struct put h, p;

	put_init(&h, head, sizeof(head));
	put_head(&h, index);
	put_init(&p, link, sizeof(link));
	put_text(&p, PREV);
	json_put_hex(&p, prev, TREE_HASH);
	/* No member before the first PREV has text from outside. */
	if (len < h.len || memcmp(text, head, h.len) != 0 || at == NULL ||
	    len - (size_t)(at - text) < p.len ||
	    memcmp(at, link, p.len) != 0) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

/* The only member with text from outside is `data', which is the last. */
const char *
leaf_member(const char *text, size_t len, const char *name, size_t *lenp)
{
	const char *data = memmem(text, len, DATA, strlen(DATA));
	const char *at, *end = NULL;
	char key[MEMBER_MAX];
	int n = snprintf(key, sizeof(key), ",\"%s\":\"", name);

	len = data == NULL ? 0 : (size_t)(data - text);
	at = memmem(text, len, key, (size_t)n);
	if (at != NULL) {
		at += n;
		end = memchr(at, '"', len - (size_t)(at - text));
	}
	*lenp = end == NULL ? 0 : (size_t)(end - at);
	return end == NULL ? NULL : at;
}

int
leaf_source(const char *text, size_t len, char source[NOTE_NAME_MAX + 1])
{
	size_t n;
	const char *at = leaf_member(text, len, "source", &n);

	errno = EBADMSG;
	if (at == NULL || n > NOTE_NAME_MAX)
		return -1;
	memcpy(source, at, n);
	source[n] = '\0';
	return note_check_name(source);
}

const struct event_info *
leaf_event(const char *text, size_t len)
{
	size_t n;
	const char *at = leaf_member(text, len, "type", &n);

	return at == NULL ? NULL : event_find(at, n);
}

void
leaf_site(const char *text, size_t len, unsigned char site[DIGEST_LEN])
{
	size_t n;
	const char *at = leaf_member(text, len, "site", &n);

	if (at == NULL || n != 2 * DIGEST_LEN ||
	    hex_get(site, DIGEST_LEN, at) == -1)
		memset(site, 0, DIGEST_LEN);
}

size_t
leaf_text_len(const void *record, size_t len)
{
	const char *text = record, *end = memchr(text, '\0', len);

	return end == NULL ? len : (size_t)(end - text);
}

static void
random_fill(unsigned char *to, size_t len)
{
	while (len > 0) {
		ssize_t n = getrandom(to, len, 0);

		if (n == -1 && errno != EINTR)
			die_errno("random bytes");
		if (n > 0) {
			to += n;
			len -= (size_t)n;
		}
	}
}

/* Random bytes are drawn for many leaves at a time, and used once. */
static void
draw_salts(unsigned char *salts, size_t len)
{
	static unsigned char drawn[SALTS_DRAWN];
	static size_t used = sizeof(drawn);

	if (used + len > sizeof(drawn)) {
		random_fill(drawn, sizeof(drawn));
		used = 0;
	}
	memcpy(salts, drawn + used, len);
	explicit_bzero(drawn + used, len);
	used += len;
}

/* {"name":value,...} and the disclosures. */
static int
format_data(const struct event_info *info, struct bytes fields,
    struct put *text, struct put *kept)
{
	unsigned char salts[EVENT_WITHHELD_MAX * DISCLOSURE_SALT];
	struct get g;

	draw_salts(salts, event_withheld(info) * DISCLOSURE_SALT);
	get_init(&g, fields.p, fields.len);
	put_text(text, "{");
	if (event_format(info, &g, salts, text, kept) == -1)
		return -1;
	put_text(text, "}");
	errno = text->err;
	return text->err == 0 ? 0 : -1;
}

/* Names without a NUL, and contents, by turns.  Counts the files. */
static int
check_evidence(struct bytes evidence, size_t *files)
{
	const char *name;
	struct get g;
	size_t len;

	*files = 0;
	get_init(&g, evidence.p, evidence.len);
	while (g.left != 0 && g.err == 0) {
		name = get_string(&g, &len, EVIDENCE_NAME_MAX);
		if (len == 0 || memchr(name, '\0', len) != NULL)
			g.err = EBADMSG;
		get_string(&g, &len, UINT32_MAX);
		++*files;
	}
	return get_end(&g);
}

/* Whether the lines of all disclosures have at most DISCLOSURES_MAX bytes. */
static int
check_disclosures(const struct event_info *info, const struct put *kept)
{
	size_t total = 0, len;
	struct get g;

	get_init(&g, kept->base, kept->len);
	for (const struct event_field *f = info->fields; f->name != NULL; f++) {
		if (!f->withheld)
			continue;
		get_raw(&g, DISCLOSURE_SALT);
		get_string(&g, &len, UINT32_MAX);
		total += DISCLOSURE_LINE(strlen(f->name), len);
	}
	errno = EMSGSIZE;
	return total <= DISCLOSURES_MAX ? 0 : -1;
}

static void
put_file(struct put *out, const char *name, size_t namelen,
    struct bytes content, const struct leaf_finder *finder)
{
	uint64_t leaf;
	bool same = finder != NULL && content.len > sizeof(leaf) &&
	    finder->find(finder->arg, name, namelen, content, &leaf);

	put_u8(out, same ? LEAF_FILE_SAME : LEAF_FILE_BYTES);
	put_string(out, name, namelen);
	if (!same) {
		put_string(out, content.p, content.len);
		return;
	}
	put_u32(out, sizeof(leaf));
	put_u64(out, leaf);
}

/* The list with its length before it. */
static struct bytes
put_evidence(struct put *out, struct bytes evidence,
    const struct leaf_finder *finder)
{
	const size_t at = out->len + 4;
	struct put head;
	struct get g;

	put_u32(out, 0);
	get_init(&g, evidence.p, evidence.len);
	while (g.left != 0) {
		struct bytes content;
		size_t len;
		const char *name = get_string(&g, &len, EVIDENCE_NAME_MAX);

		content.p = get_string(&g, &content.len, UINT32_MAX);
		put_file(out, name, len, content, finder);
	}
	put_init(&head, out->base + at - 4, 4);
	put_u32(&head, (uint32_t)(out->len - at));
	return (struct bytes){ out->base + at, out->len - at };
}

int
leaf_data_make(struct leaf_data *d, const struct event_info *info,
    struct bytes fields, struct bytes evidence,
    const struct leaf_finder *finder)
{
	static unsigned char text_room[LEAF_MAX - HEAD_MAX];
	static unsigned char kept_room[DISCLOSURES_KEPT_MAX];
	struct put text, kept, all;
	size_t len, files;

	memset(d, 0, sizeof(*d));
	put_init(&text, text_room, sizeof(text_room));
	put_init(&kept, kept_room, sizeof(kept_room));
	if (check_evidence(evidence, &files) == -1 ||
	    format_data(info, fields, &text, &kept) == -1 ||
	    check_disclosures(info, &kept) == -1)
		return -1;
	len = text.len + 4 + kept.len + 4 + evidence.len + files;
	d->memory = malloc(len);
	if (d->memory == NULL)
		die_errno("an event of %zu bytes", len);
	put_init(&all, d->memory, len);
	put_raw(&all, text.base, text.len);
	put_string(&all, kept.base, kept.len);
	d->evidence = put_evidence(&all, evidence, finder);
	d->text = (struct bytes){ all.base, text.len };
	d->beside = (struct bytes){ all.base + text.len, all.len - text.len };
	explicit_bzero(kept.base, kept.len);
	return 0;
}

void
leaf_data_free(struct leaf_data *d)
{
	free(d->memory);
	memset(d, 0, sizeof(*d));
}

size_t
leaf_data_len(const struct leaf_data *d)
{
	return d->text.len + d->beside.len;
}
