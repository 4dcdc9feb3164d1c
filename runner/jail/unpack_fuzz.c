/*
 * Any bytes as a bundle.  The first byte chooses a grant: how many of the
 * files in `paths' it names; its high bit asks for right checksums.  Digests
 * are those of the input's own members.  So the reader gets past the first.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sha256.h"
#include "unpack.h"
#include "lib/ustar.h"

static const char *const paths[] = { "x", "a/b", "run", "data.txt" };

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The digests that make the archive right, as far as it is one. */
static void
take_digests(const uint8_t *tar, size_t len, struct grant *g)
{
	struct ustar_member m;
	struct ustar u;
	struct why why;

	ustar_init(&u, tar, len);
	while (ustar_next(&u, &m, &why) == 1) {
		if (m.size != 0 &&
		    (m.data < tar || m.data + m.size > tar + len))
			abort();
		if (name_check_path(m.name) == -1)
			abort();
		if (strcmp(m.name, "manifest.yaml") == 0)
			sha256(m.data, m.size, g->who.manifest_sha256);
		for (size_t i = 0; i < g->manifest.nfiles; i++)
			if (strncmp(m.name, "files/", 6) == 0 &&
			    strcmp(m.name + 6, g->manifest.files[i].path) == 0)
				sha256(m.data, m.size,
				    g->manifest.files[i].sha256);
	}
}

static void
fix_sums(uint8_t *tar, size_t len)
{
	for (; len >= USTAR_BLOCK; tar += USTAR_BLOCK, len -= USTAR_BLOCK) {
		unsigned sum = 8 * ' ';

		if (memcmp(tar + 257, "ustar", 5) != 0)
			continue;
		for (size_t i = 0; i < USTAR_BLOCK; i++)
			sum += i >= 148 && i < 156 ? 0 : tar[i];
		snprintf((char *)tar + 148, 8, "%06o", sum);
		tar[155] = ' ';
	}
}

static void
try(uint8_t first, const uint8_t *tar, size_t len)
{
	struct grant g;
	struct why why = { "" };

	grant_init(&g);
	for (size_t i = 0; i < (first & 0x7f) % 5; i++)
		g.manifest.files[g.manifest.nfiles++] = (struct manifest_file){
			.path = strdup(paths[i]), .executable = i % 2 == 0,
		};
	take_digests(tar, len, &g);
	if (unpack(tar, len, &g, UNPACK_NO_DIR, &why) == -1 &&
	    why.text[0] == '\0')
		abort();
	grant_free(&g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *copy;

	if (len == 0)
		return 0;
	copy = malloc(len);
	if (copy == NULL)
		return 0;
	memcpy(copy, data + 1, len - 1);
	if (data[0] & 0x80)
		fix_sums(copy, len - 1);
	try(data[0], copy, len - 1);
	free(copy);
	return 0;
}
