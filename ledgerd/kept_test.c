/* What is kept beside leaves, given and forgotten by the real ledgerd. */
#include <sys/stat.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "erase.h"
#include "ledgerd/test/fill.h"
#include "ledgerd/test/peers.h"
#include "lib/base64.h"
#include "lib/disclosure.h"
#include "lib/receipt.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

#define MANIFEST_BYTES	60000	/* more than one part */

static struct ledgerd_play p;
static struct answer a;
static uint32_t seq;

static void
setup(void)
{
	ATF_REQUIRE_EQ(0, mkdir("ledger", 0700));
	play_init(&p);
	play_start_ready(&p, "ledger");
}

static void
expect(enum msg type)
{
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ_MSG(type, a.type, "message %#x: %.*s", a.type,
	    (int)a.len, a.text);
	ATF_REQUIRE_EQ(seq, a.seq);
}

static void
put_file(struct put *e, const char *name, const void *data, size_t len)
{
	put_cstr(e, name);
	put_string(e, data, len);
}

/* A manifest as long as this, with the tag at its end. */
static const char *
manifest(const char *tag)
{
	static char text[MANIFEST_BYTES + 1];

	memset(text, 'm', MANIFEST_BYTES);
	memcpy(text + MANIFEST_BYTES - strlen(tag), tag, strlen(tag));
	return text;
}

/* Appends a job.accepted or another kind; returns its leaf. */
static uint64_t
append(enum event nr, const char *tag, const char *manifest_tag)
{
	static unsigned char room[EVIDENCE_MAX];
	char command[64];
	struct put e;

	put_init(&e, room, sizeof(room));
	snprintf(command, sizeof(command), "command of %s", tag);
	put_file(&e, "command", command, strlen(command));
	put_file(&e, "command.sig", "signature", 9);
	if (manifest_tag != NULL)
		put_file(&e, "manifest.yaml", manifest(manifest_tag),
		    MANIFEST_BYTES);
	ATF_REQUIRE_EQ(0, e.err);
	play_append_tagged(&p, ++seq, nr, tag, (struct bytes){ room, e.len });
	expect(MSG_LEDGER_APPENDED);
	return a.index;
}

static void
read_fields(uint64_t leaf, uint32_t mask)
{
	MSG_SEND(&p.runner, ledger_read, .seq = ++seq, .index = leaf,
	    .fields = mask);
	expect(MSG_LEDGER_LEAF);
}

/* Whether all lines are in the receipt's leaf; returns how many they are. */
static unsigned
check_disclosures(void)
{
	static struct receipt r;
	static unsigned char room[DISCLOSURES_MAX];
	char digest[DISCLOSURE_DIGEST + 1], *line, *rest = a.disclosures;
	struct disclosure d;
	struct checkpoint c;
	struct why why;
	unsigned n = 0;

	ATF_REQUIRE_EQ(0, receipt_parse(&r, a.text, a.len, &why));
	ATF_REQUIRE_EQ(0, receipt_verify(&r, &p.key, &c, &why));
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		ATF_REQUIRE_EQ_MSG(0, disclosure_parse(&d, line, strlen(line),
		    room, &why), "%s: %s", line, why.text);
		disclosure_digest_text(line, strlen(line), digest);
		ATF_CHECK_MSG(memmem(r.leaf, r.leaf_len, digest,
		    DISCLOSURE_DIGEST) != NULL, "%s", line);
		n++;
	}
	return n;
}

/* The JSON of a line of disclosures. */
static const char *
decoded(const char *line)
{
	static char text[4096];
	size_t len;

	ATF_REQUIRE_EQ(0, base64url_get(text, sizeof(text) - 1, &len, line,
	    strcspn(line, "\n")));
	text[len] = '\0';
	return text;
}

TEST(who_caused_a_leaf_gets_all_disclosures)
{
	setup();
	append(EVENT_JOB_REFUSED, "one", NULL);
	ATF_CHECK_EQ(8, check_disclosures());
	ATF_CHECK_MSG(strstr(decoded(a.disclosures), "\",\"submitter\",\"one "
	    "submitter\"]") != NULL, "%s", decoded(a.disclosures));
	play_kill(&p);
}

