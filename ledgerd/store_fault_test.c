/* The store when the disk, or the process, does not do its part. */
#include "store.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/test/fill.h"

static struct store s;

/*
 * The system calls by which the store and LMDB write stand here, so that the
 * nth of them can fail.
 */
enum how {
	HOW_EIO,	/* that one fails */
	HOW_ENOSPC,	/* from that one on, all fail */
	HOW_SHORT,	/* that one writes only half */
	HOW_ROOT,	/* the write of a root page fails with ENOSPC */
};

static struct {
	bool		armed;
	enum how	how;
	unsigned	at;	/* which call, from 1 */
	unsigned	calls;
	unsigned	fired;
} fault;

/* True when this call fails, with errno. */
static bool
fails(void)
{
	if (!fault.armed || fault.how == HOW_ROOT ||
	    ++fault.calls < fault.at)
		return false;
	if (fault.calls > fault.at && fault.how != HOW_ENOSPC)
		return false;
	fault.fired++;
	errno = fault.how == HOW_ENOSPC ? ENOSPC : EIO;
	return true;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	if (fails()) {
		if (fault.how != HOW_SHORT)
			return -1;
		len /= 2;
	}
	if (fault.armed && fault.how == HOW_ROOT && len % 4096 != 0) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	if (fails()) {
		if (fault.how != HOW_SHORT)
			return -1;
		n = 1;		/* there are at least two */
	}
	return syscall(SYS_writev, fd, iov, n);
}

int
fdatasync(int fd)
{
	if (fails() && fault.how != HOW_SHORT)
		return -1;
	return (int)syscall(SYS_fdatasync, fd);
}

int
fallocate(int fd, int mode, off_t at, off_t len)
{
	if (fails() && fault.how != HOW_SHORT) {
		syscall(SYS_fallocate, fd, mode, at, len - 65536);
		errno = fault.how == HOW_ENOSPC ? ENOSPC : EIO;
		return -1;	/* some file systems keep what they could */
	}
	return (int)syscall(SYS_fallocate, fd, mode, at, len);
}

static void
arm(enum how how, unsigned at)
{
	fault.armed = true;
	fault.how = how;
	fault.at = at;
	fault.calls = fault.fired = 0;
}

/*
 * A batch whose nth call fails.  Afterwards the store works, or it returned EIO
 * and is opened again; in both cases all that was committed is there.  Returns
 * whether a call failed.
 */
static bool
batch_with_fault(enum how how, unsigned at)
{
	uint64_t before = s.tip.tree.size;
	int rc;

	arm(how, at);
	rc = fill_evidence(&s, 20, 3000);
	fault.armed = false;
	if (rc == 0) {
		ATF_REQUIRE_EQ(before + 20, s.tip.tree.size);
		return fault.fired != 0;
	}
	ATF_REQUIRE(fault.fired != 0);
	ATF_REQUIRE_EQ(before, s.tip.tree.size);
	ATF_REQUIRE_MSG(errno == EIO || errno == ENOSPC, "%s",
	    strerror(errno));
	if (errno == EIO) {
		store_close(&s);
		fill_open(&s);
		ATF_REQUIRE(s.tip.tree.size == before ||
		    s.tip.tree.size == before + 20);
	}
	before = s.tip.tree.size;
	ATF_REQUIRE_EQ(0, fill_batch(&s, 1, 10));
	ATF_REQUIRE_EQ(before + 1, s.tip.tree.size);
	return true;
}

/* Each leaf is there with its evidence, or neither is. */
static void
check_evidence(void)
{
	static char text[1 << 16];
	uint64_t large = 0, len;
	struct fsck f;
	size_t n;

	fill_check(&s);
	ATF_REQUIRE_EQ_MSG(0, fill_fsck(&s, &f, text, sizeof(text)), "%s",
	    text);
	ATF_REQUIRE_EQ(s.tip.tree.size, f.leaves);
	for (uint64_t i = 0; i < s.tip.tree.size; i++) {
		ATF_REQUIRE_EQ(0, store_record(&s, i, 0, text, 1, &n, &len));
		large += len > 3000;
	}
	ATF_REQUIRE(large > 0);
	ATF_REQUIRE_EQ(2 * large, f.files);
}

