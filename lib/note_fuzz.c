/*
 * Reads a note, a checkpoint and a vkey of any bytes: no note verifies, and
 * the other two have only the spelling that we write.
 */
#include "note.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check_checkpoint(const char *text, size_t len)
{
	char again[NOTE_NAME_MAX + 96];
	struct checkpoint c;
	struct put p;
	struct why w;

	if (checkpoint_parse(&c, text, len, &w) == -1)
		return;
	put_init(&p, again, sizeof(again));
	checkpoint_format(&p, c.origin, c.size, c.root);
	if (p.err != 0 || p.len != len || memcmp(again, text, len) != 0)
		abort();
}

static void
check_vkey(const char *text, size_t len)
{
	char again[VKEY_MAX + 1];
	struct note_key key;
	struct why w;

	if (note_parse_vkey(&key, text, len, &w) == -1)
		return;
	note_format_vkey(again, &key);
	if (strncmp(again, text, strlen(again)) != 0 ||
	    len > strlen(again) + 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct note_key key = { .name = "casemate/test" };
	size_t textlen;
	struct why w;

	/* A key id that the fuzzer can hit; nobody has the key of zeros. */
	if (note_verify(&key, (const char *)data, len, 1, &textlen,
	    &w) == 0)
		abort();
	check_checkpoint((const char *)data, len);
	check_vkey((const char *)data, len);
	return 0;
}
