/*
 * Fuzzes what a guest can write into its ring: the input is the memory.
 */
#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "ring.h"

enum { SIZE = 16, AVAIL = 256, USED = 512, LEN = 4096 };

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	static struct mem mem;
	static struct chain chain;
	static struct iovec window[RING_IOV_MAX];
	static uint8_t *m;
	struct ring ring;
	const char *why = NULL;
	uint8_t header[44];

	if (m == NULL) {
		struct mem_region lo = { .size = LEN / 2, .ua = 0x10000 };
		struct mem_region hi = { .gpa = LEN / 2, .size = LEN / 2,
		    .ua = 0x20000, .offset = LEN / 2 };
		int fd = memfd_create("guest", 0);

		if (ftruncate(fd, LEN) == -1 || mem_add(&mem, &lo, fd) == -1 ||
		    mem_add(&mem, &hi, fd) == -1)
			__builtin_trap();
		m = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (m == MAP_FAILED)
			__builtin_trap();
	}
	if (len == 0)
		return 0;
	memset(m, 0, LEN);
	memcpy(m, in + 1, len - 1 < LEN ? len - 1 : LEN);
	ring_init(&ring, in[0] & 1 ? RING_TO_GUEST : RING_FROM_GUEST);
	ring.size = SIZE;
	ring.desc_ua = 0x10000;
	ring.avail_ua = 0x10000 + AVAIL;
	ring.used_ua = 0x10000 + USED;
	ring.event_idx = (in[0] & 2) != 0;
	ring.indirect = (in[0] & 4) != 0;
	if (ring_start(&ring, &mem) == -1)
		__builtin_trap();
	/* Pushing writes to the same memory: it may break under our feet. */
	for (int i = 0; i < 64; i++) {
		size_t total = 0;
		unsigned n;

		if (ring_peek(&ring, &mem, &chain, &why) != 1)
			break;
		n = chain_window(&chain, 10, 100, window);
		for (unsigned j = 0; j < n; j++)
			total += window[j].iov_len;
		if (total > 100 || total > chain.len)
			__builtin_trap();
		if (chain.len >= sizeof(header)) {
			chain_get(&chain, header, sizeof(header));
			if (ring.direction == RING_TO_GUEST)
				chain_put(&chain, header, sizeof(header));
		}
		ring_push(&ring, &chain, 44);
		ring_notify(&ring);
		(void)ring_ask_kick(&ring);
	}
	return 0;
}
