/*
 * Reads a manifest, and settings, of any bytes; a refusal names the file and
 * is plain text, and what is accepted fits its message and arrives whole.
 */
#include "manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grant.h"
#include "settings.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check_refusal(const struct doc_error *e)
{
	char text[1024];

	doc_error_format(e, 1, text, sizeof(text));
	if (strncmp(text, "file:", 5) != 0)
		goto bad;
	for (const char *p = text; *p != '\0'; p++)
		if ((*p < 0x20 || *p > 0x7e) && *p != '\n')
			goto bad;
	return;
bad:
	fprintf(stderr, "%s\n", text);
	abort();
}

static void
check_manifest(const struct manifest *m)
{
	static unsigned char wire[1 << 20];
	static struct grant g, again;
	struct put p;
	struct get in;

	g.manifest = *m;
	put_init(&p, wire, GRANT_WIRE_MAX);
	grant_put(&p, &g);
	get_init(&in, wire, p.len);
	grant_init(&again);
	if (p.err != 0 || grant_get(&in, &again) == -1 || get_end(&in) == -1)
		abort();
	grant_free(&again);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static struct manifest m;
	struct settings s;
	struct doc_error e;

	manifest_init(&m);
	if (manifest_parse(&m, "file", data, len, &e) == 0)
		check_manifest(&m);
	else
		check_refusal(&e);
	manifest_free(&m);
	if (settings_parse(&s, "file", data, len, &e) == -1)
		check_refusal(&e);
	return 0;
}
