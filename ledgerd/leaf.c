#include "leaf.h"

#include <sys/random.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/disclosure.h"
#include "lib/doc/json.h"
#include "lib/log.h"
#include "lib/msg/msg.h"

#define HEAD	"{\"specversion\":\"1.0\",\"id\":\"%" PRIu64 "\",\"source\":"
#define PREV	",\"prev\":"
#define DATA	",\"data\":"
/* All members before `data': texts of fixed length, and two names. */
#define HEAD_MAX	(640 + 2 * NOTE_NAME_MAX)

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

/* RFC 3339, UTC, milliseconds: 2026-11-22T04:12:11.042Z */
static void
put_time(struct put *p, const struct timespec *t)
{
	char day[64], text[96];
	struct tm tm;

	if (gmtime_r(&t->tv_sec, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03dZ", day,
	    (int)(t->tv_nsec / 1000000 % 1000));
	put_member(p, "time", text);
}

/* Seconds since the start of the boot, with milliseconds. */
static void
put_uptime(struct put *p, const struct timespec *t)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld.%03d", (long long)t->tv_sec,
	    (int)(t->tv_nsec / 1000000 % 1000));
	put_member(p, "uptime", text);
}

void
leaf_format(struct put *p, const struct leaf *leaf)
{
	char head[96];

	snprintf(head, sizeof(head), HEAD, leaf->index);
	put_text(p, head);
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
	size_t headlen;
	struct put p;

	headlen = (size_t)snprintf(head, sizeof(head), HEAD, index);
	put_init(&p, link, sizeof(link));
	put_text(&p, PREV);
	json_put_hex(&p, prev, TREE_HASH);
	/* No member before the first PREV has text from outside. */
	if (len < headlen || memcmp(text, head, headlen) != 0 || at == NULL ||
	    len - (size_t)(at - text) < p.len ||
	    memcmp(at, link, p.len) != 0) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

/* The names of keys need no escapes. */
int
leaf_source(const char *text, size_t len, char source[NOTE_NAME_MAX + 1])
{
	static const char member[] = "\"source\":\"";
	const char *at = memmem(text, len, member, strlen(member));
	const char *end = NULL;

	if (at != NULL) {
		at += strlen(member);
		end = memchr(at, '"', len - (size_t)(at - text));
	}
	errno = EBADMSG;
	if (end == NULL || (size_t)(end - at) > NOTE_NAME_MAX)
		return -1;
	memcpy(source, at, (size_t)(end - at));
	source[end - at] = '\0';
	return note_check_name(source);
}

size_t
leaf_text_len(const void *record, size_t len)
{
	const char *text = record, *end = memchr(text, '\0', len);

	return end == NULL ? len : (size_t)(end - text);
}

static void
draw_salts(unsigned char *salts, size_t len)
{
	if (getrandom(salts, len, 0) != (ssize_t)len)
		die_errno("random bytes");
}

/* {"name":value,...} and the disclosures. */
static int
format_data(const struct event_info *info, struct bytes fields,
    struct put *text, struct put *kept)
{
	unsigned char salts[EVENT_WITHHELD_MAX * DISCLOSURE_SALT];
	struct get g;

	draw_salts(salts, sizeof(salts));
	get_init(&g, fields.p, fields.len);
	put_text(text, "{");
	if (event_format(info, &g, salts, text, kept) == -1)
		return -1;
	put_text(text, "}");
	errno = text->err;
	return text->err == 0 ? 0 : -1;
}

/* Names and contents by turns. */
static int
check_evidence(struct bytes evidence)
{
	struct get g;
	size_t len;

	get_init(&g, evidence.p, evidence.len);
	while (g.left != 0 && g.err == 0) {
		get_string(&g, &len, EVIDENCE_NAME_MAX);
		get_string(&g, &len, EVIDENCE_MAX);
	}
	return get_end(&g);
}

int
leaf_data_make(struct leaf_data *d, const struct event_info *info,
    struct bytes fields, struct bytes evidence)
{
	static unsigned char text_room[LEAF_MAX - HEAD_MAX];
	static unsigned char kept_room[DISCLOSURES_KEPT_MAX];
	struct put text, kept, all;
	size_t len;

	memset(d, 0, sizeof(*d));
	put_init(&text, text_room, sizeof(text_room));
	put_init(&kept, kept_room, sizeof(kept_room));
	if (check_evidence(evidence) == -1 ||
	    format_data(info, fields, &text, &kept) == -1)
		return -1;
	len = text.len + 4 + kept.len + 4 + evidence.len;
	d->memory = malloc(len);
	if (d->memory == NULL)
		die_errno("an event of %zu bytes", len);
	put_init(&all, d->memory, len);
	put_raw(&all, text.base, text.len);
	put_string(&all, kept.base, kept.len);
	put_string(&all, evidence.p, evidence.len);
	d->text = (struct bytes){ all.base, text.len };
	d->beside = (struct bytes){ all.base + text.len, all.len - text.len };
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
