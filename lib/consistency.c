#include "consistency.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "damage.h"
#include "lib/msg/msg.h"
#include "lines.h"
#include "note.h"

#define OLD	"old "
#define SOURCE	"; use the file as `casemate ledger consistency -o' wrote it"

_Static_assert(sizeof(OLD) + 24 + TREE_LEVELS * (BASE64_LEN(TREE_HASH) + 1) +
    1 + NOTE_TEXT_MAX <= CONSISTENCY_MAX, "the largest proof and note fit");
_Static_assert(TREE_LEVELS * TREE_HASH == PROOF_MAX, "one size");

void
consistency_format(struct put *p, uint64_t first, const struct proof *proof,
    const char *note, size_t note_len)
{
	char line[sizeof(OLD) + 24];
	int n = snprintf(line, sizeof(line), OLD "%" PRIu64 "\n", first);

	put_raw(p, line, (size_t)n);
	lines_put_proof(p, proof);
	if (note_len == 0)
		return;
	put_raw(p, "\n", 1);
	put_raw(p, note, note_len);
}

static int
parse(struct consistency *c, const char *text, size_t len, struct why *w)
{
	struct lines in = { .p = text, .end = text + len };
	const char *number;
	size_t n;
	int more;

	if (len > CONSISTENCY_MAX)
		return why_set(w, "a consistency proof has at most %d bytes, "
		    "this has %zu", CONSISTENCY_MAX, len);
	number = lines_word(&in, OLD, &n);
	if (number == NULL || checkpoint_parse_number(&c->first, number, n)
	    == -1)
		return why_set(w, "this is not a consistency proof: its first "
		    "line is not `old' and a size");
	more = lines_proof(&in, &c->proof);
	if (more == -1)
		return why_set(w, "line %u of the consistency proof is not a "
		    "SHA-256 in base 64" SOURCE, in.nr);
	if (in.p == in.end && more == 0)
		return 0;
	if (more == 0 || in.p == in.end)
		return why_set(w, "the consistency proof ends before line %u, "
		    "so that the rest is missing" SOURCE, in.nr + 1);
	c->note = in.p;
	c->note_len = (size_t)(in.end - in.p);
	c->note_line = in.nr + 1;
	return 0;
}

int
consistency_parse(struct consistency *c, const char *text, size_t len,
    struct why *w)
{
	static const struct damage_form form = { .what = "consistency proof",
	    .first = OLD, .dash = true, .newline = true };

	memset(c, 0, sizeof(*c));
	if (parse(c, text, len, w) == 0)
		return 0;
	damage_check(&form, text, len, 1, w);
	errno = EBADMSG;
	return -1;
}

struct bytes
proof_bytes(const struct proof *p)
{
	return (struct bytes){ p->hash, p->count * TREE_HASH };
}

int
proof_from_bytes(struct proof *p, struct bytes b)
{
	if (b.len % TREE_HASH != 0 || b.len > sizeof(p->hash)) {
		errno = EBADMSG;
		return -1;
	}
	p->count = b.len / TREE_HASH;
	if (b.len != 0)
		memcpy(p->hash, b.p, b.len);
	return 0;
}
