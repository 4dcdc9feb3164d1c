/*
 * A virtqueue in this process: what cannot be seen from outside, since it
 * depends on who looks first.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>

#include <atf-c.h>
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ring.h"

enum { SIZE = 8, DESC = 0, AVAIL = 0x1000, USED = 0x2000, DATA = 0x3000,
	LEN = 0x10000 };

static struct mem mem;
static struct ring ring;
static struct chain chain;
static uint8_t *m;

static void
put16(unsigned at, uint16_t v)
{
	v = htole16(v);
	memcpy(m + at, &v, 2);
}

static uint16_t
get16(unsigned at)
{
	uint16_t v;

	memcpy(&v, m + at, 2);
	return le16toh(v);
}

static void
start(bool event_idx, uint16_t at)
{
	struct mem_region r = { .size = LEN, .ua = 0x100000 };
	int fd = memfd_create("guest", 0);

	ATF_REQUIRE(ftruncate(fd, LEN) == 0);
	m = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ATF_REQUIRE(m != MAP_FAILED);
	mem_free(&mem);
	ATF_REQUIRE_EQ(0, mem_add(&mem, &r, fd));
	close(fd);
	ring_init(&ring, RING_FROM_GUEST);
	ring.size = SIZE;
	ring.desc_ua = 0x100000 + DESC;
	ring.avail_ua = 0x100000 + AVAIL;
	ring.used_ua = 0x100000 + USED;
	ring.event_idx = event_idx;
	ring.call = eventfd(0, EFD_NONBLOCK);
	put16(AVAIL + 2, at);
	put16(USED + 2, at);
	ATF_REQUIRE_EQ(0, ring_start(&ring, &mem));
}

/* One more packet from the guest. */
static void
post(void)
{
	uint16_t idx = get16(AVAIL + 2);
	uint64_t desc[2] = { htole64(DATA), htole64(100) };

	memcpy(m + DESC, desc, sizeof(desc));
	put16(AVAIL + 4 + 2 * (idx % SIZE), 0);
	put16(AVAIL + 2, (uint16_t)(idx + 1));
}

static void
finish_one(void)
{
	const char *why = NULL;

	post();
	ATF_REQUIRE_EQ(1, ring_peek(&ring, &mem, &chain, &why));
	ring_push(&ring, &chain, 0);
}

static bool
was_called(void)
{
	uint64_t n;

	return read(ring.call, &n, sizeof(n)) == sizeof(n);
}

ATF_TC_WITHOUT_HEAD(looking_does_not_consume);
ATF_TC_BODY(looking_does_not_consume, tc)
{
	const char *why = NULL;

	start(true, 0);
	ATF_CHECK_EQ(0, ring_peek(&ring, &mem, &chain, &why));
	post();
	for (int i = 0; i < 3; i++) {
		ATF_CHECK_EQ(1, ring_peek(&ring, &mem, &chain, &why));
		ATF_CHECK_EQ(100, chain.len);
	}
	ATF_CHECK_EQ(0, get16(USED + 2));
	ring_push(&ring, &chain, 0);
	ATF_CHECK_EQ(1, get16(USED + 2));
	ATF_CHECK_EQ(0, ring_peek(&ring, &mem, &chain, &why));
}

static void
try_ask_kick(bool event_idx, uint16_t at)
{
	start(event_idx, at);
	ATF_CHECK(!ring_ask_kick(&ring));
	post();
	/* The guest was faster than the question: no kick will come. */
	ATF_CHECK(ring_ask_kick(&ring));
}

ATF_TC_WITHOUT_HEAD(asking_for_a_kick_sees_what_came_meanwhile);
ATF_TC_BODY(asking_for_a_kick_sees_what_came_meanwhile, tc)
{
	try_ask_kick(true, 0);
	try_ask_kick(true, 65535);
	try_ask_kick(false, 0);
	try_ask_kick(false, 65535);
}

ATF_TC_WITHOUT_HEAD(kicks_are_asked_for_and_refused);
ATF_TC_BODY(kicks_are_asked_for_and_refused, tc)
{
	start(false, 0);
	ring_refuse_kick(&ring);
	ATF_CHECK_EQ(1, get16(USED));
	ATF_CHECK(!ring_ask_kick(&ring));
	ATF_CHECK_EQ(0, get16(USED));
	start(true, 65535);
	ATF_CHECK(!ring_ask_kick(&ring));
	ATF_CHECK_EQ(65535, get16(USED + 4 + 8 * SIZE));
}

ATF_TC_WITHOUT_HEAD(interrupts_come_at_the_used_event);
ATF_TC_BODY(interrupts_come_at_the_used_event, tc)
{
	start(true, 65533);
	ring_notify(&ring);
	ATF_CHECK_MSG(!was_called(), "nothing was pushed");
	/* The first is told in any case: who knows what was lost. */
	put16(AVAIL + 4 + 2 * SIZE, 20);
	finish_one();
	ring_notify(&ring);
	ATF_CHECK(was_called());
	/* Used is 65534; the guest asks for the one that makes it 1. */
	put16(AVAIL + 4 + 2 * SIZE, 0);
	finish_one();
	finish_one();
	ring_notify(&ring);
	ATF_CHECK(!was_called());
	finish_one();
	ring_notify(&ring);
	ATF_CHECK(was_called());
	ring_notify(&ring);
	ATF_CHECK(!was_called());
	/* A batch that goes over the event is one interrupt. */
	put16(AVAIL + 4 + 2 * SIZE, 3);
	for (int i = 0; i < 6; i++)
		finish_one();
	ring_notify(&ring);
	ATF_CHECK(was_called());
}

ATF_TC_WITHOUT_HEAD(interrupts_can_be_switched_off);
ATF_TC_BODY(interrupts_can_be_switched_off, tc)
{
	start(false, 0);
	put16(AVAIL, 1);
	finish_one();
	ring_notify(&ring);
	ATF_CHECK(!was_called());
	put16(AVAIL, 0);
	finish_one();
	ring_notify(&ring);
	ATF_CHECK(was_called());
}

ATF_TC_WITHOUT_HEAD(indirect_needs_to_be_negotiated);
ATF_TC_BODY(indirect_needs_to_be_negotiated, tc)
{
	uint64_t desc[2] = { htole64(DATA), htole64(UINT64_C(4) << 32 | 16) };
	const char *why = NULL;

	start(true, 0);
	post();
	memcpy(m + DATA, m + DESC, 16);
	memcpy(m + DESC, desc, sizeof(desc));
	ATF_CHECK_EQ(-1, ring_peek(&ring, &mem, &chain, &why));
	ATF_CHECK_STREQ("indirect descriptor not negotiated", why);
	ring.indirect = true;
	ATF_CHECK_EQ(1, ring_peek(&ring, &mem, &chain, &why));
	ATF_CHECK_EQ(100, chain.len);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, looking_does_not_consume);
	ATF_TP_ADD_TC(tp, asking_for_a_kick_sees_what_came_meanwhile);
	ATF_TP_ADD_TC(tp, kicks_are_asked_for_and_refused);
	ATF_TP_ADD_TC(tp, interrupts_come_at_the_used_event);
	ATF_TP_ADD_TC(tp, interrupts_can_be_switched_off);
	ATF_TP_ADD_TC(tp, indirect_needs_to_be_negotiated);
	return atf_no_error();
}
