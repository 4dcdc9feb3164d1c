/*
 * keyd's files when the disk fails: the Nth write, sync, rename or open fails,
 * afterwards everything opens again and nothing that was promised is lost.
 */
#include "authority.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "state.h"
#include "keyd/test/disk_fault.h"
#include "keyd/test/submission.h"

#define NOW	KIT_NOW
#define LATER	(KIT_NOW + 600)

/* A new empty directory for each round. */
static int
new_dir(int round)
{
	char path[32];

	snprintf(path, sizeof(path), "state%d", round);
	ATF_REQUIRE(mkdir(path, 0700) == 0);
	return kit_dir(path);
}

static enum nonce_result
take(struct nonces *all, const char *nonce, uint64_t not_after, uint64_t now)
{
	const struct nonce_of of = { nonce, strlen(nonce), not_after, "alice" };
	struct why w;

	return nonces_take(all, &of, now, &w);
}

static void
open_nonces(struct nonces *all, int dirfd)
{
	struct why w;

	ATF_REQUIRE_MSG(nonces_open(all, dirfd, &w) == 0, "%s", w.text);
}

/* The file without its last n bytes. */
static void
cut(int dirfd, off_t n)
{
	struct stat st;
	int fd = openat(dirfd, "nonces", O_WRONLY);

	ATF_REQUIRE(fd != -1 && fstat(fd, &st) == 0);
	ATF_REQUIRE(ftruncate(fd, st.st_size - n) == 0);
	close(fd);
}

#define FIRST	1
#define SECOND	2

/* Two nonces; what was granted are the bits of the exit code. */
static int
nonce_story(int dirfd)
{
	struct nonces all;
	struct why w;
	int granted = 0;

	if (nonces_open(&all, dirfd, &w) == -1)
		return 0;
	if (take(&all, "first", LATER, NOW) == NONCE_FRESH)
		granted |= FIRST;
	if (take(&all, "second", LATER, NOW) == NONCE_FRESH)
		granted |= SECOND;
	nonces_close(&all);
	return granted;
}

/* A record cut short: opening must write a new file. */
static void
leave_torn(int dirfd)
{
	struct nonces all;

	open_nonces(&all, dirfd);
	ATF_REQUIRE_EQ(take(&all, "torn", LATER, NOW), NONCE_FRESH);
	nonces_close(&all);
	cut(dirfd, 1);
}

/* What was granted stays used; what was refused may be tried again. */
static void
check_nonce(struct nonces *all, const char *nonce, int rc, int bit)
{
	enum nonce_result got = take(all, nonce, LATER, NOW);

	if (rc == EXIT_SYSTEM)
		return;		/* it died over it: either is right */
	ATF_CHECK_MSG(got == (rc & bit ? NONCE_USED : NONCE_FRESH),
	    "%s: %d after %d", nonce, got, rc);
}

ATF_TC_WITHOUT_HEAD(no_granted_nonce_is_lost_by_a_failing_disk);
ATF_TC_BODY(no_granted_nonce_is_lost_by_a_failing_disk, tc)
{
	struct nonces all;
	struct why w;
	int rc, nth = 0;

	do {
		int dirfd = new_dir(++nth);

		fault_arm(0);
		ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
		open_nonces(&all, dirfd);
		ATF_REQUIRE_EQ(take(&all, "old", LATER, NOW), NONCE_FRESH);
		nonces_close(&all);
		leave_torn(dirfd);
		rc = fault_live(nonce_story, dirfd, nth);
		open_nonces(&all, dirfd);
		ATF_CHECK_EQ(take(&all, "old", LATER, NOW), NONCE_USED);
		check_nonce(&all, "first", rc, FIRST);
		check_nonce(&all, "second", rc, SECOND);
		nonces_close(&all);
		close(dirfd);
	} while (fault_fired());
	ATF_CHECK_EQ(rc, FIRST | SECOND);
	ATF_CHECK(nth > 8);
}

