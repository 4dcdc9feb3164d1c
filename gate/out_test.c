#include "out.h"

#include <atf-c.h>
#include <string.h>

static int
add(struct gate_out *o, uint8_t stream, const char *text)
{
	return gate_out_output(o, &(struct client_output){
	    .stream = stream, .data = { text, strlen(text) } });
}

ATF_TC_WITHOUT_HEAD(output_byte_by_byte_is_joined);
ATF_TC_BODY(output_byte_by_byte_is_joined, tc)
{
	struct gate_out o;
	size_t len;

	gate_out_init(&o);
	for (int i = 0; i < 10000; i++)
		ATF_REQUIRE_EQ(0, add(&o, 1, "x"));
	ATF_REQUIRE_EQ(0, add(&o, 2, "y"));
	ATF_REQUIRE_EQ(0, add(&o, 1, "z"));
	(void)gate_out_peek(&o, &len);
	ATF_CHECK_EQ(10000 + 2 + 3 * 10, len);
	/* Credit comes with the last byte of each frame, never before. */
	ATF_CHECK_EQ(0, gate_out_wrote(&o, 10009));
	ATF_CHECK_EQ(10000, gate_out_wrote(&o, 1));
	ATF_CHECK_EQ(0, gate_out_wrote(&o, 10));
	ATF_CHECK_EQ(2, gate_out_wrote(&o, 12));
	(void)gate_out_peek(&o, &len);
	ATF_CHECK_EQ(0, len);
}

ATF_TC_WITHOUT_HEAD(begun_frame_is_not_changed);
ATF_TC_BODY(begun_frame_is_not_changed, tc)
{
	struct gate_out o;
	const unsigned char *p;
	size_t len;

	gate_out_init(&o);
	add(&o, 1, "ab");
	ATF_CHECK_EQ(0, gate_out_wrote(&o, 3));
	add(&o, 1, "c");
	ATF_CHECK_EQ(2, gate_out_wrote(&o, 9));
	p = gate_out_peek(&o, &len);
	ATF_REQUIRE_EQ(11, len);
	ATF_CHECK_EQ(7, p[3]);
	ATF_CHECK_EQ('c', p[10]);
	gate_out_free(&o);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, output_byte_by_byte_is_joined);
	ATF_TP_ADD_TC(tp, begun_frame_is_not_changed);
	return atf_no_error();
}
