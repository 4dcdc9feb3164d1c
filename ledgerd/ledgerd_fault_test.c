/* The real ledgerd when peers, disk or the process itself misbehave. */
#include <sys/mount.h>
#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/test/fill.h"
#include "ledgerd/test/peers.h"

static struct ledgerd_play p;
static struct answer a;

static const char *const plain[] = { "-m", "kept", "-b", "boot-1", NULL };

static void
setup(void)
{
	ATF_REQUIRE(mkdir("ledger", 0700) == 0 || errno == EEXIST);
	play_init(&p);
}

/* Starts it on what is in ./ledger; it must give up, with this in its log. */
static void
check_gives_up(const char *const args[], int status, const char *text)
{
	play_start(&p, "ledger", args);
	ATF_CHECK_EQ(status, play_wait_exit(&p));
	ATF_CHECK(!p.ready);
	play_check_log(text);
}

ATF_TC_WITHOUT_HEAD(wrong_arguments_are_usage_errors);
ATF_TC_BODY(wrong_arguments_are_usage_errors, tc)
{
	static const char *const bad[][8] = {
		{ NULL },
		{ "-m", "kept", NULL },
		{ "-b", "x", NULL },
		{ "-m", "never", "-b", "x", NULL },
		{ "-m", "kept", "-b", "", NULL },
		{ "-m", "kept", "-b", "x", "y", NULL },
		{ "-m", "kept", "-b", "x", "-z", NULL },
		{ "-m", "kept", "-b", "x", "-s", "0", NULL },
		{ "-m", "kept", "-b", "x", "-s", "1x", NULL },
		{ "-m", "kept", "-b", "x", "-s", "1048577", NULL },
		{ "-m", "kept", "-b", "12345678901234567890123456789012345678"
		    "901234567890123456789012345", NULL },
	};

	setup();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unlink("log");
		check_gives_up(bad[i], 100, "usage: ledgerd");
	}
	ATF_CHECK_EQ(-1, access("ledger/data.mdb", F_OK));
}

