#include "lock.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/say.h"
#include "lib/clock.h"

#define LOCK_FILE	"casemate/.vm.lock"

static struct proc holder;
static enum lock_user held;

static void
enter(void)
{
	char dir[PATH_MAX];

	ATF_REQUIRE(getcwd(dir, sizeof(dir)) != NULL);
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", dir, 1));
}

ATF_TC_WITHOUT_HEAD(a_second_one_learns_who_holds_it);
ATF_TC_BODY(a_second_one_learns_who_holds_it, tc)
{
	int lock;

	enter();
	ATF_REQUIRE((lock = lock_try("vm", LOCK_UP, &holder, &held)) != -1);
	ATF_CHECK_ERRNO(EWOULDBLOCK,
	    lock_try("vm", LOCK_DOWN, &holder, &held) == -1);
	ATF_CHECK_EQ(LOCK_UP, held);
	ATF_CHECK_EQ(getpid(), holder.pid);
	ATF_CHECK_EQ(proc_start_time(getpid()), holder.start);
	ATF_CHECK(lock_try("other", LOCK_DOWN, &holder, &held) != -1);
	close(lock);
	ATF_REQUIRE((lock = lock_try("vm", LOCK_DOWN, &holder, &held)) != -1);
	ATF_CHECK_ERRNO(EWOULDBLOCK,
	    lock_try("vm", LOCK_UP, &holder, &held) == -1);
	ATF_CHECK_EQ(LOCK_DOWN, held);
	close(lock);
}

ATF_TC_WITHOUT_HEAD(the_last_holder_is_known_while_it_lives);
ATF_TC_BODY(the_last_holder_is_known_while_it_lives, tc)
{
	pid_t pid;
	int ready[2];
	char c;

	enter();
	ATF_CHECK_EQ(LOCK_UNKNOWN, lock_last("vm"));
	ATF_CHECK_ERRNO(ENOENT, access("casemate", F_OK) == -1);
	ATF_REQUIRE_EQ(0, pipe(ready));
	if ((pid = fork()) == 0) {
		if (lock_try("vm", LOCK_UP, &holder, &held) != -1)
			(void)!write(ready[1], "", 1);
		pause();
	}
	ATF_REQUIRE_EQ(1, read(ready[0], &c, 1));
	ATF_CHECK_EQ(LOCK_UP, lock_last("vm"));
	/* Looking does not take it. */
	ATF_CHECK_ERRNO(EWOULDBLOCK,
	    lock_try("vm", LOCK_UP, &holder, &held) == -1);
	ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
	ATF_REQUIRE_EQ(pid, waitpid(pid, NULL, 0));
	ATF_CHECK_EQ(LOCK_UNKNOWN, lock_last("vm"));
}

/* So that no stranger gets a signal. */
ATF_TC_WITHOUT_HEAD(a_damaged_text_names_no_holder);
ATF_TC_BODY(a_damaged_text_names_no_holder, tc)
{
	static const char *const texts[] = { "", "up", "up 0 1\n",
		"up -1 1\n", "up x 1\n", "what 7 1\n" };
	int lock;

	enter();
	ATF_REQUIRE((lock = lock_try("vm", LOCK_UP, &holder, &held)) != -1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ATF_REQUIRE_EQ(0, truncate(LOCK_FILE, 0));
		ATF_REQUIRE_EQ((ssize_t)strlen(texts[i]),
		    pwrite(lock, texts[i], strlen(texts[i]), 0));
		held = LOCK_DOWN;
		ATF_CHECK_ERRNO(EWOULDBLOCK,
		    lock_try("vm", LOCK_UP, &holder, &held) == -1);
		ATF_CHECK_EQ_MSG(LOCK_UNKNOWN, held, "%s", texts[i]);
	}
	lock_say_held("vm", LOCK_UNKNOWN);
	ATF_CHECK_STREQ("vm: another casemate up or down is at work for it; "
	    "try again when it has ended", say_last());
	close(lock);
}

/* What it leads to would be overwritten. */
ATF_TC_WITHOUT_HEAD(a_link_or_fifo_is_not_read);
ATF_TC_BODY(a_link_or_fifo_is_not_read, tc)
{
	enter();
	ATF_REQUIRE(lock_try("vm", LOCK_UP, &holder, &held) != -1);
	ATF_REQUIRE_EQ(0, unlink(LOCK_FILE));
	atf_utils_create_file("file", "text\n");
	ATF_REQUIRE_EQ(0, symlink("../file", LOCK_FILE));
	ATF_CHECK_ERRNO(ELOOP, lock_try("vm", LOCK_UP, &holder, &held) == -1);
	ATF_CHECK(strstr(say_last(), "/" LOCK_FILE ": is a link; remove it")
	    != NULL);
	ATF_CHECK(atf_utils_compare_file("file", "text\n"));
	ATF_CHECK_EQ(LOCK_UNKNOWN, lock_last("vm"));
	ATF_REQUIRE_EQ(0, unlink(LOCK_FILE));
	ATF_REQUIRE_EQ(0, mkfifo(LOCK_FILE, 0600));
	alarm(10);
	ATF_CHECK_EQ(LOCK_UNKNOWN, lock_last("vm"));
}

ATF_TC_WITHOUT_HEAD(waiting_ends_at_the_deadline);
ATF_TC_BODY(waiting_ends_at_the_deadline, tc)
{
	const uint64_t before = clock_ms();
	int lock;

	enter();
	ATF_REQUIRE((lock = lock_wait("vm", LOCK_UP, before)) != -1);
	ATF_CHECK_ERRNO(EWOULDBLOCK,
	    lock_wait("vm", LOCK_UP, before + 100) == -1);
	ATF_CHECK(clock_ms() >= before + 100);
	close(lock);
	ATF_CHECK(lock_wait("vm", LOCK_UP, 0) != -1);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_second_one_learns_who_holds_it);
	ATF_TP_ADD_TC(tp, the_last_holder_is_known_while_it_lives);
	ATF_TP_ADD_TC(tp, a_damaged_text_names_no_holder);
	ATF_TP_ADD_TC(tp, a_link_or_fifo_is_not_read);
	ATF_TP_ADD_TC(tp, waiting_ends_at_the_deadline);
	return atf_no_error();
}
