#include "receipt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "damage.h"
#include "lines.h"

#define HEAD	"c2sp.org/tlog-proof@v1"
#define EXTRA	"extra "
#define INDEX	"index "

_Static_assert(sizeof(HEAD) + sizeof(EXTRA) + BASE64_LEN(LEAF_MAX) +
    sizeof(INDEX) + 24 + TREE_LEVELS * (BASE64_LEN(TREE_HASH) + 1) + 1024 <=
    RECEIPT_MAX, "the largest leaf, proof and note fit");

static void
put_text(struct put *p, const char *text)
{
	put_raw(p, text, strlen(text));
}

void
receipt_format(struct put *p, const void *leaf, size_t leaf_len,
    uint64_t index, const struct proof *proof, const char *note,
    size_t note_len)
{
	char number[sizeof(INDEX) + 24];

	put_text(p, HEAD "\n" EXTRA);
	base64_put(p, leaf, leaf_len);
	snprintf(number, sizeof(number), "\n" INDEX "%" PRIu64 "\n", index);
	put_text(p, number);
	lines_put_proof(p, proof);
	put_text(p, "\n");
	put_raw(p, note, note_len);
}

static int
malformed(const struct lines *in, const char *what, struct why *w)
{
	if (in->ended)
		return why_set(w, "the receipt ends before line %u, so that "
		    "the rest is missing; use the file as `casemate run "
		    "--receipt' wrote it", in->nr);
	return why_set(w, "line %u of the receipt %s; use the file as "
	    "`casemate run --receipt' wrote it", in->nr, what);
}

static int
parse_leaf(struct receipt *r, struct lines *in, struct why *w)
{
	size_t len;
	const char *text = lines_word(in, EXTRA, &len);

	if (text == NULL || base64_get(r->leaf, sizeof(r->leaf), &r->leaf_len,
	    text, len) == -1)
		return malformed(in, "is not `extra' and a leaf in base 64",
		    w);
	return 0;
}

static int
parse_index(struct receipt *r, struct lines *in, struct why *w)
{
	size_t len;
	const char *text = lines_word(in, INDEX, &len);

	if (text == NULL ||
	    checkpoint_parse_number(&r->index, text, len) == -1)
		return malformed(in, "is not `index' and a number", w);
	return 0;
}

/* Hashes up to and with the empty line. */
static int
parse_proof(struct receipt *r, struct lines *in, struct why *w)
{
	if (lines_proof(in, &r->proof) == 1)
		return 0;
	return malformed(in, "is not a SHA-256 in base 64", w);
}

static int
parse(struct receipt *r, const char *text, size_t len, struct why *w)
{
	struct lines in = { .p = text, .end = text + len };
	size_t rest;

	if (len > RECEIPT_MAX)
		return why_set(w, "a receipt has at most %d bytes, this has "
		    "%zu", RECEIPT_MAX, len);
	if (lines_word(&in, HEAD, &rest) == NULL || rest != 0)
		return why_set(w, "this is not a receipt: its first line is not "
		    HEAD);
	if (parse_leaf(r, &in, w) == -1 || parse_index(r, &in, w) == -1 ||
	    parse_proof(r, &in, w) == -1)
		return -1;
	r->note = in.p;
	r->note_len = (size_t)(in.end - in.p);
	r->note_line = in.nr + 1;
	return 0;
}

int
receipt_parse(struct receipt *r, const char *text, size_t len, struct why *w)
{
	static const struct damage_form form = { .what = "receipt",
	    .first = HEAD, .dash = true, .newline = true };

	memset(r, 0, sizeof(*r));
	if (parse(r, text, len, w) == 0)
		return 0;
	damage_check(&form, text, len, 1, w);
	errno = EBADMSG;
	return -1;
}
