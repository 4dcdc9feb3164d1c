#include "receipt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "damage.h"

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
	for (size_t i = 0; i < proof->count; i++) {
		base64_put(p, proof->hash[i], TREE_HASH);
		put_text(p, "\n");
	}
	put_text(p, "\n");
	put_raw(p, note, note_len);
}

/* The text, line by line. */
struct receipt_lines {
	const char	*p, *end;
	unsigned	 nr;		/* of the last line */
	bool		 ended;		/* there was none */
};

/*
 * The next line without its newline; NULL when there is no other newline.
 */
static const char *
take_line(struct receipt_lines *in, size_t *lenp)
{
	const char *line = in->p;
	const char *nl = memchr(line, '\n', (size_t)(in->end - line));

	in->nr++;
	in->ended = nl == NULL;
	if (nl == NULL)
		return NULL;
	in->p = nl + 1;
	*lenp = (size_t)(nl - line);
	return line;
}

/* What follows `word' on the next line; NULL for another line. */
static const char *
take_word(struct receipt_lines *in, const char *word, size_t *lenp)
{
	size_t skip = strlen(word);
	const char *line = take_line(in, lenp);

	if (line == NULL || *lenp < skip || memcmp(line, word, skip) != 0)
		return NULL;
	*lenp -= skip;
	return line + skip;
}

static int
malformed(const struct receipt_lines *in, const char *what, struct why *w)
{
	if (in->ended)
		return why_set(w, "the receipt ends before line %u, so that "
		    "the rest is missing; use the file as `casemate run "
		    "--receipt' wrote it", in->nr);
	return why_set(w, "line %u of the receipt %s; use the file as "
	    "`casemate run --receipt' wrote it", in->nr, what);
}

static int
parse_leaf(struct receipt *r, struct receipt_lines *in, struct why *w)
{
	size_t len;
	const char *text = take_word(in, EXTRA, &len);

	if (text == NULL || base64_get(r->leaf, sizeof(r->leaf), &r->leaf_len,
	    text, len) == -1)
		return malformed(in, "is not `extra' and a leaf in base 64",
		    w);
	return 0;
}

static int
parse_index(struct receipt *r, struct receipt_lines *in, struct why *w)
{
	size_t len;
	const char *text = take_word(in, INDEX, &len);

	if (text == NULL ||
	    checkpoint_parse_number(&r->index, text, len) == -1)
		return malformed(in, "is not `index' and a number", w);
	return 0;
}

/* Hashes up to and with the empty line. */
static int
parse_proof(struct receipt *r, struct receipt_lines *in, struct why *w)
{
	const char *line;
	size_t len, n;

	r->proof.count = 0;
	while ((line = take_line(in, &len)) != NULL && len != 0) {
		if (r->proof.count == TREE_LEVELS ||
		    base64_get(r->proof.hash[r->proof.count], TREE_HASH, &n,
		    line, len) == -1 || n != TREE_HASH)
			return malformed(in, "is not a SHA-256 in base 64", w);
		r->proof.count++;
	}
	return line == NULL ? malformed(in, "", w) : 0;
}

static int
parse(struct receipt *r, const char *text, size_t len, struct why *w)
{
	struct receipt_lines in = { .p = text, .end = text + len };
	size_t rest;

	if (len > RECEIPT_MAX)
		return why_set(w, "a receipt has at most %d bytes, this has "
		    "%zu", RECEIPT_MAX, len);
	if (take_word(&in, HEAD, &rest) == NULL || rest != 0)
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
