/*
 * The text of a checkpoint (c2sp.org/tlog-checkpoint); note.h has the
 * contract.
 */
#include "note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "sha256.h"

void
checkpoint_format(struct put *p, const char *origin, uint64_t size,
    const unsigned char root[32])
{
	char head[NOTE_NAME_MAX + 32];
	int n = snprintf(head, sizeof(head), "%s\n%" PRIu64 "\n", origin, size);

	put_raw(p, head, (size_t)n);
	base64_put(p, root, SHA256_LEN);
	put_raw(p, "\n", 1);
}

/* The length of the next line without its newline; 0 without a newline. */
static size_t
line_len(const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	return nl == NULL ? 0 : (size_t)(nl - p);
}

int
checkpoint_parse_number(uint64_t *np, const char *p, size_t len)
{
	uint64_t n = 0;

	if (len == 0 || (p[0] == '0' && len != 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		unsigned d = (unsigned char)p[i] - (unsigned)'0';

		if (d > 9 || n > (UINT64_MAX - d) / 10)
			return -1;
		n = n * 10 + d;
	}
	*np = n;
	return 0;
}

static int
parse_lines(struct checkpoint *c, const char *p, const char *end)
{
	size_t len = line_len(p, end);

	if (len == 0 || len > NOTE_NAME_MAX || memchr(p, '\0', len) != NULL)
		return -1;
	memcpy(c->origin, p, len);
	p += len + 1;
	len = line_len(p, end);
	if (checkpoint_parse_number(&c->size, p, len) == -1)
		return -1;
	p += len + 1;
	len = line_len(p, end);
	if (base64_get(c->root, sizeof(c->root), &len, p,
	    line_len(p, end)) == -1 || len != sizeof(c->root))
		return -1;
	return p + line_len(p, end) + 1 == end ? 0 : -1;
}

int
checkpoint_parse(struct checkpoint *c, const char *text, size_t len,
    struct why *w)
{
	memset(c, 0, sizeof(*c));
	if (len == 0 || parse_lines(c, text, text + len) == -1)
		return why_set(w, "the note is not a checkpoint, which has "
		    "three lines: origin, size, root");
	return 0;
}

size_t
checkpoint_text_len(const char *note, size_t len)
{
	for (size_t i = len; i > 1; i--)
		if (note[i - 1] == '\n' && note[i - 2] == '\n')
			return i - 1;
	return 0;
}

int
checkpoint_parse_note(struct checkpoint *c, const char *note, size_t len,
    struct why *w)
{
	return checkpoint_parse(c, note, checkpoint_text_len(note, len), w);
}