ATF_TC_WITHOUT_HEAD(every_promise_is_synced_before_it_is_made);
ATF_TC_BODY(every_promise_is_synced_before_it_is_made, tc)
{
	static const unsigned char root[DIGEST_LEN];
	struct nonces all;
	struct head h;
	struct why w;
	int dirfd = new_dir(1);

	fault_trace_start();
	ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
	ATF_CHECK_STREQ(fault_trace, "uowdsrs");	/* the directory too */
	ATF_REQUIRE(head_create(dirfd, &w) == 0);
	open_nonces(&all, dirfd);
	fault_trace_start();
	ATF_CHECK_EQ(take(&all, "n", LATER, NOW), NONCE_FRESH);
	ATF_CHECK_STREQ(fault_trace, "wd");
	nonces_close(&all);
	ATF_REQUIRE(head_open(&h, dirfd, &w) == 0);
	fault_trace_start();
	ATF_CHECK_EQ(head_advance(&h, 1, root, &w), 0);
	ATF_CHECK_STREQ(fault_trace, "wd");
	head_close(&h);
}

ATF_TC_WITHOUT_HEAD(opening_writes_only_what_has_changed);
ATF_TC_BODY(opening_writes_only_what_has_changed, tc)
{
	struct nonces all;
	struct why w;
	int dirfd = new_dir(1);

	ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
	leave_torn(dirfd);
	fault_trace_start();
	open_nonces(&all, dirfd);
	ATF_CHECK_STREQ(fault_trace, "ouowdsrso");
	nonces_close(&all);
	fault_trace_start();
	open_nonces(&all, dirfd);
	ATF_CHECK_STREQ(fault_trace, "oo");	/* to read, to append */
	nonces_close(&all);
}

ATF_TC_WITHOUT_HEAD(an_unwritable_disk_stops_keyd);
ATF_TC_BODY(an_unwritable_disk_stops_keyd, tc)
{
	struct nonces all;
	struct why w;
	int died = 0;

	for (int nth = 1; nth < 20; nth++) {
		int dirfd = new_dir(nth);

		fault_arm(0);
		ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
		leave_torn(dirfd);
		died += fault_live(nonce_story, dirfd, nth) == EXIT_SYSTEM;
		open_nonces(&all, dirfd);
		nonces_close(&all);
		close(dirfd);
	}
	ATF_CHECK(died >= 1);	/* its new file could not be opened again */
}

ATF_TC_WITHOUT_HEAD(a_record_cut_by_a_power_loss_is_dropped);
ATF_TC_BODY(a_record_cut_by_a_power_loss_is_dropped, tc)
{
	struct nonces all;
	struct why w;

	for (int n = 1; n <= 64; n++) {
		int dirfd = new_dir(n);

		ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
		open_nonces(&all, dirfd);
		take(&all, "whole", LATER, NOW);
		take(&all, "torn", LATER, NOW);
		nonces_close(&all);
		cut(dirfd, n);
		open_nonces(&all, dirfd);
		ATF_CHECK_EQ(take(&all, "whole", LATER, NOW), NONCE_USED);
		ATF_CHECK_EQ(take(&all, "torn", LATER, NOW), NONCE_FRESH);
		nonces_close(&all);
		open_nonces(&all, dirfd);
		ATF_CHECK_EQ(take(&all, "torn", LATER, NOW), NONCE_USED);
		nonces_close(&all);
		close(dirfd);
	}
}

ATF_TC_WITHOUT_HEAD(damage_before_the_last_record_is_refused);
ATF_TC_BODY(damage_before_the_last_record_is_refused, tc)
{
	unsigned char file[38 + 3 * 64], bad[sizeof(file)];
	struct nonces all;
	struct why w;
	int fd, dirfd = new_dir(1);

	ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
	open_nonces(&all, dirfd);
	take(&all, "a", LATER, NOW);
	take(&all, "b", LATER, NOW);
	take(&all, "c", LATER, NOW);
	nonces_close(&all);
	fd = openat(dirfd, "nonces", O_RDONLY);
	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ(read(fd, file, sizeof(file)), (ssize_t)sizeof(file));
	close(fd);
	for (size_t i = 0; i < sizeof(file) - 64; i++) {
		memcpy(bad, file, sizeof(file));
		bad[i] ^= 4;
		kit_write("state1/nonces", bad, sizeof(bad));
		ATF_CHECK_MSG(nonces_open(&all, dirfd, &w) == -1,
		    "byte %zu", i);
	}
}

#define SECTOR		512
#define CROSSES		7	/* records before the one in two sectors */
#define CROSSED		(38 + 64 * (size_t)(CROSSES + 1))

