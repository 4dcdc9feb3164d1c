#include "out.h"

#include <atf-c.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/msg/msg.h"

static int
output(struct gate_out *o, uint8_t stream, const void *data, size_t len)
{
	return gate_out_output(o, &(struct client_output){
	    .stream = stream, .data = { data, len } });
}

static int
add(struct gate_out *o, uint8_t stream, const char *text)
{
	return output(o, stream, text, strlen(text));
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

/* The client's side: takes frames apart, whatever pieces they come in. */
struct client {
	unsigned char	buf[65536];
	size_t		len;
	unsigned char	next[3];	/* of each stream */
	uint64_t	output;
};

/* Stream 1 and 2 each count up from 0, so that nothing is lost or twice. */
static void
take_frame(struct client *c, const unsigned char *p, size_t len)
{
	size_t n = len - 10;
	unsigned stream = p[5];

	ATF_REQUIRE_EQ(CLIENT_OUTPUT, p[4]);
	ATF_REQUIRE(stream == 1 || stream == 2);
	ATF_REQUIRE_EQ(n, (size_t)p[8] << 8 | p[9]);
	for (size_t i = 0; i < n; i++)
		ATF_REQUIRE_EQ(c->next[stream]++, p[10 + i]);
	c->output += n;
}

static void
take(struct client *c, const void *data, size_t n)
{
	size_t at = 0, len;

	ATF_REQUIRE(c->len + n <= sizeof(c->buf));
	memcpy(c->buf + c->len, data, n);
	c->len += n;
	while (c->len - at >= 4) {
		len = 4 + ((size_t)c->buf[at + 2] << 8 | c->buf[at + 3]);
		if (c->len - at < len)
			break;
		take_frame(c, c->buf + at, len);
		at += len;
	}
	c->len -= at;
	memmove(c->buf, c->buf + at, c->len);
}

static unsigned
draw(unsigned max)
{
	static uint64_t x = 1;

	x = x * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(x >> 33) % max;
}

/* A client that is now slow, now fast: the queue grows, wraps and empties. */
ATF_TC_WITHOUT_HEAD(all_output_arrives_in_order);
ATF_TC_BODY(all_output_arrives_in_order, tc)
{
	static struct client c;
	unsigned char data[300], sent[3] = { 0 };
	uint64_t queued = 0, credited = 0;
	struct gate_out o;
	const void *p;
	size_t len, n;

	gate_out_init(&o);
	for (int i = 0; i < 200000; i++) {
		unsigned stream = 1 + draw(2);

		n = draw(4) == 0 ? draw(sizeof(data)) : draw(8);
		if (o.len < 30000 && n > 0) {
			for (size_t k = 0; k < n; k++)
				data[k] = sent[stream]++;
			ATF_REQUIRE_EQ(0, output(&o, (uint8_t)stream, data, n));
			queued += n;
		}
		p = gate_out_peek(&o, &len);
		if (len == 0 || i / 1000 % 3 == 0)
			continue;
		n = 1 + draw(len < 400 ? (unsigned)len : 400);
		take(&c, p, n);
		credited += gate_out_wrote(&o, n);
		ATF_REQUIRE_EQ(c.output, credited);
	}
	p = gate_out_peek(&o, &len);
	if (len > 0) {
		take(&c, p, len);
		credited += gate_out_wrote(&o, len);
	}
	ATF_CHECK_EQ(queued, credited);
	ATF_CHECK_EQ(queued, c.output);
	ATF_CHECK_EQ(0, c.len);
	gate_out_free(&o);
}

/* See sub.mk: --wrap. */
static bool memory_is_short;

void	*__real_realloc(void *, size_t);
void	*__wrap_realloc(void *, size_t);

void *
__wrap_realloc(void *p, size_t n)
{
	return memory_is_short ? NULL : __real_realloc(p, n);
}

ATF_TC_WITHOUT_HEAD(without_memory_the_queue_stays_as_it_is);
ATF_TC_BODY(without_memory_the_queue_stays_as_it_is, tc)
{
	static unsigned char data[4000];
	const unsigned char *p;
	struct gate_out o;
	size_t len;

	gate_out_init(&o);
	ATF_REQUIRE_EQ(0, output(&o, 1, data, sizeof(data)));
	ATF_CHECK_EQ(0, gate_out_wrote(&o, 100));
	memory_is_short = true;
	ATF_CHECK_EQ(-1, output(&o, 1, data, sizeof(data)));
	ATF_CHECK_EQ(0, output(&o, 1, "x", 1));
	memory_is_short = false;
	ATF_CHECK_EQ(4000, gate_out_wrote(&o, 4010 - 100));
	p = gate_out_peek(&o, &len);
	ATF_REQUIRE_EQ(11, len);
	ATF_CHECK_EQ('x', p[10]);
	gate_out_free(&o);
}

ATF_TC_WITHOUT_HEAD(a_queue_has_a_limit);
ATF_TC_BODY(a_queue_has_a_limit, tc)
{
	static unsigned char data[DATA_MAX];
	struct gate_out o;
	size_t len;

	gate_out_init(&o);
	while (output(&o, 1, data, sizeof(data)) == 0)
		continue;
	ATF_CHECK_EQ(EMSGSIZE, errno);
	(void)gate_out_peek(&o, &len);
	ATF_CHECK(len <= GATE_OUT_MAX && len + 10 + DATA_MAX > GATE_OUT_MAX);
	ATF_CHECK_EQ(len / (10 + DATA_MAX) * DATA_MAX, gate_out_wrote(&o, len));
	gate_out_free(&o);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, all_output_arrives_in_order);
	ATF_TP_ADD_TC(tp, without_memory_the_queue_stays_as_it_is);
	ATF_TP_ADD_TC(tp, a_queue_has_a_limit);
	ATF_TP_ADD_TC(tp, output_byte_by_byte_is_joined);
	ATF_TP_ADD_TC(tp, begun_frame_is_not_changed);
	return atf_no_error();
}
