/* ledgerd's consistency proofs, which need only what it has signed. */
#include <sys/stat.h>

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include "ledgerd/test/peers.h"

#define LEAVES	12

static struct ledgerd_play p;
static struct answer a;
static struct checkpoint at[LEAVES + 1];	/* by their sizes */
static struct why why;

/* The answer's note, which must be of this key and origin. */
static void
take_checkpoint(const char *note, size_t len, struct checkpoint *c)
{
	size_t text_len;

	ATF_REQUIRE_EQ_MSG(0, note_verify(&p.key, note, len, 1, &text_len,
	    &why), "%s", why.text);
	ATF_REQUIRE_EQ(0, checkpoint_parse(c, note, text_len, &why));
}

/* A ledger of LEAVES leaves, with a checkpoint of each size. */
static void
setup(void)
{
	ATF_REQUIRE_EQ(0, mkdir("ledger", 0700));
	play_init(&p);
	play_start_ready(&p, "ledger");
	for (uint32_t i = 1; i < LEAVES; i++) {
		struct checkpoint c;

		play_append(&p, i, EVENT_JOB_FINISHED, true, "j");
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
		play_prove(&p, 100, 0, 0, 0);
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_PROOF, a.type);
		take_checkpoint(a.text, a.len, &c);
		ATF_REQUIRE_EQ(i + 1, c.size);
		at[i + 1] = c;
	}
}

static int
verify(uint64_t first, uint64_t second, const struct proof *proof)
{
	return tree_verify_consistency(first, at[first].root, second,
	    at[second].root, proof);
}

ATF_TC_WITHOUT_HEAD(newest_checkpoint_follows_all_that_were_signed);
ATF_TC_BODY(newest_checkpoint_follows_all_that_were_signed, tc)
{
	struct checkpoint c;

	setup();
	for (uint64_t i = 2; i < LEAVES; i++) {
		play_prove(&p, 7, i, i + 1, 0);
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_PROOF, a.type);
		ATF_CHECK_EQ(7, a.seq);
		ATF_CHECK_EQ(LEAVES, a.index);
		take_checkpoint(a.text, a.len, &c);
		ATF_CHECK_EQ(LEAVES, c.size);
		ATF_CHECK_EQ(0, verify(i, LEAVES, &a.first));
		ATF_CHECK_EQ(0, verify(i + 1, LEAVES, &a.second));
	}
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(two_earlier_sizes_have_a_proof_and_no_checkpoint);
ATF_TC_BODY(two_earlier_sizes_have_a_proof_and_no_checkpoint, tc)
{
	setup();
	play_prove(&p, 7, 3, 0, 9);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(MSG_LEDGER_PROOF, a.type);
	ATF_CHECK_EQ(9, a.index);
	ATF_CHECK_EQ(0, a.len);
	ATF_CHECK_EQ(0, verify(3, 9, &a.first));
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(a_size_that_is_not_reached_has_an_empty_proof);
ATF_TC_BODY(a_size_that_is_not_reached_has_an_empty_proof, tc)
{
	setup();
	play_prove(&p, 7, 5, LEAVES + 1, 0);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(MSG_LEDGER_PROOF, a.type);
	ATF_CHECK_EQ(LEAVES, a.index);
	ATF_CHECK_EQ(0, verify(5, LEAVES, &a.first));
	ATF_CHECK_EQ(0, a.second.count);
	play_prove(&p, 8, UINT64_MAX, UINT64_MAX, 0);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_PROOF, a.type);
	play_prove(&p, 9, 5, 0, LEAVES + 1);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK(strstr(a.text, "no checkpoint") != NULL);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(no_proof_while_keyd_does_not_sign);
ATF_TC_BODY(no_proof_while_keyd_does_not_sign, tc)
{
	setup();
	p.mood = KEYD_DENIES;
	play_append(&p, 50, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	play_prove(&p, 7, 5, 5, 0);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK(strstr(a.text, "no checkpoint") != NULL);
	play_kill(&p);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, newest_checkpoint_follows_all_that_were_signed);
	ATF_TP_ADD_TC(tp, two_earlier_sizes_have_a_proof_and_no_checkpoint);
	ATF_TP_ADD_TC(tp, a_size_that_is_not_reached_has_an_empty_proof);
	ATF_TP_ADD_TC(tp, no_proof_while_keyd_does_not_sign);
	return atf_no_error();
}
