/*
 * A small ledger on which the input writes: 2 bytes of place in units of 16,
 * 1 byte of length, and the bytes; again and again.
 */
#include "pages.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/msg/msg.h"
#include "store.h"

#define LEAVES	40

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char *sound;
static size_t sound_len;
static int file;

static void
fill(struct store *s)
{
	static char text[3000];

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < LEAVES; i++)
		if (store_begin(s, 1, LEAF_MAX) == -1 ||
		    store_put(s, (struct bytes){ text, i % 9 == 8 ? 3000 : 300 },
			(struct bytes){ "", 0 }) == -1 ||
		    store_set(s, "boot", text, 36) == -1 ||
		    store_commit(s) == -1)
			abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct store s;
	char dir[] = "/tmp/pages_fuzz.XXXXXX";
	struct why w;

	(void)argc;
	(void)argv;
	if (mkdtemp(dir) == NULL || store_open(&s, dir, 64, &w) == -1)
		abort();
	fill(&s);
	if (store_load(&s) == -1)
		abort();
	sound_len = s.pages.end * PAGE;
	sound = malloc(sound_len);
	if (sound == NULL ||
	    pread(s.pages.fd, sound, sound_len, 0) != (ssize_t)sound_len)
		abort();
	unlinkat(s.dir, "data.mdb", 0);
	store_close(&s);
	rmdir(dir);
	file = memfd_create("ledger", MFD_CLOEXEC);
	return file == -1 ? 1 : 0;
}

static void
overwrite(const uint8_t *data, size_t size)
{
	while (size > 3) {
		size_t at = (data[0] | (size_t)data[1] << 8) * 16 % sound_len;
		size_t len = data[2];

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		if (pwrite(file, data, len, (off_t)at) == -1)
			abort();
		data += len;
		size -= len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pages p;
	struct page_table leaves, nodes;
	const struct page_table *const tables[] = { &leaves, &nodes };
	static const struct page_table none;	/* an old ledger's `meta' */
	static char text[LEAF_MAX];
	size_t len;

	if (ftruncate(file, (off_t)sound_len) == -1 ||
	    pwrite(file, sound, sound_len, 0) != (ssize_t)sound_len)
		abort();
	overwrite(data, size);
	if (pages_load(&p, file) == -1 ||
	    pages_find_table(&p, "leaf", KEYS_BIG, &leaves) == -1 ||
	    pages_find_table(&p, "node", KEYS_BIG, &nodes) == -1)
		return 0;
	pages_check_append(&p, tables, 2, &none);
	pages_get_name(&p, &p.names, "boot", text, sizeof(text), &len);
	for (uint64_t i = 0; i <= LEAVES; i++)
		pages_get_number(&p, &leaves, i, text, sizeof(text), &len);
	for (uint64_t i = 0; i <= 2 * LEAVES; i++)
		pages_get_number(&p, &nodes, i, text, 32, &len);
	return 0;
}