TEST(reader_gets_the_fields_of_the_mask)
{
	uint64_t leaf;

	setup();
	leaf = append(EVENT_JOB_REFUSED, "one", NULL);
	read_fields(leaf, 0);
	ATF_CHECK_STREQ("", a.disclosures);
	read_fields(leaf, withheld_bit(WITHHELD_ARGV));
	ATF_CHECK_EQ(1, check_disclosures());
	ATF_CHECK(strstr(decoded(a.disclosures), "\"argv\",[\"one argv\"]]") !=
	    NULL);
	read_fields(leaf, withheld_bit(WITHHELD_COMMAND_LINE) |
	    withheld_bit(WITHHELD_EVIDENCE));
	ATF_CHECK_STREQ("", a.disclosures);
	read_fields(leaf, UINT32_MAX);
	ATF_CHECK_EQ(8, check_disclosures());
	play_kill(&p);
}

TEST(each_leaf_has_salts_of_its_own)
{
	static char before[sizeof(a.disclosures)];

	setup();
	append(EVENT_JOB_REFUSED, "one", NULL);
	strcpy(before, a.disclosures);
	append(EVENT_JOB_REFUSED, "one", NULL);
	ATF_CHECK(strncmp(before, a.disclosures, 30) != 0);
	play_kill(&p);
}

static void
disclose(uint64_t leaf, enum withheld field)
{
	MSG_SEND(&p.runner, ledger_disclose, .seq = ++seq, .index = leaf,
	    .field = (uint8_t)field);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(seq, a.seq);
}

static void
check_not_kept(const char *text)
{
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK(a.not_kept);
	ATF_CHECK_MSG(strstr(a.text, text) != NULL, "%s", a.text);
}

TEST(one_field_is_disclosed)
{
	uint64_t leaf;

	setup();
	leaf = append(EVENT_JOB_ACCEPTED, "one", NULL);
	disclose(leaf, WITHHELD_AUTHOR);
	ATF_REQUIRE_EQ(MSG_LEDGER_LEAF, a.type);
	ATF_CHECK_EQ(1, check_disclosures());
	ATF_CHECK(strstr(decoded(a.disclosures), "one author\"]") != NULL);
	disclose(leaf, WITHHELD_MESSAGE);
	check_not_kept("withholds no message; its kind is casemate.job.acc");
	disclose(leaf + 1, WITHHELD_AUTHOR);
	check_not_kept("there is no leaf 2; the ledger has 2");
	play_kill(&p);
}

/* All parts of a file; *lenp are its bytes. */
static const char *
evidence(uint64_t leaf, uint32_t file, size_t *lenp)
{
	static char text[EVIDENCE_MAX];

	*lenp = 0;
	do {
		MSG_SEND(&p.runner, ledger_evidence, .seq = ++seq,
		    .index = leaf, .file = file, .offset = *lenp);
		expect(MSG_LEDGER_EVIDENCE_IS);
		ATF_REQUIRE(a.len <= DATA_MAX && *lenp + a.len <= sizeof(text));
		memcpy(text + *lenp, a.text, a.len);
		*lenp += a.len;
	} while (!a.last);
	return text;
}

static void
check_file(uint64_t leaf, uint32_t file, const char *name, const char *text)
{
	size_t len;
	const char *got = evidence(leaf, file, &len);

	ATF_CHECK_STREQ(name, a.name);
	ATF_CHECK(!a.forgotten);
	ATF_CHECK_EQ(strlen(text), len);
	ATF_CHECK(memcmp(text, got, len) == 0);
}

static void
check_forgotten(uint64_t leaf, uint32_t file, const char *name)
{
	size_t len;

	evidence(leaf, file, &len);
	ATF_CHECK_STREQ(name, a.name);
	ATF_CHECK(a.forgotten);
	ATF_CHECK_EQ(0, len);
}

TEST(evidence_is_given_in_parts)
{
	uint64_t leaf;
	size_t len;

	setup();
	leaf = append(EVENT_JOB_ACCEPTED, "one", "first");
	check_file(leaf, 0, "command", "command of one");
	check_file(leaf, 1, "command.sig", "signature");
	check_file(leaf, 2, "manifest.yaml", manifest("first"));
	evidence(leaf, 3, &len);
	ATF_CHECK_STREQ("", a.name);
	ATF_CHECK_EQ(0, len);
	evidence(0, 0, &len);		/* appliance.started */
	ATF_CHECK_STREQ("", a.name);
	MSG_SEND(&p.runner, ledger_evidence, .seq = ++seq, .index = leaf + 1);
	expect(MSG_LEDGER_FAILED);
	play_kill(&p);
}

