/* What is kept beside leaves, given by the real ledgerd. */
#include <atf-c.h>

#include <string.h>

#include "ledgerd/test/kept.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

TEST(who_caused_a_leaf_gets_all_disclosures)
{
	kept_start();
	kept_append(EVENT_JOB_REFUSED, "one", NULL);
	ATF_CHECK_EQ(8, kept_check_lines());
	kept_check_line("\",\"submitter\",\"one submitter\"]");
	play_kill(&kept.p);
}

TEST(reader_gets_the_fields_of_the_mask)
{
	uint64_t leaf;

	kept_start();
	leaf = kept_append(EVENT_JOB_REFUSED, "one", NULL);
	kept_read(leaf, 0);
	ATF_CHECK_STREQ("", kept.a.disclosures);
	kept_read(leaf, withheld_bit(WITHHELD_ARGV));
	ATF_CHECK_EQ(1, kept_check_lines());
	kept_check_line("\"argv\",[\"one argv\"]]");
	kept_read(leaf, withheld_bit(WITHHELD_COMMAND_LINE) |
	    withheld_bit(WITHHELD_EVIDENCE));
	ATF_CHECK_STREQ("", kept.a.disclosures);
	kept_read(leaf, UINT32_MAX);
	ATF_CHECK_EQ(8, kept_check_lines());
	play_kill(&kept.p);
}

TEST(each_leaf_has_salts_of_its_own)
{
	static char before[sizeof(kept.a.disclosures)];

	kept_start();
	kept_append(EVENT_JOB_REFUSED, "one", NULL);
	strcpy(before, kept.a.disclosures);
	kept_append(EVENT_JOB_REFUSED, "one", NULL);
	ATF_CHECK(strncmp(before, kept.a.disclosures, 30) != 0);
	play_kill(&kept.p);
}

TEST(one_field_is_disclosed)
{
	uint64_t leaf;

	kept_start();
	leaf = kept_append(EVENT_JOB_ACCEPTED, "one", NULL);
	kept_disclose(leaf, WITHHELD_AUTHOR);
	ATF_REQUIRE_EQ(MSG_LEDGER_LEAF, kept.a.type);
	ATF_CHECK_EQ(1, kept_check_lines());
	kept_check_line("one author\"]");
	kept_disclose(leaf, WITHHELD_MESSAGE);
	kept_check_refused("withholds no message; its kind is");
	kept_disclose(leaf + 1, WITHHELD_AUTHOR);
	kept_check_refused("there is no leaf 2; the ledger has 2");
	play_kill(&kept.p);
}

TEST(evidence_is_given_in_parts)
{
	uint64_t leaf;
	size_t len;

	kept_start();
	leaf = kept_append(EVENT_JOB_ACCEPTED, "one", "first");
	kept_check_file(leaf, 0, "command", "command of one");
	kept_check_file(leaf, 1, "command.sig", "signature");
	kept_check_manifest(leaf, "first");
	kept_evidence(leaf, 3, &len);
	ATF_CHECK_STREQ("", kept.a.name);
	ATF_CHECK_EQ(0, len);
	kept_evidence(0, 0, &len); /* appliance.started */
	ATF_CHECK_STREQ("", kept.a.name);
	MSG_SEND(&kept.p.runner, ledger_evidence, .seq = ++kept.seq,
	    .index = leaf + 1);
	kept_expect(MSG_LEDGER_FAILED);
	play_kill(&kept.p);
}

TEST(manifest_of_many_jobs_is_stored_once)
{
	uint64_t leaf[3];

	kept_start();
	for (int i = 0; i < 3; i++)
		leaf[i] = kept_append(EVENT_JOB_ACCEPTED, "one",
		    "the-manifest");
	ATF_CHECK_EQ(1, kept_count("the-manifest"));
	for (int i = 0; i < 3; i++)
		kept_check_manifest(leaf[i], "the-manifest");
	play_kill(&kept.p);
	play_start_ready(&kept.p, "ledger"); /* remembers none */
	kept_append(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	ATF_CHECK_EQ(2, kept_count("the-manifest"));
	kept_check_manifest(leaf[2], "the-manifest");
	play_kill(&kept.p);
}

ATF_TP_ADD_TCS(tp)
{
#define ADD(name) ATF_TP_ADD_TC(tp, name)
	ADD(who_caused_a_leaf_gets_all_disclosures);
	ADD(reader_gets_the_fields_of_the_mask);
	ADD(each_leaf_has_salts_of_its_own);
	ADD(one_field_is_disclosed);
	ADD(evidence_is_given_in_parts);
	ADD(manifest_of_many_jobs_is_stored_once);
	return atf_no_error();
}
