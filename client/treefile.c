#include "treefile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "lib/base64.h"
#include "need.h"
#include "say.h"

#define DASH	"\xe2\x80\x94 "
#define HEAD	"c2sp.org/tlog-proof"	/* a receipt begins with it */

/* The key's id in the first signature line with the log's name. */
static uint32_t
find_key_id(const struct treefile *t)
{
	char *start = need_printf("\n" DASH "%s ", t->c.origin);
	const char *line = memmem(t->note, t->note_len, start, strlen(start));
	unsigned char sig[128];
	const char *text, *end;
	uint32_t id = 0;
	struct get g;
	size_t len;

	if (line != NULL) {
		text = line + strlen(start);
		end = memchr(text, '\n', (size_t)(t->note + t->note_len -
		    text));
		if (end != NULL && base64_get(sig, sizeof(sig), &len, text,
		    (size_t)(end - text)) == 0) {
			get_init(&g, sig, len);
			id = get_u32(&g);
		}
	}
	free(start);
	return id;
}

static int
parse(struct treefile *t, struct why *w)
{
	const char *text = buf_str(&t->text);

	t->note = text;
	t->note_len = t->text.len;
	t->note_line = 1;
	if (strncmp(text, HEAD, strlen(HEAD)) == 0) {
		t->receipt = need_alloc(1, sizeof(*t->receipt));
		if (receipt_parse(t->receipt, text, t->text.len, w) == -1)
			return -1;
		t->note = t->receipt->note;
		t->note_len = t->receipt->note_len;
		t->note_line = t->receipt->note_line;
	}
	if (checkpoint_parse_note(&t->c, t->note, t->note_len, w) == 0)
		return 0;
	if (t->receipt == NULL)
		why_set(w, "it is neither a receipt nor a signed checkpoint");
	return -1;
}

int
treefile_load(struct treefile *t, const char *path)
{
	struct why w = { "" };

	memset(t, 0, sizeof(*t));
	t->path = path;
	if (file_read(AT_FDCWD, path, FILE_FOLLOW, path, RECEIPT_MAX, &t->text,
	    NULL) == -1)
		return -1;
	if (parse(t, &w) == -1) {
		say("%s: %s", path, w.text);
		return -1;
	}
	t->key_id = find_key_id(t);
	return 0;
}

int
treefile_verify(struct treefile *t, const struct note_key *key)
{
	struct why w = { "" };
	int ret;

	if (t->receipt != NULL)
		ret = receipt_verify(t->receipt, key, &t->c, &w);
	else
		ret = checkpoint_verify(key, t->note, t->note_len,
		    t->note_line, &t->c, &w);
	if (ret == -1)
		say("%s: not verified: %s", t->path, w.text);
	return ret;
}

void
treefile_free(struct treefile *t)
{
	free(t->receipt);
	buf_free(&t->text);
}
