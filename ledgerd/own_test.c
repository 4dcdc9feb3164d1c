/*
 * The events that ledgerd writes by itself, with a clock that the test sets
 * and a real store.
 */
#include "own.h"

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commit.h"
#include "ledgerd/test/fill.h"

static struct ledgerd l;
static int64_t wall_ms, uptime_ms;

static bool full;

int	__wrap_clock_gettime(clockid_t, struct timespec *);
int	__wrap_store_begin(struct store *, size_t leaves, size_t bytes);
int	__real_store_begin(struct store *, size_t leaves, size_t bytes);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	const int64_t ms = clock == CLOCK_REALTIME ? wall_ms : uptime_ms;

	t->tv_sec = (time_t)(ms / 1000);
	t->tv_nsec = ms % 1000 * 1000000;
	return 0;
}

int
__wrap_store_begin(struct store *s, size_t leaves, size_t bytes)
{
	if (!full)
		return __real_store_begin(s, leaves, bytes);
	errno = ENOSPC;
	return -1;
}

/* Like ledgerd's own start, in this boot. */
static void
start(const char *boot)
{
	const struct chan runner = l.runner;
	int p[2];

	memset(&l, 0, sizeof(l));
	l.runner = runner;
	if (runner.msg == NULL) {
		ATF_REQUIRE_EQ(0, pipe2(p, O_DIRECT | O_CLOEXEC));
		chan_init(&l.runner, p[0], p[1], PEER_LEDGERD, PEER_RUNNER);
	}
	fill_open(&l.store);
	l.mode = "kept";
	l.boot_id = boot;
	strcpy(l.source, "casemate/test");
	own_start(&l);
	l.ready = true;
}

static void
pass(int64_t ms)
{
	wall_ms += ms;
	uptime_ms += ms;
}

static uint64_t
size(void)
{
	return l.store.tip.tree.size;
}

/* The last leaf has these words. */
static void
check_last(const char *words)
{
	static char text[LEAF_MAX + 1];
	size_t len;

	ATF_REQUIRE_EQ(0, store_leaf(&l.store, size() - 1, text, LEAF_MAX,
	    &len));
	text[len] = '\0';
	ATF_CHECK_MSG(strstr(text, words) != NULL, "%s is not in %s", words,
	    text);
}

static void
begin(void)
{
	wall_ms = 1800000000000;
	uptime_ms = 5000;
	start("boot-1");
}

ATF_TC_WITHOUT_HEAD(a_step_while_it_runs_is_a_leaf);
ATF_TC_BODY(a_step_while_it_runs_is_a_leaf, tc)
{
	begin();
	pass(3600000);
	own_turn(&l);
	ATF_CHECK_EQ(1, size());
	wall_ms -= 7200000;
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	check_last("\"type\":\"casemate.clock.stepped\","
	    "\"time\":\"2027-01-15T07:00:00.000Z\"");
	check_last("\"from\":\"2027-01-15T09:00:00.000Z\","
	    "\"to\":\"2027-01-15T07:00:00.000Z\",\"direction\":\"back\","
	    "\"step_ms\":7200000,\"noticed\":\"running\"");
	pass(1000);
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	wall_ms += 250;
	own_turn(&l);
	ATF_CHECK_EQ(3, size());
	check_last("\"direction\":\"forward\",\"step_ms\":250,");
	store_close(&l.store);
}

ATF_TC_WITHOUT_HEAD(small_steps_add_up);
ATF_TC_BODY(small_steps_add_up, tc)
{
	begin();
	for (int i = 0; i < 3; i++) {
		pass(1000);
		wall_ms += STEP_MS / 4;
		own_turn(&l);
	}
	ATF_CHECK_EQ(1, size());
	wall_ms += STEP_MS / 4;
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	store_close(&l.store);
}

