/* The measurer as a process, over files in the place of disks. */
#include "measure.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "lib/log.h"
#include "lib/sha256.h"

#define LARGE	((1 << 20) + 4096 + 1)	/* some chunks and a rest */

static struct runtimes r;
static struct measured m;
static char dir[4096];

/* Debian 12's own kernel is older than the appliance's. */
static void
need_kernel(void)
{
	struct why why;

	if (confine_check(&why) == -1)
		atf_tc_skip("%s", why.text);
}

static void
make_disk(const char *name, const void *data, size_t len)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "disks/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ATF_REQUIRE(fd != -1 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

static void
name_runtimes(const char *a, const char *b)
{
	r.n = 2;
	strcpy(r.list[0].name, a);
	strcpy(r.list[1].name, b);
	ATF_REQUIRE(mkdir("disks", 0755) == 0);
	ATF_REQUIRE(getcwd(dir, sizeof(dir) - 8) != NULL);
	strcat(dir, "/disks");
}

static void
check_measured(int sock, size_t i, const void *data, size_t len)
{
	unsigned char want[DIGEST_LEN];

	sha256(data, len, want);
	measure_ask(sock, i);
	measure_take(sock, &m);
	ATF_CHECK_EQ(m.i, i);
	ATF_CHECK_EQ(m.err, 0);
	ATF_CHECK_EQ(m.bytes, len);
	ATF_CHECK(memcmp(m.sha256, want, DIGEST_LEN) == 0);
}

ATF_TC_WITHOUT_HEAD(a_whole_disk_is_measured);
ATF_TC_BODY(a_whole_disk_is_measured, tc)
{
	static unsigned char large[LARGE];
	int sock;

	need_kernel();
	log_init("measure_test");
	name_runtimes("python", "empty");
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (unsigned char)(i * 7 + i / 251);
	make_disk("python", large, sizeof(large));
	make_disk("empty", "", 0);
	sock = measure_start(dir, &r);
	check_measured(sock, 0, large, sizeof(large));
	check_measured(sock, 1, "", 0);
	large[LARGE - 1] ^= 1;		/* the same disk, changed meanwhile */
	make_disk("python", large, sizeof(large));
	check_measured(sock, 0, large, sizeof(large));
	close(sock);
}

ATF_TC_WITHOUT_HEAD(a_disk_that_cannot_be_read_says_so);
ATF_TC_BODY(a_disk_that_cannot_be_read_says_so, tc)
{
	int sock;

	need_kernel();
	log_init("measure_test");
	name_runtimes("missing", "folder");
	ATF_REQUIRE(mkdir("disks/folder", 0755) == 0);
	sock = measure_start(dir, &r);
	measure_ask(sock, 0);
	measure_take(sock, &m);
	ATF_CHECK_EQ(m.err, ENODEV);
	measure_ask(sock, 1);
	measure_take(sock, &m);
	ATF_CHECK_EQ(m.i, 1);
	ATF_CHECK_EQ(m.err, EISDIR);
	measure_ask(sock, RUNTIMES_MAX - 1);
	measure_take(sock, &m);
	ATF_CHECK_EQ(m.err, ENODEV);
	close(sock);
}

ATF_TC_WITHOUT_HEAD(it_ends_with_the_runner);
ATF_TC_BODY(it_ends_with_the_runner, tc)
{
	int sock;

	need_kernel();
	log_init("measure_test");
	name_runtimes("a", "b");
	sock = measure_start(dir, &r);
	measure_ask(sock, 0);
	measure_take(sock, &m);
	close(sock);
	/* How it ended is not asked: the sanitizers' own exit is not listed. */
	ATF_REQUIRE(wait(NULL) != -1);
}

ATF_TC_WITHOUT_HEAD(it_has_no_powers_and_a_list_of_calls);
ATF_TC_BODY(it_has_no_powers_and_a_list_of_calls, tc)
{
	char path[64], text[8192] = "", child[16] = "";
	int fd, sock;

	need_kernel();
	log_init("measure_test");
	name_runtimes("a", "b");
	sock = measure_start(dir, &r);
	measure_ask(sock, 0);
	measure_take(sock, &m);
	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    (int)getpid());
	fd = open(path, O_RDONLY);
	ATF_REQUIRE(fd != -1 && read(fd, child, sizeof(child) - 1) > 0);
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/status", atoi(child));
	fd = open(path, O_RDONLY);
	ATF_REQUIRE(fd != -1 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	ATF_CHECK(strstr(text, "\nName:\tmeasurer\n") != NULL ||
	    strncmp(text, "Name:\tmeasurer\n", 15) == 0);
	ATF_CHECK(strstr(text, "\nCapPrm:\t0000000000000000\n") != NULL);
	ATF_CHECK(strstr(text, "\nCapEff:\t0000000000000000\n") != NULL);
	ATF_CHECK(strstr(text, "\nSeccomp:\t2\n") != NULL);
	ATF_CHECK(strstr(text, "\nNoNewPrivs:\t1\n") != NULL);
	close(sock);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_whole_disk_is_measured);
	ATF_TP_ADD_TC(tp, a_disk_that_cannot_be_read_says_so);
	ATF_TP_ADD_TC(tp, it_ends_with_the_runner);
	ATF_TP_ADD_TC(tp, it_has_no_powers_and_a_list_of_calls);
	return atf_no_error();
}