/* A whole file whose last record lies in two sectors. */
static void
make_crossed(int dirfd, unsigned char file[CROSSED])
{
	struct nonces all;
	struct why w;
	char name[2] = "a";
	int fd;

	ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
	open_nonces(&all, dirfd);
	for (int i = 0; i <= CROSSES; i++, name[0]++)
		ATF_REQUIRE_EQ(take(&all, name, LATER, NOW), NONCE_FRESH);
	nonces_close(&all);
	fd = openat(dirfd, "nonces", O_RDONLY);
	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ(read(fd, file, CROSSED), (ssize_t)CROSSED);
	close(fd);
}

/* Its command was granted, and must not be granted again. */
ATF_TC_WITHOUT_HEAD(damage_in_the_last_record_is_refused);
ATF_TC_BODY(damage_in_the_last_record_is_refused, tc)
{
	unsigned char file[CROSSED], bad[CROSSED];
	struct nonces all;
	struct why w;
	int dirfd = new_dir(1);

	make_crossed(dirfd, file);
	for (size_t i = CROSSED - 64; i < CROSSED; i++) {
		memcpy(bad, file, sizeof(file));
		bad[i] ^= 4;
		kit_write("state1/nonces", bad, sizeof(bad));
		ATF_CHECK_MSG(nonces_open(&all, dirfd, &w) == -1,
		    "byte %zu", i);
	}
}

/* The file had grown, and not each of its sectors was written. */
ATF_TC_WITHOUT_HEAD(a_sector_that_a_power_loss_left_out_is_dropped);
ATF_TC_BODY(a_sector_that_a_power_loss_left_out_is_dropped, tc)
{
	static const struct { size_t from, to; } lost[] = {
		{ CROSSED - 64, SECTOR }, { SECTOR, CROSSED },
		{ CROSSED - 64, CROSSED },
	};
	unsigned char file[CROSSED], bad[CROSSED];
	struct nonces all;
	int dirfd = new_dir(1);

	make_crossed(dirfd, file);
	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		memcpy(bad, file, sizeof(file));
		memset(bad + lost[i].from, 0, lost[i].to - lost[i].from);
		kit_write("state1/nonces", bad, sizeof(bad));
		open_nonces(&all, dirfd);
		ATF_CHECK_EQ(take(&all, "g", LATER, NOW), NONCE_USED);
		ATF_CHECK_EQ(take(&all, "h", LATER, NOW), NONCE_FRESH);
		nonces_close(&all);
	}
}

ATF_TC_WITHOUT_HEAD(the_table_grows);
ATF_TC_BODY(the_table_grows, tc)
{
	struct nonces all;
	struct why w;
	char nonce[32];
	int dirfd = new_dir(1);

	ATF_REQUIRE(nonces_create(dirfd, &w) == 0);
	open_nonces(&all, dirfd);
	for (int i = 0; i < 1100; i++) {
		snprintf(nonce, sizeof(nonce), "nonce %d", i);
		ATF_REQUIRE_EQ(take(&all, nonce, LATER, NOW), NONCE_FRESH);
	}
	nonces_close(&all);
	open_nonces(&all, dirfd);
	ATF_CHECK_EQ(all.n, 1100);
	for (int i = 0; i < 1100; i++) {
		snprintf(nonce, sizeof(nonce), "nonce %d", i);
		ATF_REQUIRE_EQ(take(&all, nonce, LATER, NOW), NONCE_USED);
	}
	nonces_close(&all);
}

static const unsigned char *
root_of(int n)
{
	static unsigned char root[DIGEST_LEN];

	memset(root, n, sizeof(root));
	return root;
}

/* Signs up to size 3; returns the last size that may have been sent. */
static int
head_story(int dirfd)
{
	struct head h;
	struct why w;
	int size = 1;

	if (head_open(&h, dirfd, &w) == -1)
		return size;
	while (size < 3 &&
	    head_advance(&h, (uint64_t)size + 1, root_of(size + 1), &w) == 0)
		size++;
	head_close(&h);
	return size;
}

