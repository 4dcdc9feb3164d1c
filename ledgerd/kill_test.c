/*
 * ledgerd is killed at random moments while leaves with evidence are under way.
 * Each leaf that it acknowledged is there afterwards, with its evidence, and
 * none is there without.
 *
 * Environment: SEED, printed; STEPS, how often it is killed (default 20).
 */
#include <sys/random.h>
#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledgerd/test/fill.h"
#include "ledgerd/test/peers.h"
#include "lib/clock.h"

#define STEPS		20
#define UNDER_WAY	24	/* appends without a reply, always */
#define KILL_US		25000	/* it is killed within so many us */
#define ACKS_MAX	200000

static struct ledgerd_play p;
static struct answer a;

/* What was acknowledged: index and hash. */
static struct kill_ack {
	uint64_t	index;
	unsigned char	hash[TREE_HASH];
} acks[ACKS_MAX];
static size_t nacks;

static unsigned long
number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text == NULL || text[0] == '\0' ? otherwise :
	    strtoul(text, NULL, 10);
}

static void
append_one(uint32_t seq)
{
	play_append_evidence(&p, seq, seq % 3 == 0,
	    (size_t)rand() % 2 == 0 ? 100 : (size_t)rand() % 20000);
}

static void
take_ack(void)
{
	ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_REQUIRE(nacks < ACKS_MAX);
	acks[nacks].index = a.index;
	memcpy(acks[nacks++].hash, a.hash, TREE_HASH);
}

/*
 * Appends until a random moment, and kills it.  `acked': this moment comes after
 * the first reply, however slow the disk is.
 */
static void
run_and_kill(bool acked)
{
	uint32_t seq = 0;
	uint64_t end;

	play_start_ready(&p, "ledger");
	for (int i = 0; i < UNDER_WAY; i++)
		append_one(seq++);
	if (acked) {
		play_until_answer(&p, &a);
		take_ack();
	}
	end = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(rand() % KILL_US) * 1000;
	while (clock_ns(CLOCK_MONOTONIC) < end) {
		if (!play_turn(&p, &a, 0) || a.type == MSG_CHAN_HELLO)
			continue;
		take_ack();
		append_one(seq++);
	}
	play_kill(&p);
	play_new_runner(&p);
	play_new_keyd(&p);
}

/* Reads the whole ledger, and so is not called after each of many kills. */
static void
check_all(void)
{
	static char text[1 << 16];
	unsigned char hash[TREE_HASH];
	static struct store s;
	struct fsck f;

	fill_open(&s);
	for (size_t i = 0; i < nacks; i++) {
		ATF_REQUIRE(acks[i].index < s.tip.tree.size);
		ATF_REQUIRE_EQ(0, store_node(&s, 0, acks[i].index, hash));
		ATF_REQUIRE(memcmp(hash, acks[i].hash, sizeof(hash)) == 0);
	}
	ATF_REQUIRE_EQ_MSG(0, fill_fsck(&s, &f, text, sizeof(text)), "%s",
	    text);
	ATF_REQUIRE_EQ(s.tip.tree.size, f.leaves);
	/* All leaves but that of the start have two files. */
	ATF_REQUIRE_EQ(2 * (f.leaves - 1), f.files);
	store_close(&s);
}

ATF_TC(leaf_and_evidence_survive_every_kill);
ATF_TC_HEAD(leaf_and_evidence_survive_every_kill, tc)
{
	atf_tc_set_md_var(tc, "timeout", "900");
}
ATF_TC_BODY(leaf_and_evidence_survive_every_kill, tc)
{
	const unsigned long steps = number("STEPS", STEPS);
	unsigned short drawn;
	unsigned long seed;

	ATF_REQUIRE_EQ(sizeof(drawn), getrandom(&drawn, sizeof(drawn), 0));
	seed = number("SEED", drawn);
	printf("SEED=%lu STEPS=%lu\n", seed, steps);
	fflush(stdout);
	srand((unsigned)seed);
	ATF_REQUIRE(mkdir("ledger", 0700) == 0 || errno == EEXIST);
	play_init(&p);
	for (unsigned long i = 0; i < steps; i++) {
		run_and_kill(i % 2 == 1);
		if (steps <= STEPS || i % STEPS == 0 || i + 1 == steps)
			check_all();
	}
	printf("%zu leaves were acknowledged\n", nacks);
	ATF_CHECK(nacks >= steps / 2);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, leaf_and_evidence_survive_every_kill);
	return atf_no_error();
}
