#include "stdfds.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MASKS	8	/* which of 0, 1 and 2 are closed */

static void
close_masked(unsigned mask)
{
	for (int fd = 0; fd < 3; fd++)
		if (mask & 1u << fd)
			close(fd);
}

static int
is_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(1, 3);
}

/* In a child: the line of the first check that fails, 0 when all hold. */
static int
check_filled(unsigned mask)
{
	char byte;

#define NEED(c)	do { if (!(c)) return __LINE__; } while (0)
	for (int fd = 0; fd < 3; fd++)		/* other files than null */
		NEED(dup2(open("file", O_RDWR | O_CREAT, 0600), fd) == fd);
	close_masked(mask);
	stdfds_fill();
	for (int fd = 0; fd < 3; fd++) {
		NEED(is_null(fd) == ((mask >> fd & 1) != 0));
		if (!is_null(fd))
			continue;
		NEED(fcntl(fd, F_GETFD) == 0);	/* for children too */
		NEED(read(fd, &byte, 1) == 0);
		NEED(write(fd, "x", 1) == -1 && errno == EBADF);
	}
	NEED(open("file", O_RDONLY) > 2);
	return 0;
}

static int
in_child(int (*check)(unsigned), unsigned mask)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(check(mask));
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

ATF_TC_WITHOUT_HEAD(closed_descriptors_are_filled_and_no_others);
ATF_TC_BODY(closed_descriptors_are_filled_and_no_others, tc)
{
	for (unsigned mask = 0; mask < MASKS; mask++)
		ATF_CHECK_EQ_MSG(0, in_child(check_filled, mask),
		    "mask %u: see the line of the exit status", mask);
}

static int
check_flush(unsigned mask)
{
	close_masked(mask);
	stdfds_fill();
	printf("text");
	return stdfds_flush() == (mask & 2 ? -1 : 0) ? 0 : 1;
}

/* An error before the last flush counts too. */
static int
check_full(unsigned mask)
{
	static char text[65536];

	(void)mask;
	dup2(open("/dev/full", O_WRONLY), 1);
	fwrite(text, 1, sizeof(text), stdout);
	return stdfds_flush() == -1 ? 0 : 1;
}

ATF_TC_WITHOUT_HEAD(lost_output_is_noticed);
ATF_TC_BODY(lost_output_is_noticed, tc)
{
	for (unsigned mask = 0; mask < MASKS; mask++)
		ATF_CHECK_EQ(0, in_child(check_flush, mask));
	ATF_CHECK_EQ(0, in_child(check_full, 0));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, closed_descriptors_are_filled_and_no_others);
	ATF_TP_ADD_TC(tp, lost_output_is_noticed);
	return atf_no_error();
}