ATF_TC_WITHOUT_HEAD(garbage_ends_it_before_it_is_ready);
ATF_TC_BODY(garbage_ends_it_before_it_is_ready, tc)
{
	static const char text[] = "Dear diary, this is no ledger at all.";
	char after[100] = "";
	int fd;

	setup();
	fd = open("ledger/data.mdb", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ATF_REQUIRE_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	check_gives_up(plain, 1, "data.mdb is not a ledger");
	ATF_CHECK_EQ((ssize_t)strlen(text), pread(fd, after, 99, 0));
	ATF_CHECK_STREQ(text, after);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(a_ledger_in_use_ends_it);
ATF_TC_BODY(a_ledger_in_use_ends_it, tc)
{
	static struct store s;

	setup();
	fill_open(&s);
	check_gives_up(plain, 1, "in use by another process");
	store_close(&s);
}

/* Sends the runner's bytes as a LEDGER_APPEND; ledgerd must end with 110. */
static void
check_breaks(const void *bytes, size_t len)
{
	play_start_ready(&p, "ledger");
	put_raw(chan_begin(&p.runner, MSG_LEDGER_APPEND), bytes, len);
	chan_end(&p.runner);
	ATF_CHECK_EQ(110, play_wait_exit(&p));
	p.runner_there = false;
}

/* The fields of runtime.measured, 49 bytes. */
#define ZEROS4	"\0\0\0\0"
#define ZEROS8	ZEROS4 ZEROS4
#define MEASURED(letter)						\
	"\0\0\0\1" letter "\0\0\0\x20" ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8

ATF_TC_WITHOUT_HEAD(a_malformed_append_ends_it);
ATF_TC_BODY(a_malformed_append_ends_it, tc)
{
	setup();
	check_breaks("", 0);
	check_breaks("\0\0\0\1\1\0\0\0\0", 9);			/* cut */
	check_breaks("\0\0\0\1\x63\0\0\0\0\0" ZEROS4, 14);		/* event 99 */
	check_breaks("\0\0\0\1\x11\0\0\0\0\x8" ZEROS8 ZEROS4, 22);	/* init's */
	play_check_log("event 17 is not its to send");
	check_breaks("\0\0\0\1\2\2\0\0\0\0" ZEROS4, 14);		/* receipt 2 */
	check_breaks("\0\0\0\1\2\0\0\0\0\0" ZEROS4, 14);		/* no fields */
	check_breaks("\0\0\0\1\x10\0\0\0\0\x31" MEASURED("\xff") ZEROS4,
	    63);
	check_breaks("\0\0\0\1\x10\0\0\0\0\x32" MEASURED("p") "+" ZEROS4,
	    64);
	/* ... and what is right is not refused. */
	play_start_ready(&p, "ledger");
	play_append(&p, 1, EVENT_JOB_ACCEPTED, false, "j");
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_CHECK_EQ(1, a.index);
	play_kill(&p);
}

/* INIT_COMMAND, which is neither the runner's nor keyd's to send. */
static const unsigned char foreign[] = { 3, 0, 0, 0, 2, 0x50, 'r' };

ATF_TC_WITHOUT_HEAD(an_unexpected_message_ends_it);
ATF_TC_BODY(an_unexpected_message_ends_it, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	ATF_REQUIRE(write(p.runner.out, foreign, sizeof(foreign)) ==
	    sizeof(foreign));
	ATF_CHECK_EQ(110, play_wait_exit(&p));
	play_check_log("runner broke the protocol: message 0x50");
	p.runner_there = false;
	play_start_ready(&p, "ledger");
	ATF_REQUIRE(write(p.keyd.out, foreign, sizeof(foreign)) ==
	    sizeof(foreign));
	ATF_CHECK_EQ(110, play_wait_exit(&p));
	play_check_log("keyd broke the protocol: message 0x50");
	p.runner_there = false;
	play_start_ready(&p, "ledger");
	MSG_SEND(&p.keyd, checkpoint_denied, .size = 1, .message = "no");
	ATF_CHECK_EQ(110, play_wait_exit(&p));
	play_check_log("no checkpoint of 1 leaves was asked for");
}

ATF_TC_WITHOUT_HEAD(an_event_too_long_for_a_leaf_fails_alone);
ATF_TC_BODY(an_event_too_long_for_a_leaf_fails_alone, tc)
{
	static char name[4001];

	setup();
	memset(name, '\x01', sizeof(name) - 1);	/* six bytes each in JSON */
	play_start_ready(&p, "ledger");
	play_append(&p, 1, EVENT_JOB_ACCEPTED, false, "before");
	play_append(&p, 2, EVENT_JOB_ACCEPTED, true, name);
	play_append(&p, 3, EVENT_JOB_ACCEPTED, false, "after");
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK_EQ(2, a.seq);
	ATF_CHECK(strstr(a.text, "does not fit into a leaf") != NULL);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_CHECK_EQ(3, a.seq);
	ATF_CHECK_EQ(2, a.index);
	play_kill(&p);
}

/* Appends until one fails; returns how many did not. */
static unsigned
append_until_failure(enum event event, const char *text)
{
	static char name[1001];
	unsigned n = 0;

	memset(name, 'n', sizeof(name) - 1);
	do {
		play_append(&p, ++n, event, false, name);
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(n, a.seq);
		ATF_REQUIRE(n < 20000);
	} while (a.type == MSG_LEDGER_APPENDED);
	ATF_REQUIRE_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK_MSG(strstr(a.text, text) != NULL, "%s", a.text);
	return n - 1;
}

ATF_TC_WITHOUT_HEAD(at_its_largest_size_it_refuses_and_lives);
ATF_TC_BODY(at_its_largest_size_it_refuses_and_lives, tc)
{
	static const char *const small[] = { "-m", "kept", "-b", "boot-1",
	    "-s", "2", NULL };
	static struct store s;
	unsigned n;

	setup();
	play_start(&p, "ledger", small);
	play_until_ready(&p);
	n = append_until_failure(EVENT_JOB_ACCEPTED, "largest size");
	ATF_CHECK(n > 200);
	ATF_CHECK_EQ(0, append_until_failure(EVENT_JOB_ACCEPTED, "largest size"));
	play_kill(&p);
	fill_open(&s);		/* 64 MiB: more room */
	ATF_CHECK_EQ(n + 1, s.tip.tree.size);
	fill_check(&s);
	store_close(&s);
	p.runner_there = false;
	play_start_ready(&p, "ledger");
	play_append(&p, 1, EVENT_JOB_ACCEPTED, true, "j");
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_CHECK_EQ(n + 1, a.index);
	play_kill(&p);
}

static void
mount_ledger(const char *size)
{
	int flags = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;

	ATF_REQUIRE_EQ(0, mkdir("ledger", 0700));
	if (unshare(flags) == -1)
		atf_tc_skip("no mount namespace: %s", strerror(errno));
	ATF_REQUIRE_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ATF_REQUIRE_EQ(0, mount("tmpfs", "ledger", "tmpfs", 0, size));
}

static uint64_t
told_room(void)
{
	play_info(&p);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(MSG_LEDGER_INFO_IS, a.type);
	return a.room;
}

/* The sum of what they are charged with, until the ledger takes no more. */
static uint64_t
append_all(const char *name)
{
	uint64_t sum = 0;

	for (unsigned n = 1; n < 20000; n++) {
		play_append(&p, n, EVENT_JOB_ACCEPTED, false, name);
		play_until_answer(&p, &a);
		if (a.type != MSG_LEDGER_APPENDED)
			break;
		sum += a.room;
	}
	return sum;
}

/*
 * Leaves are not charged with more than there is, nor with much less, be they
 * small or of pages of their own: shares of the room are then what they say.
 */
ATF_TC_WITHOUT_HEAD(what_leaves_are_charged_adds_up_to_the_room);
ATF_TC_BODY(what_leaves_are_charged_adds_up_to_the_room, tc)
{
	static const char *const small[] = { "-m", "kept", "-b", "boot-1",
	    "-s", "4", NULL };
	static char name[2001];
	uint64_t room, sum;

	for (int i = 0; i < 2; i++) {
		memset(name, 'n', i == 0 ? 10 : sizeof(name) - 1);
		mount_ledger(i == 0 ? "size=4m" : "size=40m");
		if (i == 0)
			play_init(&p);
		p.runner_there = false;
		play_start(&p, "ledger", small);
		play_until_ready(&p);
		room = told_room();
		ATF_CHECK(room > 2 << 20);
		sum = append_all(name);
		fprintf(stderr, "room %llu, charged %llu\n",
		    (unsigned long long)room, (unsigned long long)sum);
		ATF_CHECK(sum <= room && sum > room / 2);
		ATF_CHECK(told_room() < 64 << 10);
		play_kill(&p);
		ATF_REQUIRE_EQ(0, umount("ledger"));
		ATF_REQUIRE_EQ(0, rmdir("ledger"));
	}
}

/* No new job can start, but the 8 that run can end, each with a receipt. */
static void
check_ends_fit(void)
{
	static char name[1001];

	memset(name, 'n', sizeof(name) - 1);
	for (uint32_t i = 0; i < 8; i++) {
		play_append(&p, 2 * i, EVENT_JOB_ACCEPTED, false, name);
		play_append(&p, 2 * i + 1, EVENT_JOB_FINISHED, true, name);
	}
	for (uint32_t i = 0; i < 16; i++) {
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(i, a.seq);
		ATF_CHECK_EQ(i % 2 == 0 ? MSG_LEDGER_FAILED :
		    MSG_LEDGER_APPENDED, a.type);
		ATF_CHECK(a.len != 0);
	}
}

ATF_TC_WITHOUT_HEAD(on_a_full_disk_running_jobs_still_end);
ATF_TC_BODY(on_a_full_disk_running_jobs_still_end, tc)
{
	mount_ledger("size=3m");
	setup();
	play_start_ready(&p, "ledger");
	append_until_failure(EVENT_JOB_ACCEPTED, "the data disk is full");
	check_ends_fit();
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(at_its_largest_size_running_jobs_still_end);
ATF_TC_BODY(at_its_largest_size_running_jobs_still_end, tc)
{
	static const char *const small[] = { "-m", "kept", "-b", "boot-1",
	    "-s", "2", NULL };

	setup();
	play_start(&p, "ledger", small);
	play_until_ready(&p);
	append_until_failure(EVENT_JOB_ACCEPTED, "largest size");
	check_ends_fit();
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(on_a_full_disk_it_refuses_and_lives);
ATF_TC_BODY(on_a_full_disk_it_refuses_and_lives, tc)
{
	unsigned n;
	int fd;

	mount_ledger("size=6m");
	setup();
	fd = open("ledger/ballast", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ATF_REQUIRE_EQ(0, posix_fallocate(fd, 0, 3 << 20));
	play_start_ready(&p, "ledger");
	n = append_until_failure(EVENT_JOB_ACCEPTED, "the data disk is full");
	ATF_CHECK(n > 200);
	ATF_CHECK_EQ(0, append_until_failure(EVENT_JOB_ACCEPTED,
	    "the data disk is full"));
	ATF_REQUIRE_EQ(0, ftruncate(fd, 0));
	play_append(&p, 5, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_CHECK_EQ(n + 1, a.index);
	ATF_CHECK(a.len != 0);
	play_kill(&p);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(a_disk_too_full_for_its_start_ends_it);
ATF_TC_BODY(a_disk_too_full_for_its_start_ends_it, tc)
{
	static const char *const boot2[] = { "-m", "kept", "-b", "boot-2",
	    NULL };
	static const char *const boot3[] = { "-m", "kept", "-b", "boot-3",
	    NULL };

	mount_ledger("size=3m");
	setup();
	play_start_ready(&p, "ledger");
	append_until_failure(EVENT_JOB_ACCEPTED, "the data disk is full");
	play_kill(&p);
	p.runner_there = false;
	play_start(&p, "ledger", boot2);	/* there is room for this */
	play_until_ready(&p);
	append_until_failure(EVENT_JOB_FINISHED, "the data disk is full");
	play_kill(&p);
	p.runner_there = false;
	check_gives_up(boot3, 1, "the data disk is full");
	play_start(&p, "ledger", boot2);	/* this is recorded already */
	play_until_ready(&p);
	play_kill(&p);
}

/* What was acknowledged before a kill: index and hash. */
struct ack {
	uint64_t	index;
	unsigned char	hash[TREE_HASH];
};

static void
check_acks(const struct ack *acks, size_t n)
{
	unsigned char hash[TREE_HASH];
	static struct store s;

	fill_open(&s);
	for (size_t i = 0; i < n; i++) {
		ATF_REQUIRE(acks[i].index < s.tip.tree.size);
		ATF_REQUIRE_EQ(0, store_node(&s, 0, acks[i].index, hash));
		ATF_REQUIRE(memcmp(hash, acks[i].hash, sizeof(hash)) == 0);
	}
	fill_check(&s);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(what_was_acknowledged_survives_every_kill);
ATF_TC_BODY(what_was_acknowledged_survives_every_kill, tc)
{
	static struct ack acks[4000];
	size_t n = 0;

	setup();
	for (uint32_t round = 0; round < 40; round++) {
		size_t goal = n + 1 + round * 11 % 40;
		uint32_t seq = 0;

		play_start_ready(&p, "ledger");
		for (int i = 0; i < 20; i++)	/* 20 under way, always */
			play_append(&p, seq++, EVENT_JOB_FINISHED,
			    i % 2 == 0, "j");
		while (n < goal) {
			play_until_answer(&p, &a);
			ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
			acks[n].index = a.index;
			memcpy(acks[n++].hash, a.hash, TREE_HASH);
			play_append(&p, seq, EVENT_JOB_FINISHED,
			    seq % 2 == 0, "j");
			seq++;
		}
		play_kill(&p);		/* in the middle of the others */
		play_new_runner(&p);
		if (round % 10 == 9)
			check_acks(acks, n);
	}
	ATF_CHECK(n > 500);
}

/* Zeroes each page that has the text, in place: also those of old trees. */
static void
lose_pages(const char *text)
{
	static unsigned char page[PAGE];
	int fd = open("ledger/data.mdb", O_RDWR | O_CLOEXEC);
	unsigned lost = 0;

	ATF_REQUIRE(fd != -1);
	for (off_t at = 0; pread(fd, page, PAGE, at) == PAGE; at += PAGE) {
		if (memmem(page, PAGE, text, strlen(text)) == NULL)
			continue;
		memset(page, 0, PAGE);
		ATF_REQUIRE_EQ(PAGE, pwrite(fd, page, PAGE, at));
		lost++;
	}
	ATF_REQUIRE(lost > 0);
	close(fd);
}

/* How many of the first n leaves are read; each other one is named. */
static unsigned
count_readable(uint64_t n)
{
	unsigned found = 0;

	for (uint64_t i = 0; i < n; i++) {
		play_read(&p, 1000, i);
		play_until_answer(&p, &a);
		if (a.type == MSG_LEDGER_LEAF) {
			found++;
			continue;
		}
		ATF_REQUIRE_EQ(MSG_LEDGER_FAILED, a.type);
		ATF_CHECK_MSG(strstr(a.text, "of data.mdb is damaged, which "
		    "held leaves") != NULL && strstr(a.text, "only a copy of "
		    "the data disk") != NULL, "%s", a.text);
	}
	return found;
}

static void
append_one(void)
{
	play_append(&p, 1, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
}

/* It used to end at each read of such a leaf, and was started again. */
ATF_TC_WITHOUT_HEAD(a_damaged_page_is_an_answer);
ATF_TC_BODY(a_damaged_page_is_an_answer, tc)
{
	enum { MANY = 60 };
	unsigned readable;

	setup();
	play_start_ready(&p, "ledger");
	for (unsigned i = 1; i < MANY; i++)
		append_one();
	ATF_CHECK_EQ(MANY, count_readable(MANY));
	lose_pages("\"id\":\"20\"");
	readable = count_readable(MANY);
	ATF_CHECK(readable < MANY && readable > MANY - 20);
	append_one();
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_CHECK(a.len > 0);
	play_kill(&p);
	play_new_runner(&p);
	play_start_ready(&p, "ledger");		/* nor does it end a start */
	append_one();
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_CHECK_EQ(readable, count_readable(MANY));
	play_kill(&p);
}

/* Appends are served between its steps. */
ATF_TC_WITHOUT_HEAD(fsck_finds_a_damaged_page_while_leaves_are_appended);
ATF_TC_BODY(fsck_finds_a_damaged_page_while_leaves_are_appended, tc)
{
	uint64_t next = 0, found = 0;
	bool done = false;

	setup();
	play_start_ready(&p, "ledger");
	for (unsigned i = 1; i < 150; i++)
		append_one();
	lose_pages("\"id\":\"50\"");
	while (!done) {
		append_one();
		ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
		play_fsck(&p, 1000, next);
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_FSCK_IS, a.type);
		ATF_CHECK_EQ(a.room != 0, memmem(a.text, a.len,
		    "of data.mdb is damaged", 22) != NULL);
		found += a.room;
		next = a.index;
		done = a.last;
	}
	ATF_CHECK(next > 150);
	ATF_CHECK(found >= 1);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(a_damaged_end_is_not_appended_to);
ATF_TC_BODY(a_damaged_end_is_not_appended_to, tc)
{
	enum { MANY = 20 };

	setup();
	play_start_ready(&p, "ledger");
	for (unsigned i = 1; i < MANY; i++)
		append_one();
	lose_pages("\"id\":\"19\"");
	append_one();
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK_MSG(strstr(a.text, "the ledger is damaged where it grows, "
	    "page") != NULL && strstr(a.text, "start with another one") !=
	    NULL, "%s", a.text);
	play_read(&p, 2, 3);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_LEAF, a.type);
	play_kill(&p);
	check_gives_up(plain, 1, "which is needed to record more");
}

ATF_TC_WITHOUT_HEAD(its_file_is_a_file);
ATF_TC_BODY(its_file_is_a_file, tc)
{
	static const char name[] = "ledger/data.mdb";

	setup();
	ATF_REQUIRE_EQ(0, mkfifo(name, 0600));
	check_gives_up(plain, 1, "data.mdb: is a FIFO and must be a file");
	ATF_REQUIRE_EQ(0, unlink(name));
	ATF_REQUIRE_EQ(0, mkdir(name, 0700));
	check_gives_up(plain, 1, "data.mdb: is a folder and must be a file");
	ATF_REQUIRE_EQ(0, rmdir(name));
	ATF_REQUIRE_EQ(0, symlink("nowhere", name));
	check_gives_up(plain, 1, "data.mdb: is a symbolic link and must be");
	ATF_REQUIRE_EQ(0, unlink(name));
	ATF_REQUIRE_EQ(0, mkfifo("ledger/new", 0600));
	check_gives_up(plain, 1, "new: is a FIFO and must be a folder");
	ATF_REQUIRE_EQ(0, unlink("ledger/new"));
	play_start_ready(&p, "ledger");
	play_kill(&p);
	ATF_REQUIRE_EQ(0, link(name, "other"));
	check_gives_up(plain, 1, "data.mdb: is a file with 2 names");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, wrong_arguments_are_usage_errors);
	ATF_TP_ADD_TC(tp, garbage_ends_it_before_it_is_ready);
	ATF_TP_ADD_TC(tp, a_ledger_in_use_ends_it);
	ATF_TP_ADD_TC(tp, a_malformed_append_ends_it);
	ATF_TP_ADD_TC(tp, an_unexpected_message_ends_it);
	ATF_TP_ADD_TC(tp, an_event_too_long_for_a_leaf_fails_alone);
	ATF_TP_ADD_TC(tp, what_leaves_are_charged_adds_up_to_the_room);
	ATF_TP_ADD_TC(tp, at_its_largest_size_it_refuses_and_lives);
	ATF_TP_ADD_TC(tp, on_a_full_disk_running_jobs_still_end);
	ATF_TP_ADD_TC(tp, at_its_largest_size_running_jobs_still_end);
	ATF_TP_ADD_TC(tp, on_a_full_disk_it_refuses_and_lives);
	ATF_TP_ADD_TC(tp, a_disk_too_full_for_its_start_ends_it);
	ATF_TP_ADD_TC(tp, what_was_acknowledged_survives_every_kill);
	ATF_TP_ADD_TC(tp, a_damaged_page_is_an_answer);
	ATF_TP_ADD_TC(tp,
	    fsck_finds_a_damaged_page_while_leaves_are_appended);
	ATF_TP_ADD_TC(tp, a_damaged_end_is_not_appended_to);
	ATF_TP_ADD_TC(tp, its_file_is_a_file);
	return atf_no_error();
}
