/* Time passes a thousand times faster here. */
#include "slowdisk.h"

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

unsigned	__wrap_sleep(unsigned);

unsigned
__wrap_sleep(unsigned s)
{
	usleep(s * 1000);
	return 0;
}

ATF_TC_WITHOUT_HEAD(a_long_wait_is_logged_until_it_ends);
ATF_TC_BODY(a_long_wait_is_logged_until_it_ends, tc)
{
	static const char first[] = "init: still waiting after 3 s; the disk "
	    "is slow or does not respond\ninit: still waiting after 6 s; ";
	char text[4096] = "";
	int p[2];
	size_t len = 0;
	pid_t pid;

	log_init("init");
	ATF_REQUIRE_EQ(0, pipe(p));
	ATF_REQUIRE(dup2(p[1], STDERR_FILENO) != -1);
	ATF_REQUIRE((pid = slowdisk_start("waiting")) > 0);
	while (strstr(text, " after 6 s;") == NULL) {
		ssize_t n = read(p[0], text + len, sizeof(text) - 1 - len);

		ATF_REQUIRE(n > 0);
		len += (size_t)n;
	}
	ATF_CHECK_EQ_MSG(0, strncmp(first, text, sizeof(first) - 1), "%s",
	    text);
	errno = EDOM;
	slowdisk_stop(pid);
	ATF_CHECK_EQ(EDOM, errno);
	ATF_CHECK_ERRNO(ESRCH, kill(pid, 0) == -1);
	slowdisk_stop(-1);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_long_wait_is_logged_until_it_ends);
	return atf_no_error();
}