static void
fail_each_call(enum how how)
{
	unsigned at = 1;

	fill_open(&s);
	/* The 1st to the last; twice, as the file's state differs. */
	for (int round = 0; round < 2; round++)
		for (at = 1; batch_with_fault(how, at); at++)
			ATF_REQUIRE(at < 1000);
	ATF_REQUIRE(at > 3);	/* pages, flush, root page: at least */
	check_evidence();
	fill_reopen(&s);
	check_evidence();
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(survives_a_failure_of_any_call);
ATF_TC_BODY(survives_a_failure_of_any_call, tc)
{
	fail_each_call(HOW_EIO);
}

ATF_TC_WITHOUT_HEAD(survives_a_full_disk_at_any_call);
ATF_TC_BODY(survives_a_full_disk_at_any_call, tc)
{
	fail_each_call(HOW_ENOSPC);
}

ATF_TC_WITHOUT_HEAD(survives_a_short_write_at_any_call);
ATF_TC_BODY(survives_a_short_write_at_any_call, tc)
{
	fail_each_call(HOW_SHORT);
}

/* The older ledger, each time anew, since it is upgraded only once. */
static void
fail_each_call_of_an_upgrade(enum how how)
{
	unsigned at = 0;
	bool failed;

	do {
		fill_old();
		fill_open(&s);
		ATF_REQUIRE_STREQ(STORE_FORMAT_OLD, s.upgraded_from);
		failed = batch_with_fault(how, ++at);
		fill_reopen(&s);
		ATF_REQUIRE_STREQ("", s.upgraded_from);
		ATF_REQUIRE(s.tip.tree.size > FILL_OLD);
		fill_check(&s);
		store_close(&s);
		ATF_REQUIRE(at < 1000);
	} while (failed);
	ATF_REQUIRE(at > 3);
}

ATF_TC_WITHOUT_HEAD(an_upgrade_survives_a_failure_of_any_call);
ATF_TC_BODY(an_upgrade_survives_a_failure_of_any_call, tc)
{
	fail_each_call_of_an_upgrade(HOW_EIO);
	fail_each_call_of_an_upgrade(HOW_ENOSPC);
	fail_each_call_of_an_upgrade(HOW_SHORT);
}

ATF_TC_WITHOUT_HEAD(a_failed_root_page_is_an_unknown_outcome);
ATF_TC_BODY(a_failed_root_page_is_an_unknown_outcome, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 1, 10));
	arm(HOW_ROOT, 0);
	ATF_CHECK_EQ(-1, fill_batch(&s, 1, 10));
	ATF_CHECK_EQ(EIO, errno);	/* even though the disk said ENOSPC */
	fault.armed = false;
	ATF_CHECK_EQ(-1, fill_batch(&s, 1, 10));
	ATF_CHECK_EQ(EIO, errno);
	store_close(&s);
	fill_open(&s);
	fill_check(&s);
	ATF_CHECK_EQ(0, fill_batch(&s, 1, 10));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(part_of_the_room_is_handed_back);
ATF_TC_BODY(part_of_the_room_is_handed_back, tc)
{
	struct stat before, after;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, stat("ledger/data.mdb", &before));
	arm(HOW_ENOSPC, 1);
	ATF_CHECK_EQ(-1, fill_batch(&s, 60, 3000));
	ATF_CHECK_EQ(ENOSPC, errno);
	fault.armed = false;
	ATF_REQUIRE_EQ(0, stat("ledger/data.mdb", &after));
	ATF_CHECK_EQ(before.st_size, after.st_size);
	ATF_CHECK_EQ(before.st_blocks, after.st_blocks);
	fill_reopen(&s);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(the_file_stops_at_its_largest_size);
ATF_TC_BODY(the_file_stops_at_its_largest_size, tc)
{
	struct why why;
	uint64_t full;

	fill_open(&s);
	store_close(&s);
	ATF_REQUIRE_EQ(0, store_open(&s, "ledger", 1, &why));
	while (fill_batch(&s, 7, 1500) == 0)
		ATF_REQUIRE(s.tip.tree.size < 2000);
	ATF_CHECK_EQ(EFBIG, errno);
	full = s.tip.tree.size;
	ATF_CHECK(full > 100);
	ATF_CHECK_EQ(-1, fill_batch(&s, 7, 1500));
	ATF_CHECK_EQ(EFBIG, errno);
	fill_check(&s);
	store_close(&s);
	ATF_REQUIRE_EQ(0, store_open(&s, "ledger", 2, &why));
	ATF_CHECK_EQ(full, s.tip.tree.size);
	ATF_CHECK_EQ(0, fill_batch(&s, 7, 1500));
	fill_check(&s);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_file_size_limit_counts_as_a_full_disk);
ATF_TC_BODY(a_file_size_limit_counts_as_a_full_disk, tc)
{
	struct rlimit rl = { 3000000, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_FSIZE, &rl));
	fill_open(&s);
	while (fill_batch(&s, 3, 2500) == 0)
		ATF_REQUIRE(s.tip.tree.size < 2000);
	ATF_CHECK_EQ(ENOSPC, errno);
	ATF_CHECK(s.tip.tree.size > 400);
	fill_check(&s);
	rl.rlim_cur = RLIM_INFINITY;
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_FSIZE, &rl));
	ATF_CHECK_EQ(0, fill_batch(&s, 3, 2500));
	fill_reopen(&s);
	fill_check(&s);
	store_close(&s);
}

/* A file system of this many MiB at ./ledger, of this process alone. */
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

static unsigned long
free_blocks(void)
{
	struct statvfs st;

	ATF_REQUIRE_EQ(0, statvfs("ledger", &st));
	return st.f_bfree;
}

