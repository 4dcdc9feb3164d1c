/* Orders to forget, by the real ledgerd; and its file afterwards. */
#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "erase.h"
#include "ledgerd/test/fill.h"
#include "ledgerd/test/kept.h"
#include "lib/base64.h"
#include "lib/disclosure.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

static void
check_forgotten(uint64_t leaf, uint32_t file, const char *name)
{
	size_t len;

	kept_evidence(leaf, file, &len);
	ATF_CHECK_STREQ(name, kept.a.name);
	ATF_CHECK(kept.a.forgotten);
	ATF_CHECK_EQ(0, len);
}

/* All pages that have the text: the one in use, and copies. */
static void
damage_pages(const char *text)
{
	static const char zeros[PAGE];
	int fd = open("ledger/data.mdb", O_RDWR | O_CLOEXEC);
	char page[PAGE];

	for (off_t at = PAGE_METAS * PAGE; pread(fd, page, PAGE, at) == PAGE;
	     at += PAGE)
		if (memmem(page, PAGE, text, strlen(text)) != NULL)
			ATF_REQUIRE_EQ(PAGE, pwrite(fd, zeros, PAGE, at));
	close(fd);
}

static void
erased(void)
{
	MSG_SEND(&kept.p.runner, ledger_erased, .seq = ++kept.seq);
	kept_expect(MSG_LEDGER_ERASED_IS);
	ATF_CHECK_STREQ("", kept.a.text);
}

static uint64_t
forget(uint64_t leaf, enum withheld field)
{
	uint64_t by;

	play_forget(&kept.p, ++kept.seq, leaf, field, "order");
	kept_expect(MSG_LEDGER_APPENDED);
	by = kept.a.index;
	ATF_CHECK(kept_check_lines() > 0);
	erased();
	return by;
}

/* The salt of the first line. */
static void
first_salt(unsigned char salt[DISCLOSURE_SALT])
{
	const char *text = kept_decoded(kept.a.disclosures) + 2;
	size_t len;

	ATF_REQUIRE_EQ(0, base64url_get(salt, DISCLOSURE_SALT, &len, text,
	    strcspn(text, "\"")));
	ATF_REQUIRE_EQ(DISCLOSURE_SALT, len);
}

TEST(forgotten_value_is_nowhere_in_the_file)
{
	unsigned char salt[DISCLOSURE_SALT];
	uint64_t leaf, by;
	char text[128];

	kept_start();
	kept_append(EVENT_JOB_ACCEPTED, "before", "manifest-before");
	leaf = kept_append(EVENT_JOB_ACCEPTED, "alice", "manifest-of-alice");
	first_salt(salt);
	for (int i = 0; i < 40; i++) /* many commits, many copies */
		kept_append(EVENT_READ_ALLOWED, "after", NULL);
	ATF_REQUIRE(kept_count("alice submitter") > 0);
	ATF_REQUIRE(kept_count("command of alice") > 0);
	ATF_REQUIRE(kept_count_raw(salt, sizeof(salt)) > 0);
	by = forget(leaf, WITHHELD_SUBMITTER);
	for (int i = 0; i < 80; i++) {
		ATF_REQUIRE_EQ(0, kept_count("alice submitter\""));
		ATF_REQUIRE_EQ(0, kept_count("command of alice"));
		ATF_REQUIRE_EQ(0, kept_count_raw(salt, sizeof(salt)));
		kept_append(EVENT_READ_ALLOWED, "later", NULL);
	}
	ATF_CHECK(kept_count("alice author\"") > 0);
	kept_read(leaf, UINT32_MAX);
	ATF_CHECK_EQ(6, kept_check_lines());
	check_forgotten(leaf, 0, "command");
	check_forgotten(leaf, 1, "command.sig");
	kept_check_manifest(leaf, "manifest-of-alice");
	kept_disclose(leaf, WITHHELD_SUBMITTER);
	snprintf(text, sizeof(text),
	    "submitter of leaf %u was forgotten; "
	    "leaf %u has the order",
	    (unsigned)leaf, (unsigned)by);
	kept_check_refused(text);
	play_kill(&kept.p);
	play_start_ready(&kept.p, "ledger");
	kept_read(leaf, UINT32_MAX);
	ATF_CHECK_EQ(6, kept_check_lines());
	play_kill(&kept.p);
}

/*
 * LMDB uses its pages in memory again, with what they held in their gaps: so
 * some values are in the file more often than once.
 */
TEST(forgotten_values_are_in_no_gap)
{
	enum { MANY = 96 };
	char tag[32];
	unsigned copies = 0;

	kept_start();
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(tag, sizeof(tag), "alice%02u", i);
		kept_append(
		    i % 4 == 0 ? EVENT_JOB_ACCEPTED : EVENT_READ_ALLOWED, tag,
		    NULL);
	}
	copies = kept_count("alice");
	for (unsigned i = 0; i < MANY; i++) {
		forget(1 + i, WITHHELD_SUBMITTER);
		snprintf(tag, sizeof(tag), "alice%02u submitter\"", i);
		ATF_REQUIRE_EQ_MSG(0, kept_count(tag), "%u", i);
	}
	ATF_CHECK(copies > MANY);
	for (unsigned i = 0; i < 100; i++) {
		for (unsigned j = 0; j < MANY; j++) {
			snprintf(tag, sizeof(tag), "alice%02u submitter\"", j);
			ATF_REQUIRE_EQ_MSG(0, kept_count(tag), "%u %u", i, j);
		}
		kept_append(
		    i % 2 == 0 ? EVENT_JOB_ACCEPTED : EVENT_READ_ALLOWED,
		    "later", NULL);
	}
	play_kill(&kept.p);
}

