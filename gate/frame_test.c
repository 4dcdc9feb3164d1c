/* What is left of a client's frame once it was used. */
#include "frame.h"

#include <atf-c.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg/msg.h"
#include "lib/codes.h"

static const unsigned char submit[] = {
	0, 0, 0, 9, CLIENT_SUBMIT, 'm', 'a', 'n', 'i', 'f', 'e', 's', 't',
};

/* The linker has every free() of these sources come here. */
static size_t freed, freed_with_text;

void	__real_free(void *);
void	__wrap_free(void *);

void
__wrap_free(void *p)
{
	size_t len = p == NULL ? 0 : malloc_usable_size(p);

	freed += p != NULL;
	freed_with_text += len != 0 && memmem(p, len, "mani", 4) != NULL;
	__real_free(p);
}

/* As much of the frame as len. */
static enum gate_frame_result
give(struct gate_frame *f, size_t len)
{
	enum gate_frame_result rc = FRAME_MORE;
	char why[TEXT_MAX];
	size_t done = 0, n;

	while (done < len) {
		void *to = gate_frame_space(f, &n);

		n = n < len - done ? n : len - done;
		memcpy(to, submit + done, n);
		done += n;
		rc = gate_frame_took(f, n, why);
	}
	return rc;
}

ATF_TC_WITHOUT_HEAD(frame_is_wiped_when_it_was_used);
ATF_TC_BODY(frame_is_wiped_when_it_was_used, tc)
{
	struct gate_frame f;

	gate_frame_init(&f);
	ATF_REQUIRE_EQ(give(&f, sizeof(submit)), FRAME_WHOLE);
	gate_frame_next(&f);
	ATF_CHECK_EQ(freed, 1);
	ATF_REQUIRE_EQ(give(&f, sizeof(submit) - 2), FRAME_MORE);
	gate_frame_free(&f);		/* the client has left */
	ATF_CHECK_EQ(freed, 2);
	ATF_CHECK_EQ(freed_with_text, 0);
	gate_frame_free(&f);
	ATF_CHECK_EQ(freed, 2);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, frame_is_wiped_when_it_was_used);
	return atf_no_error();
}