ATF_TC_WITHOUT_HEAD(goes_on_when_a_full_disk_has_room_again);
ATF_TC_BODY(goes_on_when_a_full_disk_has_room_again, tc)
{
	unsigned long left;
	int fd;

	mount_ledger("size=6m");
	fd = open("ledger/ballast", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ATF_REQUIRE_EQ(0, posix_fallocate(fd, 0, 3 << 20));
	fill_open(&s);
	while (fill_batch(&s, 2, 1200) == 0)
		ATF_REQUIRE(s.tip.tree.size < 5000);
	ATF_CHECK_EQ(ENOSPC, errno);
	ATF_CHECK(s.tip.tree.size > 800);
	left = free_blocks();
	for (int i = 0; i < 10; i++) {
		ATF_CHECK_EQ(-1, fill_batch(&s, 2, 1200));
		ATF_CHECK_EQ(ENOSPC, errno);
	}
	ATF_CHECK_EQ(left, free_blocks());	/* it took nothing */
	fill_check(&s);
	fill_reopen(&s);
	ATF_REQUIRE_EQ(0, ftruncate(fd, 0));
	ATF_CHECK_EQ(0, fill_batch(&s, 2, 1200));
	fill_check(&s);
	fill_reopen(&s);
	store_close(&s);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(a_new_ledger_on_a_full_disk_says_so);
ATF_TC_BODY(a_new_ledger_on_a_full_disk_says_so, tc)
{
	struct why why;
	int fd;

	mount_ledger("size=1m");
	fd = open("ledger/ballast", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ATF_REQUIRE_EQ(0, posix_fallocate(fd, 0, (1 << 20) - 4096 * 3));
	ATF_CHECK_EQ(-1, store_open(&s, "ledger", 64, &why));
	ATF_CHECK_MSG(strstr(why.text, "the data disk is full") != NULL, "%s",
	    why.text);
	close(fd);
}

struct said_commit {
	uint64_t	size;
	unsigned char	root[TREE_HASH];
};

/* Appends for ever; says so after each commit. */
static void
append_for_ever(int out)
{
	struct said_commit ack;

	fill_open(&s);
	for (unsigned i = 0; fill_batch(&s, 1 + i % 5, i % 3000) == 0; i++) {
		ack.size = s.tip.tree.size;
		tree_root(&s.tip.tree, ack.root);
		if (write(out, &ack, sizeof(ack)) != sizeof(ack))
			_exit(1);
	}
	_exit(2);
}

/* Kills it after so many commits, somewhere in the next one. */
static struct said_commit
killed_after(unsigned commits)
{
	struct said_commit ack = { 0 }, more;
	int fds[2], status;
	pid_t pid;

	ATF_REQUIRE_EQ(0, pipe2(fds, O_CLOEXEC));
	pid = fork();
	if (pid == 0)
		append_for_ever(fds[1]);
	close(fds[1]);
	for (unsigned i = 0; i < commits; i++)
		ATF_REQUIRE_EQ(sizeof(ack), read(fds[0], &ack, sizeof(ack)));
	kill(pid, SIGKILL);
	while (read(fds[0], &more, sizeof(more)) == sizeof(more))
		ack = more;
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFSIGNALED(status));
	close(fds[0]);
	return ack;
}

ATF_TC_WITHOUT_HEAD(killed_in_the_middle_it_only_ever_grew);
ATF_TC_BODY(killed_in_the_middle_it_only_ever_grew, tc)
{
	unsigned char root[TREE_HASH];
	struct tree t;

	for (unsigned round = 0; round < 60; round++) {
		struct said_commit ack = killed_after(1 + round * 7 % 13);

		fill_open(&s);
		ATF_REQUIRE(s.tip.tree.size >= ack.size);
		ATF_REQUIRE(s.tip.tree.size <= ack.size + 5);
		ATF_REQUIRE_EQ(0, store_tree(&s, ack.size, &t));
		tree_root(&t, root);
		ATF_REQUIRE(memcmp(root, ack.root, sizeof(root)) == 0);
		store_close(&s);
	}
	fill_open(&s);
	fill_check(&s);
	store_close(&s);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, survives_a_failure_of_any_call);
	ATF_TP_ADD_TC(tp, survives_a_full_disk_at_any_call);
	ATF_TP_ADD_TC(tp, survives_a_short_write_at_any_call);
	ATF_TP_ADD_TC(tp, an_upgrade_survives_a_failure_of_any_call);
	ATF_TP_ADD_TC(tp, a_failed_root_page_is_an_unknown_outcome);
	ATF_TP_ADD_TC(tp, part_of_the_room_is_handed_back);
	ATF_TP_ADD_TC(tp, the_file_stops_at_its_largest_size);
	ATF_TP_ADD_TC(tp, a_file_size_limit_counts_as_a_full_disk);
	ATF_TP_ADD_TC(tp, goes_on_when_a_full_disk_has_room_again);
	ATF_TP_ADD_TC(tp, a_new_ledger_on_a_full_disk_says_so);
	ATF_TP_ADD_TC(tp, killed_in_the_middle_it_only_ever_grew);
	return atf_no_error();
}