TEST(forgotten_manifest_is_moved_to_the_next_that_has_it)
{
	uint64_t leaf[3];

	kept_start();
	for (int i = 0; i < 3; i++)
		leaf[i] = kept_append(EVENT_JOB_ACCEPTED, "one",
		    "the-manifest");
	forget(leaf[0], WITHHELD_AUTHOR);
	check_forgotten(leaf[0], 2, "manifest.yaml");
	kept_check_file(leaf[0], 0, "command", "command of one");
	kept_check_manifest(leaf[1], "the-manifest");
	kept_check_manifest(leaf[2], "the-manifest");
	ATF_CHECK_EQ(1, kept_count("the-manifest"));
	for (int i = 0; i < 3; i++) {
		kept_read(leaf[i], UINT32_MAX);
		ATF_CHECK_EQ(i == 0 ? 6 : 7, kept_check_lines());
	}
	forget(leaf[2], WITHHELD_EVIDENCE);
	check_forgotten(leaf[2], 0, "command");
	check_forgotten(leaf[2], 2, "manifest.yaml");
	kept_check_manifest(leaf[1], "the-manifest");
	forget(leaf[1], WITHHELD_ARGV);
	ATF_CHECK_EQ(0, kept_count("the-manifest"));
	/* A later job must not refer to what is gone. */
	leaf[0] = kept_append(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	kept_check_manifest(leaf[0], "the-manifest");
	play_kill(&kept.p);
}

/* It must not refer to what an order before it, in the queue, erases. */
TEST(manifest_of_an_append_behind_an_order_is_kept)
{
	uint64_t leaf;

	kept_start();
	leaf = kept_append(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	play_forget(&kept.p, ++kept.seq, leaf, WITHHELD_AUTHOR, "order");
	kept_send(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	kept.seq--;
	kept_expect(MSG_LEDGER_APPENDED);
	kept.seq++;
	kept_expect(MSG_LEDGER_APPENDED);
	kept_check_manifest(kept.a.index, "the-manifest");
	play_kill(&kept.p);
}

TEST(order_to_forget_what_is_not_there_is_refused)
{
	uint64_t leaf, by;
	char text[64];

	kept_start();
	leaf = kept_append(EVENT_JOB_ACCEPTED, "one", NULL);
	play_forget(&kept.p, ++kept.seq, 99, WITHHELD_AUTHOR, "order");
	kept_expect(MSG_LEDGER_FAILED);
	kept_check_refused("there is no leaf 99; the ledger has 2");
	play_forget(&kept.p, ++kept.seq, leaf, WITHHELD_MESSAGE, "order");
	kept_expect(MSG_LEDGER_FAILED);
	kept_check_refused("withholds no message");
	play_forget(&kept.p, ++kept.seq, 0, WITHHELD_EVIDENCE, "order");
	kept_expect(MSG_LEDGER_FAILED);
	kept_check_refused("leaf 0 has no evidence");
	by = forget(leaf, WITHHELD_EVIDENCE);
	ATF_CHECK_EQ(leaf + 1, by);
	play_forget(&kept.p, ++kept.seq, leaf, WITHHELD_EVIDENCE, "order");
	kept_expect(MSG_LEDGER_FAILED);
	kept_check_refused("the evidence of leaf 1 was forgotten");
	by = forget(leaf, WITHHELD_AUTHOR); /* its value is still there */
	play_forget(&kept.p, ++kept.seq, leaf, WITHHELD_AUTHOR, "order");
	kept_expect(MSG_LEDGER_FAILED);
	snprintf(text, sizeof(text), "leaf %u has the order", (unsigned)by);
	kept_check_refused(text);
	play_kill(&kept.p);
}

/* As if the process had been killed behind the transaction. */
static void
erase_only(uint64_t leaf)
{
	static struct store s;
	struct erase e;
	struct why why;

	ATF_REQUIRE_EQ_MSG(
	    0, store_open(&s, "ledger", STORE_MIB, &why), "%s", why.text);
	ATF_REQUIRE_EQ(0, erase_plan(&e, &s, leaf, WITHHELD_SUBMITTER, &why));
	ATF_REQUIRE_EQ(0, store_begin(&s, e.records, e.bytes));
	ATF_REQUIRE_EQ(0, erase_apply(&e, leaf));
	ATF_REQUIRE_EQ(0, store_set(&s, "erased", "1", 1));
	ATF_REQUIRE_EQ(0, store_commit(&s));
	store_close(&s);
}

TEST(copies_are_overwritten_at_the_next_start)
{
	uint64_t leaf;

	kept_start();
	leaf = kept_append(EVENT_JOB_ACCEPTED, "alice", "manifest");
	play_kill(&kept.p);
	erase_only(leaf);
	ATF_CHECK(kept_count("alice submitter\"") > 0);
	ATF_CHECK(kept_count("command of alice") > 0);
	play_start_ready(&kept.p, "ledger");
	ATF_CHECK_EQ(0, kept_count("alice submitter\""));
	ATF_CHECK_EQ(0, kept_count("command of alice"));
	kept_check_manifest(leaf, "manifest");
	play_kill(&kept.p);
	play_start_ready(&kept.p, "ledger");
	play_kill(&kept.p);
}

/* Nothing is overwritten while it is not known which pages are in use. */
TEST(damaged_page_leaves_copies_and_the_order_says_so)
{
	uint64_t leaf;

	kept_start();
	leaf = kept_append(EVENT_JOB_ACCEPTED, "alice", NULL);
	for (int i = 0; i < 40; i++)
		kept_append(EVENT_READ_ALLOWED, "later", NULL);
	play_kill(&kept.p);
	damage_pages("\"id\":\"20\",");
	play_start_ready(&kept.p, "ledger");
	play_forget(&kept.p, ++kept.seq, leaf, WITHHELD_MESSAGE, "order");
	kept_expect(MSG_LEDGER_FAILED);
	play_forget(&kept.p, ++kept.seq, leaf, WITHHELD_SESSION, "order");
	kept_expect(MSG_LEDGER_APPENDED);
	MSG_SEND(&kept.p.runner, ledger_erased, .seq = ++kept.seq);
	kept_expect(MSG_LEDGER_ERASED_IS);
	ATF_CHECK_MSG(
	    strstr(kept.a.text, "copies of it may be left on the data "
				"disk: page ") != NULL,
	    "%s", kept.a.text);
	play_check_log("copies of it may be left");
	kept_read(leaf, UINT32_MAX);
	ATF_CHECK_EQ(6, kept_check_lines());
	play_kill(&kept.p);
}

/* Its leaf would say what did not happen. */
TEST(event_of_an_order_comes_only_with_the_order)
{
	kept_start();
	play_append(&kept.p, 1, EVENT_DISCLOSURE_FORGOTTEN, true, "j");
	ATF_CHECK_EQ(110, play_wait_exit(&kept.p));
	play_check_log("is not its to send");
}

/* What was erased is not damage. */
TEST(whole_ledger_is_sound_after_orders_to_forget)
{
	static struct store s;
	static struct fsck f;
	static char text[65536];
	struct why why;
	uint64_t leaf[3];

	kept_start();
	for (int i = 0; i < 3; i++)
		leaf[i] = kept_append(EVENT_READ_ALLOWED, "one",
		    "the-manifest");
	forget(leaf[0], WITHHELD_EVIDENCE);
	forget(leaf[1], WITHHELD_SUBMITTER);
	play_kill(&kept.p);
	ATF_REQUIRE_EQ(0, store_open(&s, "ledger", STORE_MIB, &why));
	fill_fsck(&s, &f, text, sizeof(text));
	ATF_CHECK_MSG(strstr(text, "leaf 1: ") == NULL &&
			  strstr(text, "what discloses") == NULL,
	    "%s", text);
	store_close(&s);
}

/* Orders that wait with others for a commit; two are for the same field. */
TEST(orders_among_other_appends_are_done_in_order)
{
	uint64_t leaf;

	kept_start();
	leaf = kept_append(EVENT_JOB_ACCEPTED, "one", NULL);
	play_append(&kept.p, 100, EVENT_JOB_FINISHED, false, "j");
	play_forget(&kept.p, 101, leaf, WITHHELD_AUTHOR, "order");
	play_forget(&kept.p, 102, leaf, WITHHELD_AUTHOR, "order");
	play_append(&kept.p, 103, EVENT_JOB_FINISHED, false, "j");
	for (kept.seq = 100; kept.seq < 104; kept.seq++) {
		play_until_answer(&kept.p, &kept.a);
		ATF_REQUIRE_EQ(kept.seq, kept.a.seq);
		ATF_REQUIRE_EQ(
		    kept.seq == 102 ? MSG_LEDGER_FAILED : MSG_LEDGER_APPENDED,
		    kept.a.type);
	}
	erased();
	play_kill(&kept.p);
}

ATF_TP_ADD_TCS(tp)
{
#define ADD(name) ATF_TP_ADD_TC(tp, name)
	ADD(forgotten_value_is_nowhere_in_the_file);
	ADD(forgotten_values_are_in_no_gap);
	ADD(forgotten_manifest_is_moved_to_the_next_that_has_it);
	ADD(manifest_of_an_append_behind_an_order_is_kept);
	ADD(order_to_forget_what_is_not_there_is_refused);
	ADD(copies_are_overwritten_at_the_next_start);
	ADD(damaged_page_leaves_copies_and_the_order_says_so);
	ADD(event_of_an_order_comes_only_with_the_order);
	ADD(whole_ledger_is_sound_after_orders_to_forget);
	ADD(orders_among_other_appends_are_done_in_order);
	return atf_no_error();
}
