/*
 * Any bytes, in any pieces: every frame that comes out whole is one that a
 * client may send, within its limit, and holds the bytes that went in.
 */
#include <assert.h>
#include <string.h>

#include "frame.h"
#include "lib/msg/msg.h"
#include "lib/codes.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const unsigned char *frame = data + 1;
	struct gate_frame f;
	char why[TEXT_MAX];
	size_t step, at = 1, want, n;

	if (size < 2)
		return 0;
	step = (size_t)data[0] + 1;
	gate_frame_init(&f);
	while (at < size) {
		void *space = gate_frame_space(&f, &want);

		assert(want > 0);
		n = want < step ? want : step;
		n = n < size - at ? n : size - at;
		memcpy(space, data + at, n);
		at += n;
		switch (gate_frame_took(&f, n, why)) {
		case FRAME_MORE:
			break;
		case FRAME_BAD:
			assert(strlen(why) > 0 && strlen(why) < TEXT_MAX);
			gate_frame_free(&f);
			return 0;
		case FRAME_NO_MEMORY:
			gate_frame_free(&f);
			return 0;
		case FRAME_WHOLE:
			assert(f.need - GATE_FRAME_HEAD <=
			    client_max(gate_frame_type(&f)));
			assert(f.need == GATE_FRAME_HEAD ||
			    memcmp(f.payload, frame + GATE_FRAME_HEAD,
			    f.need - GATE_FRAME_HEAD) == 0);
			gate_frame_next(&f);
			frame = data + at;
			break;
		}
	}
	gate_frame_free(&f);
	return 0;
}