ATF_TC_WITHOUT_HEAD(no_signed_head_is_lost_by_a_failing_disk);
ATF_TC_BODY(no_signed_head_is_lost_by_a_failing_disk, tc)
{
	struct head h;
	struct why w;
	int size, nth = 0;

	do {
		int dirfd = new_dir(++nth);

		fault_arm(0);
		ATF_REQUIRE(head_create(dirfd, &w) == 0);
		ATF_REQUIRE(head_open(&h, dirfd, &w) == 0);
		ATF_REQUIRE(head_advance(&h, 1, root_of(1), &w) == 0);
		head_close(&h);
		size = fault_live(head_story, dirfd, nth);
		ATF_REQUIRE_MSG(head_open(&h, dirfd, &w) == 0, "%s", w.text);
		ATF_CHECK_MSG(h.size >= (uint64_t)size, "%d after %d",
		    (int)h.size, size);
		ATF_CHECK_ERRNO(EPERM, head_advance(&h, (uint64_t)size - 1,
		    root_of(size - 1), &w) == -1);
		ATF_CHECK_EQ(head_advance(&h, 4, root_of(4), &w), 0);
		head_close(&h);
		close(dirfd);
	} while (fault_fired());
	ATF_CHECK_EQ(size, 3);
	ATF_CHECK(nth > 4);
}

ATF_TC_WITHOUT_HEAD(a_head_slot_cut_by_a_power_loss_is_passed_over);
ATF_TC_BODY(a_head_slot_cut_by_a_power_loss_is_passed_over, tc)
{
	static const char zeros[16];
	struct head h;
	struct why w;
	int fd, dirfd = new_dir(1);

	ATF_REQUIRE(head_create(dirfd, &w) == 0);
	ATF_REQUIRE(head_open(&h, dirfd, &w) == 0);
	ATF_REQUIRE(head_advance(&h, 1, root_of(1), &w) == 0);
	ATF_REQUIRE(head_advance(&h, 2, root_of(2), &w) == 0);
	head_close(&h);
	fd = openat(dirfd, "head", O_WRONLY);	/* seq 2 is in slot 0 */
	ATF_REQUIRE(pwrite(fd, zeros, sizeof(zeros), 50) == sizeof(zeros));
	close(fd);
	ATF_REQUIRE(head_open(&h, dirfd, &w) == 0);
	ATF_CHECK_EQ(h.size, 1);
	head_close(&h);
}

ATF_TC_WITHOUT_HEAD(a_head_never_goes_back);
ATF_TC_BODY(a_head_never_goes_back, tc)
{
	struct head h;
	struct why w;
	int dirfd = new_dir(1);

	ATF_REQUIRE(head_create(dirfd, &w) == 0);
	ATF_REQUIRE(head_open(&h, dirfd, &w) == 0);
	ATF_CHECK_EQ(head_advance(&h, 0, root_of(0), &w), 0);
	ATF_CHECK_ERRNO(EPERM, head_advance(&h, 0, root_of(9), &w) == -1);
	ATF_CHECK_EQ(head_advance(&h, 5, root_of(5), &w), 0);
	ATF_CHECK_EQ(head_advance(&h, 5, root_of(5), &w), 0);
	ATF_CHECK_EQ(h.seq, 2);			/* nothing new to write */
	ATF_CHECK_ERRNO(EPERM, head_advance(&h, 5, root_of(6), &w) == -1);
	ATF_CHECK_ERRNO(EPERM, head_advance(&h, 4, root_of(4), &w) == -1);
	ATF_CHECK_EQ(head_advance(&h, UINT64_MAX, root_of(1), &w), 0);
	head_close(&h);
}

/* A whole first start; 1 when it was ready. */
static int
start_story(int dirfd)
{
	static struct authority a;
	struct why w;

	if (authority_open(&a, dirfd, kit_dir("site"), NOW, &w) == -1)
		return 0;
	kit_write("vkey", a.vkey, strlen(a.vkey));
	authority_close(&a);
	return 1;
}

ATF_TC_WITHOUT_HEAD(a_first_start_that_failed_can_be_done_again);
ATF_TC_BODY(a_first_start_that_failed_can_be_done_again, tc)
{
	static struct authority a;
	char line[1024], vkey[VKEY_MAX + 1];
	struct why w;
	int rc, nth = 0, sitefd;

	kit_key("alice", "ed25519");
	kit_line(line, sizeof(line), "alice", "", "alice");
	kit_site(line);
	sitefd = kit_dir("site");
	do {
		int dirfd = new_dir(++nth);

		rc = fault_live(start_story, dirfd, nth);
		ATF_REQUIRE_MSG(authority_open(&a, dirfd, sitefd, NOW, &w)
		    == 0, "call %d: %s", nth, w.text);
		if (rc == 1) {
			int fd = open("vkey", O_RDONLY);
			ssize_t n = read(fd, vkey, sizeof(vkey) - 1);

			ATF_REQUIRE(n > 0);
			vkey[n] = '\0';
			ATF_CHECK_STREQ(vkey, a.vkey);
			close(fd);
		}
		authority_close(&a);
		close(dirfd);
	} while (fault_fired());
	ATF_CHECK_EQ(rc, 1);
	ATF_CHECK(nth > 20);
}

