#include "tail.h"

#include <stdlib.h>
#include <string.h>

struct tail *
tail_new(void)
{
	return calloc(1, sizeof(struct tail));
}

static int
stream_of(const struct tail *t, uint64_t at)
{
	const size_t i = at % TAIL_MAX;

	return 1 + (t->second[i / 8] >> (i % 8) & 1);
}

static void
mark(struct tail *t, int stream, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++) {
		const unsigned char bit = (unsigned char)(1u << (i % 8));

		if (stream == 2)
			t->second[i / 8] |= bit;
		else
			t->second[i / 8] &= (unsigned char)~bit;
	}
}

void
tail_add(struct tail *t, int stream, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (t != NULL && len > 0) {
		const size_t at = t->total % TAIL_MAX;
		const size_t n = len < TAIL_MAX - at ? len : TAIL_MAX - at;

		memcpy(t->bytes + at, p, n);
		mark(t, stream, at, n);
		t->total += n;
		p += n;
		len -= n;
	}
}

uint64_t
tail_first(const struct tail *t)
{
	return t->total < TAIL_MAX ? 0 : t->total - TAIL_MAX;
}

size_t
tail_run(const struct tail *t, uint64_t at, size_t max, int *stream,
    const void **p)
{
	const size_t i = at % TAIL_MAX;
	size_t n = 0;

	*stream = stream_of(t, at);
	*p = t->bytes + i;
	while (n < max && at + n < t->total && i + n < TAIL_MAX &&
	    stream_of(t, at + n) == *stream)
		n++;
	return n;
}