ATF_TC_WITHOUT_HEAD(a_clock_before_the_last_leaf_is_a_step_at_the_start);
ATF_TC_BODY(a_clock_before_the_last_leaf_is_a_step_at_the_start, tc)
{
	begin();
	store_close(&l.store);
	pass(60000);
	start("boot-2");
	ATF_CHECK_EQ(2, size());	/* only the start */
	store_close(&l.store);
	wall_ms -= 86400000;
	uptime_ms = 700;
	start("boot-3");
	ATF_CHECK_EQ(4, size());
	check_last("\"from\":\"2027-01-15T08:01:00.000Z\","
	    "\"to\":\"2027-01-14T08:01:00.000Z\",\"direction\":\"back\","
	    "\"step_ms\":86400000,\"noticed\":\"start\"");
	store_close(&l.store);
}

/* The last leaf is of this boot: it has the time since the kernel started. */
ATF_TC_WITHOUT_HEAD(a_step_while_ledgerd_was_away_is_a_leaf);
ATF_TC_BODY(a_step_while_ledgerd_was_away_is_a_leaf, tc)
{
	begin();
	store_close(&l.store);
	pass(60000);
	start("boot-1");
	own_turn(&l);
	ATF_CHECK_EQ(1, size());
	store_close(&l.store);
	pass(60000);
	wall_ms += 3600000;
	start("boot-1");
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	check_last("\"from\":\"2027-01-15T08:02:00.000Z\","
	    "\"to\":\"2027-01-15T09:02:00.000Z\",\"direction\":\"forward\","
	    "\"step_ms\":3600000,\"noticed\":\"running\"");
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	store_close(&l.store);
}

/* Nothing fits any more: it is recorded once there is space. */
ATF_TC_WITHOUT_HEAD(a_step_on_a_full_disk_stays_to_be_recorded);
ATF_TC_BODY(a_step_on_a_full_disk_stays_to_be_recorded, tc)
{
	begin();
	full = true;
	wall_ms += 5000;
	own_turn(&l);
	own_turn(&l);
	ATF_CHECK_EQ(1, size());
	full = false;
	pass(10000);
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	check_last("\"direction\":\"forward\",\"step_ms\":5000,");
	store_close(&l.store);
}

ATF_TC_WITHOUT_HEAD(a_heartbeat_comes_when_idle);
ATF_TC_BODY(a_heartbeat_comes_when_idle, tc)
{
	begin();
	ATF_CHECK_EQ(-1, own_wait_ms(&l));
	l.heartbeat_s = 60;
	ATF_CHECK_EQ(60000, own_wait_ms(&l));
	pass(59999);
	own_turn(&l);
	ATF_CHECK_EQ(1, size());
	ATF_CHECK_EQ(1, own_wait_ms(&l));
	pass(2);
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	check_last("\"type\":\"casemate.ledger.heartbeat\"");
	check_last("\"interval_s\":60,\"idle_ms\":60001");
	ATF_CHECK_EQ(2, l.want_size);
	ATF_CHECK_EQ(60000, own_wait_ms(&l));
	l.stopped = true;
	pass(60000);
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	ATF_CHECK_EQ(-1, own_wait_ms(&l));
	store_close(&l.store);
}

ATF_TC_WITHOUT_HEAD(damage_is_recorded_once);
ATF_TC_BODY(damage_is_recorded_once, tc)
{
	begin();
	own_note_damage(&l, 7, "page 12 is damaged");
	ATF_CHECK_EQ(0, own_wait_ms(&l));
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	check_last("\"part\":\"ledger\",\"name\":\"\",\"message\":\"leaf 7 "
	    "cannot be read: page 12 is damaged\"");
	own_note_damage(&l, 8, "page 13 is damaged");
	own_turn(&l);
	ATF_CHECK_EQ(2, size());
	store_close(&l.store);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_step_while_it_runs_is_a_leaf);
	ATF_TP_ADD_TC(tp, small_steps_add_up);
	ATF_TP_ADD_TC(tp, a_clock_before_the_last_leaf_is_a_step_at_the_start);
	ATF_TP_ADD_TC(tp, a_step_while_ledgerd_was_away_is_a_leaf);
	ATF_TP_ADD_TC(tp, a_step_on_a_full_disk_stays_to_be_recorded);
	ATF_TP_ADD_TC(tp, a_heartbeat_comes_when_idle);
	ATF_TP_ADD_TC(tp, damage_is_recorded_once);
	return atf_no_error();
}
