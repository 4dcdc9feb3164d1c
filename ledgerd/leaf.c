#include "leaf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/doc/json.h"

#define HEAD	"{\"specversion\":\"1.0\",\"id\":\"%" PRIu64 "\",\"source\":"
#define PREV	",\"prev\":"
#define DATA	",\"data\":{"

static void
put_text(struct put *p, const char *text)
{
	put_raw(p, text, strlen(text));
}

/* RFC 3339, UTC, milliseconds: 2026-11-22T04:12:11.042Z */
static void
put_time(struct put *p, const struct timespec *t)
{
	char text[64], ms[16];
	struct tm tm;

	if (gmtime_r(&t->tv_sec, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	strftime(text, sizeof(text), "\"%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ms, sizeof(ms), ".%03dZ\"",
	    (int)(t->tv_nsec / 1000000 % 1000));
	put_text(p, text);
	put_text(p, ms);
}

int
leaf_format(struct put *p, const struct leaf *leaf)
{
	char head[96];
	struct get g;

	snprintf(head, sizeof(head), HEAD, leaf->index);
	put_text(p, head);
	if (json_put_string(p, leaf->source, strlen(leaf->source)) == -1)
		return -1;
	put_text(p, ",\"type\":\"");
	put_text(p, leaf->event->type);
	put_text(p, "\",\"time\":");
	put_time(p, &leaf->time);
	put_text(p, PREV);
	json_put_hex(p, leaf->prev, TREE_HASH);
	put_text(p, DATA);
	get_init(&g, leaf->fields, leaf->fields_len);
	if (event_format(leaf->event, &g, p) == -1)
		return -1;
	put_text(p, "}}");
	if (p->err != 0) {
		errno = p->err;
		return -1;
	}
	return 0;
}

int
leaf_check(const char *text, size_t len, uint64_t index,
    const unsigned char prev[TREE_HASH])
{
	char head[96], tail[sizeof(PREV) + 2 * TREE_HASH + 2 + sizeof(DATA)];
	const char *data = memmem(text, len, DATA, strlen(DATA));
	size_t headlen;
	struct put p;

	headlen = (size_t)snprintf(head, sizeof(head), HEAD, index);
	put_init(&p, tail, sizeof(tail));
	put_text(&p, PREV);
	json_put_hex(&p, prev, TREE_HASH);
	put_text(&p, DATA);
	/* No member before the first DATA has text from outside. */
	if (len < headlen || memcmp(text, head, headlen) != 0 ||
	    data == NULL || (size_t)(data - text) + strlen(DATA) < p.len ||
	    memcmp(data + strlen(DATA) - p.len, tail, p.len) != 0) {
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