/* How often the bytes are in the file. */
static unsigned
count_raw(const void *bytes, size_t len)
{
	int fd = open("ledger/data.mdb", O_RDONLY | O_CLOEXEC);
	const char *at, *end;
	struct stat st;
	unsigned n = 0;
	char *file;

	ATF_REQUIRE_EQ(0, fstat(fd, &st));
	file = malloc((size_t)st.st_size);
	ATF_REQUIRE(file != NULL);
	ATF_REQUIRE_EQ(st.st_size, read(fd, file, (size_t)st.st_size));
	close(fd);
	end = file + st.st_size;
	for (at = file; (at = memmem(at, (size_t)(end - at), bytes, len)) !=
	    NULL; at++)
		n++;
	free(file);
	return n;
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

static unsigned
count_text(const char *text)
{
	return count_raw(text, strlen(text));
}

TEST(manifest_of_many_jobs_is_stored_once)
{
	uint64_t leaf[3];

	setup();
	for (int i = 0; i < 3; i++)
		leaf[i] = append(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	ATF_CHECK_EQ(1, count_text("the-manifest"));
	for (int i = 0; i < 3; i++)
		check_file(leaf[i], 2, "manifest.yaml",
		    manifest("the-manifest"));
	play_kill(&p);
	play_start_ready(&p, "ledger");		/* remembers none */
	append(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	ATF_CHECK_EQ(2, count_text("the-manifest"));
	check_file(leaf[2], 2, "manifest.yaml", manifest("the-manifest"));
	play_kill(&p);
}

static void
erased(void)
{
	MSG_SEND(&p.runner, ledger_erased, .seq = ++seq);
	expect(MSG_LEDGER_ERASED_IS);
	ATF_CHECK_STREQ("", a.text);
}

static uint64_t
forget(uint64_t leaf, enum withheld field)
{
	uint64_t by;

	play_forget(&p, ++seq, leaf, field, "order");
	expect(MSG_LEDGER_APPENDED);
	by = a.index;
	ATF_CHECK(check_disclosures() > 0);
	erased();
	return by;
}

/* The salt of the first line. */
static void
first_salt(unsigned char salt[DISCLOSURE_SALT])
{
	const char *text = decoded(a.disclosures) + 2;
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

	setup();
	append(EVENT_JOB_ACCEPTED, "before", "manifest-before");
	leaf = append(EVENT_JOB_ACCEPTED, "alice", "manifest-of-alice");
	first_salt(salt);
	for (int i = 0; i < 40; i++)	/* many commits, many copies */
		append(EVENT_READ_ALLOWED, "after", NULL);
	ATF_REQUIRE(count_text("alice submitter") > 0);
	ATF_REQUIRE(count_text("command of alice") > 0);
	ATF_REQUIRE(count_raw(salt, sizeof(salt)) > 0);
	by = forget(leaf, WITHHELD_SUBMITTER);
	for (int i = 0; i < 80; i++) {
		ATF_REQUIRE_EQ(0, count_text("alice submitter\""));
		ATF_REQUIRE_EQ(0, count_text("command of alice"));
		ATF_REQUIRE_EQ(0, count_raw(salt, sizeof(salt)));
		append(EVENT_READ_ALLOWED, "later", NULL);
	}
	ATF_CHECK(count_text("alice author\"") > 0);
	read_fields(leaf, UINT32_MAX);
	ATF_CHECK_EQ(6, check_disclosures());
	check_forgotten(leaf, 0, "command");
	check_forgotten(leaf, 1, "command.sig");
	check_file(leaf, 2, "manifest.yaml", manifest("manifest-of-alice"));
	disclose(leaf, WITHHELD_SUBMITTER);
	snprintf(text, sizeof(text), "submitter of leaf %u was forgotten; "
	    "leaf %u has the order", (unsigned)leaf, (unsigned)by);
	check_not_kept(text);
	play_kill(&p);
	play_start_ready(&p, "ledger");
	read_fields(leaf, UINT32_MAX);
	ATF_CHECK_EQ(6, check_disclosures());
	play_kill(&p);
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

	setup();
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(tag, sizeof(tag), "alice%02u", i);
		append(i % 4 == 0 ? EVENT_JOB_ACCEPTED : EVENT_READ_ALLOWED,
		    tag, NULL);
	}
	copies = count_text("alice");
	for (unsigned i = 0; i < MANY; i++) {
		forget(1 + i, WITHHELD_SUBMITTER);
		snprintf(tag, sizeof(tag), "alice%02u submitter\"", i);
		ATF_REQUIRE_EQ_MSG(0, count_text(tag), "%u", i);
	}
	ATF_CHECK(copies > MANY);
	for (unsigned i = 0; i < 100; i++) {
		for (unsigned j = 0; j < MANY; j++) {
			snprintf(tag, sizeof(tag), "alice%02u submitter\"", j);
			ATF_REQUIRE_EQ_MSG(0, count_text(tag), "%u %u", i, j);
		}
		append(i % 2 == 0 ? EVENT_JOB_ACCEPTED : EVENT_READ_ALLOWED,
		    "later", NULL);
	}
	play_kill(&p);
}

TEST(forgotten_manifest_is_moved_to_the_next_that_has_it)
{
	uint64_t leaf[3];

	setup();
	for (int i = 0; i < 3; i++)
		leaf[i] = append(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	forget(leaf[0], WITHHELD_AUTHOR);
	check_forgotten(leaf[0], 2, "manifest.yaml");
	check_file(leaf[0], 0, "command", "command of one");
	check_file(leaf[1], 2, "manifest.yaml", manifest("the-manifest"));
	check_file(leaf[2], 2, "manifest.yaml", manifest("the-manifest"));
	ATF_CHECK_EQ(1, count_text("the-manifest"));
	for (int i = 0; i < 3; i++) {
		read_fields(leaf[i], UINT32_MAX);
		ATF_CHECK_EQ(i == 0 ? 6 : 7, check_disclosures());
	}
	forget(leaf[2], WITHHELD_EVIDENCE);
	check_forgotten(leaf[2], 0, "command");
	check_forgotten(leaf[2], 2, "manifest.yaml");
	check_file(leaf[1], 2, "manifest.yaml", manifest("the-manifest"));
	forget(leaf[1], WITHHELD_ARGV);
	ATF_CHECK_EQ(0, count_text("the-manifest"));
	/* A later job must not refer to what is gone. */
	leaf[0] = append(EVENT_JOB_ACCEPTED, "one", "the-manifest");
	check_file(leaf[0], 2, "manifest.yaml", manifest("the-manifest"));
	play_kill(&p);
}

TEST(order_to_forget_what_is_not_there_is_refused)
{
	uint64_t leaf, by;
	char text[64];

	setup();
	leaf = append(EVENT_JOB_ACCEPTED, "one", NULL);
	play_forget(&p, ++seq, 99, WITHHELD_AUTHOR, "order");
	expect(MSG_LEDGER_FAILED);
	check_not_kept("there is no leaf 99; the ledger has 2");
	play_forget(&p, ++seq, leaf, WITHHELD_MESSAGE, "order");
	expect(MSG_LEDGER_FAILED);
	check_not_kept("withholds no message");
	play_forget(&p, ++seq, 0, WITHHELD_EVIDENCE, "order");
	expect(MSG_LEDGER_FAILED);
	check_not_kept("leaf 0 has no evidence");
	by = forget(leaf, WITHHELD_EVIDENCE);
	ATF_CHECK_EQ(leaf + 1, by);
	play_forget(&p, ++seq, leaf, WITHHELD_EVIDENCE, "order");
	expect(MSG_LEDGER_FAILED);
	check_not_kept("the evidence of leaf 1 was forgotten");
	by = forget(leaf, WITHHELD_AUTHOR);	/* its value is still there */
	play_forget(&p, ++seq, leaf, WITHHELD_AUTHOR, "order");
	expect(MSG_LEDGER_FAILED);
	snprintf(text, sizeof(text), "leaf %u has the order", (unsigned)by);
	check_not_kept(text);
	play_kill(&p);
}

/* As if the process had been killed behind the transaction. */
static void
erase_only(uint64_t leaf)
{
	static struct store s;
	struct erase e;
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, store_open(&s, "ledger", STORE_MIB, &why), "%s",
	    why.text);
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

	setup();
	leaf = append(EVENT_JOB_ACCEPTED, "alice", "manifest");
	play_kill(&p);
	erase_only(leaf);
	ATF_CHECK(count_text("alice submitter\"") > 0);
	ATF_CHECK(count_text("command of alice") > 0);
	play_start_ready(&p, "ledger");
	ATF_CHECK_EQ(0, count_text("alice submitter\""));
	ATF_CHECK_EQ(0, count_text("command of alice"));
	check_file(leaf, 2, "manifest.yaml", manifest("manifest"));
	play_kill(&p);
	play_start_ready(&p, "ledger");
	play_kill(&p);
}

/* Nothing is overwritten while it is not known which pages are in use. */
TEST(damaged_page_leaves_copies_and_the_order_says_so)
{
	uint64_t leaf;

	setup();
	leaf = append(EVENT_JOB_ACCEPTED, "alice", NULL);
	for (int i = 0; i < 40; i++)
		append(EVENT_READ_ALLOWED, "later", NULL);
	play_kill(&p);
	damage_pages("\"id\":\"20\",");
	play_start_ready(&p, "ledger");
	play_forget(&p, ++seq, leaf, WITHHELD_MESSAGE, "order");
	expect(MSG_LEDGER_FAILED);
	play_forget(&p, ++seq, leaf, WITHHELD_SESSION, "order");
	expect(MSG_LEDGER_APPENDED);
	MSG_SEND(&p.runner, ledger_erased, .seq = ++seq);
	expect(MSG_LEDGER_ERASED_IS);
	ATF_CHECK_MSG(strstr(a.text, "copies of it may be left on the data "
	    "disk: page ") != NULL, "%s", a.text);
	play_check_log("copies of it may be left");
	read_fields(leaf, UINT32_MAX);
	ATF_CHECK_EQ(6, check_disclosures());
	play_kill(&p);
}

/* Its leaf would say what did not happen. */
TEST(event_of_an_order_comes_only_with_the_order)
{
	setup();
	play_append(&p, 1, EVENT_DISCLOSURE_FORGOTTEN, true, "j");
	ATF_CHECK_EQ(110, play_wait_exit(&p));
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

	setup();
	for (int i = 0; i < 3; i++)
		leaf[i] = append(EVENT_READ_ALLOWED, "one", "the-manifest");
	forget(leaf[0], WITHHELD_EVIDENCE);
	forget(leaf[1], WITHHELD_SUBMITTER);
	play_kill(&p);
	ATF_REQUIRE_EQ(0, store_open(&s, "ledger", STORE_MIB, &why));
	fill_fsck(&s, &f, text, sizeof(text));
	ATF_CHECK_MSG(strstr(text, "leaf 1: ") == NULL &&
	    strstr(text, "what discloses") == NULL, "%s", text);
	store_close(&s);
}

/* Orders that wait with others for a commit; two are for the same field. */
TEST(orders_among_other_appends_are_done_in_order)
{
	uint64_t leaf;

	setup();
	leaf = append(EVENT_JOB_ACCEPTED, "one", NULL);
	play_append(&p, 100, EVENT_JOB_FINISHED, false, "j");
	play_forget(&p, 101, leaf, WITHHELD_AUTHOR, "order");
	play_forget(&p, 102, leaf, WITHHELD_AUTHOR, "order");
	play_append(&p, 103, EVENT_JOB_FINISHED, false, "j");
	for (seq = 100; seq < 104; seq++) {
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(seq, a.seq);
		ATF_REQUIRE_EQ(seq == 102 ? MSG_LEDGER_FAILED :
		    MSG_LEDGER_APPENDED, a.type);
	}
	erased();
	play_kill(&p);
}

ATF_TP_ADD_TCS(tp)
{
#define ADD(name)	ATF_TP_ADD_TC(tp, name)
	ADD(who_caused_a_leaf_gets_all_disclosures);
	ADD(reader_gets_the_fields_of_the_mask);
	ADD(each_leaf_has_salts_of_its_own);
	ADD(one_field_is_disclosed);
	ADD(evidence_is_given_in_parts);
	ADD(manifest_of_many_jobs_is_stored_once);
	ADD(forgotten_value_is_nowhere_in_the_file);
	ADD(forgotten_values_are_in_no_gap);
	ADD(forgotten_manifest_is_moved_to_the_next_that_has_it);
	ADD(order_to_forget_what_is_not_there_is_refused);
	ADD(copies_are_overwritten_at_the_next_start);
	ADD(damaged_page_leaves_copies_and_the_order_says_so);
	ADD(event_of_an_order_comes_only_with_the_order);
	ADD(whole_ledger_is_sound_after_orders_to_forget);
	ADD(orders_among_other_appends_are_done_in_order);
	return atf_no_error();
}