#define SAMPLE	"a"	/* the name of the file that is read */

static void
make_link(void)
{
	ATF_REQUIRE_EQ(0, symlink("other", "kinds/" SAMPLE));
}

static void
make_dangling(void)
{
	ATF_REQUIRE_EQ(0, symlink("nowhere", "kinds/" SAMPLE));
}

static void
make_fifo(void)
{
	ATF_REQUIRE_EQ(0, mkfifo("kinds/" SAMPLE, 0600));
}

static void
make_socket(void)
{
	ATF_REQUIRE_EQ(0, mknod("kinds/" SAMPLE, S_IFSOCK | 0600, 0));
}

static void
make_folder(void)
{
	ATF_REQUIRE_EQ(0, mkdir("kinds/" SAMPLE, 0700));
}

static void
make_second_name(void)
{
	ATF_REQUIRE_EQ(0, link("kinds/other", "kinds/" SAMPLE));
}

static void
make_long(void)
{
	int fd = creat("kinds/" SAMPLE, 0600);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ(5, write(fd, "12345", 5));
	close(fd);
}

/* A FIFO used to keep keyd waiting for ever. */
ATF_TC_WITHOUT_HEAD(other_kinds_of_files_are_named_at_once);
ATF_TC_BODY(other_kinds_of_files_are_named_at_once, tc)
{
	static const struct {
		void		(*make)(void);
		const char	*text;
	} kinds[] = {
		{ make_link, SAMPLE ": is a symbolic link" },
		{ make_dangling, SAMPLE ": is a symbolic link" },
		{ make_fifo, SAMPLE ": is a FIFO" },
		{ make_socket, SAMPLE ": is a socket" },
		{ make_folder, SAMPLE ": is a folder" },
		{ make_second_name, SAMPLE ": is a file with 2 names" },
		{ make_long, SAMPLE ": damaged, it has more than the 4 bytes" },
	};
	char buf[4];
	struct why w;
	size_t len;
	int dirfd;

	alarm(20);
	ATF_REQUIRE_EQ(0, mkdir("kinds", 0700));
	dirfd = kit_dir("kinds");
	ATF_REQUIRE_EQ(0, close(creat("kinds/other", 0600)));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kinds[i].make();
		ATF_CHECK_EQ(-1, state_read(dirfd, SAMPLE, buf, sizeof(buf),
		    &len, &w));
		ATF_CHECK_MSG(strstr(w.text, kinds[i].text) != NULL &&
		    strstr(w.text, "put back") != NULL, "%s", w.text);
		ATF_REQUIRE_EQ(0, remove("kinds/" SAMPLE));
	}
	ATF_CHECK_EQ(-1, state_read(dirfd, SAMPLE, buf, sizeof(buf), &len,
	    &w));
	ATF_CHECK_EQ(ENOENT, errno);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, other_kinds_of_files_are_named_at_once);
	ATF_TP_ADD_TC(tp, no_granted_nonce_is_lost_by_a_failing_disk);
	ATF_TP_ADD_TC(tp, every_promise_is_synced_before_it_is_made);
	ATF_TP_ADD_TC(tp, opening_writes_only_what_has_changed);
	ATF_TP_ADD_TC(tp, an_unwritable_disk_stops_keyd);
	ATF_TP_ADD_TC(tp, a_record_cut_by_a_power_loss_is_dropped);
	ATF_TP_ADD_TC(tp, damage_before_the_last_record_is_refused);
	ATF_TP_ADD_TC(tp, damage_in_the_last_record_is_refused);
	ATF_TP_ADD_TC(tp, a_sector_that_a_power_loss_left_out_is_dropped);
	ATF_TP_ADD_TC(tp, the_table_grows);
	ATF_TP_ADD_TC(tp, no_signed_head_is_lost_by_a_failing_disk);
	ATF_TP_ADD_TC(tp, a_head_slot_cut_by_a_power_loss_is_passed_over);
	ATF_TP_ADD_TC(tp, a_head_never_goes_back);
	ATF_TP_ADD_TC(tp, a_first_start_that_failed_can_be_done_again);
	return atf_no_error();
}
