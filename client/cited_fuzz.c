/*
 * Any message of an appliance: what it cites is looked up in a manifest and a
 * bundle, and nothing is read beside them.
 */
#include "cited.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ustar.h"

static const char manifest[] = "version: 1\nname: x\nruntime: r\n"
    "secrets: [a, b]\nargv: [p, \"q r\", [s]]\nfiles:\n- path: p\n"
    "  sha256: x\n- {path: q}\nlimits: {tmp_mib: 1}";

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
found(const char *text)
{
	if (strstr(text, " is") == NULL)
		abort();
}

/* The manifest's bytes and the header, in memory of just their size. */
static void
make(struct pack *p)
{
	unsigned char header[USTAR_BLOCK];

	memset(p, 0, sizeof(*p));
	buf_add(&p->manifest, manifest, sizeof(manifest) - 1);
	if (ustar_put_header(header, "files/p", 0644, 0) == -1)
		abort();
	for (int i = 0; i < 3; i++)
		buf_add(&p->tar, header, sizeof(header));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *message = malloc(len + 1);
	struct pack p;

	if (message == NULL)
		abort();
	memcpy(message, data, len);
	message[len] = '\0';
	make(&p);
	cited_find(&p, message, found);
	pack_free(&p);
	free(message);
	return 0;
}
