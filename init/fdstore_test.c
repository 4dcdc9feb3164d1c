/* init's descriptors, with each call failing in turn. */
#include "fdstore.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <linux/vm_sockets.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/ns.h"
#include "lib/codes.h"
#include "lib/log.h"

#define BASE	64	/* the numbers begin here */

/* A UNIX socket stands for the vsock one, which this host may not have. */
int	__real_socket(int, int, int);
int	__wrap_socket(int, int, int);
int	__wrap_bind(int, const struct sockaddr *, socklen_t);
int	__wrap_listen(int, int);

static int socket_errno, bind_errno, listen_errno;
static struct sockaddr_vm bound;
static int backlog;

static int
result(int err)
{
	errno = err;
	return err == 0 ? 0 : -1;
}

int
__wrap_socket(int domain, int type, int protocol)
{
	NS_CHECK(domain == AF_VSOCK && protocol == 0);
	return socket_errno != 0 ? result(socket_errno) :
	    __real_socket(AF_UNIX, type, 0);
}

int
__wrap_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)fd;
	NS_CHECK(len == sizeof(bound));
	memcpy(&bound, addr, sizeof(bound));
	return result(bind_errno);
}

int
__wrap_listen(int fd, int n)
{
	(void)fd;
	backlog = n;
	return result(listen_errno);
}

static int fds[FDSTORE_N];

static int
open_all(void)
{
	int folder = open("/data/keyd", O_RDONLY | O_DIRECTORY);

	NS_CHECK(folder != -1);
	return fdstore_open(fds, folder);
}

static void
check_all(void)
{
	char byte = 'x';

	for (int i = FDSTORE_NULL; i < FDSTORE_N; i++) {
		NS_CHECK(fds[i] >= BASE);
		NS_CHECK(fcntl(fds[i], F_GETFD) == FD_CLOEXEC);
		for (int j = FDSTORE_NULL; j < i; j++)
			NS_CHECK(fds[i] != fds[j]);
	}
	for (int i = FDSTORE_GATE_RUNNER_R; i < FDSTORE_N; i += 2) {
		NS_CHECK(write(fds[i + 1], &byte, 1) == 1);
		NS_CHECK(read(fds[i], &byte, 1) == 1);
		NS_CHECK((fcntl(fds[i + 1], F_GETFL) & O_DIRECT) != 0);
	}
	NS_CHECK((fcntl(fds[FDSTORE_CONSOLE_INIT_R], F_GETFL) & O_NONBLOCK));
	NS_CHECK((fcntl(fds[FDSTORE_INIT_CONSOLE_W], F_GETFL) & O_NONBLOCK));
	NS_CHECK((fcntl(fds[FDSTORE_LEDGERD_INIT_R], F_GETFL) & O_NONBLOCK));
	NS_CHECK((fcntl(fds[FDSTORE_INIT_LEDGERD_W], F_GETFL) & O_NONBLOCK));
	NS_CHECK((fcntl(fds[FDSTORE_TTY], F_GETFL) & O_NONBLOCK));
}

static void
all(void)
{
	struct stat by_path, by_fd;

	NS_CHECK(open_all() == 0);
	fds[FDSTORE_LOG] = fds[FDSTORE_NULL];	/* opened apart */
	fds[FDSTORE_NULL] = fcntl(fds[FDSTORE_LOG], F_DUPFD_CLOEXEC, BASE);
	check_all();
	NS_CHECK(bound.svm_family == AF_VSOCK && bound.svm_port == CLIENT_PORT);
	NS_CHECK(bound.svm_cid == VMADDR_CID_ANY && backlog == 128);
	NS_CHECK(fstat(fds[FDSTORE_KEYD_STATE], &by_fd) == 0);
	NS_CHECK(stat("/data/keyd", &by_path) == 0);
	NS_CHECK(by_fd.st_ino == by_path.st_ino);
	NS_CHECK(fstat(fds[FDSTORE_SITE], &by_fd) == 0);
	NS_CHECK(stat("/site", &by_path) == 0);
	NS_CHECK(by_fd.st_ino == by_path.st_ino);
}

static void
make_root(void)
{
	ns_file("dev/null", "", 0666);
	ns_file("dev/console", "", 0600);
	ns_folder("site");
	ns_folder("cgroup/runner");
	ns_folder("data/keyd");
}

NS_TC(each_has_its_own_number_above_the_services)
{
	make_root();
	NS_RUN(all);
	ATF_CHECK_STREQ("", ns_said);
}

static void
fails(void)
{
	log_init("casemate");
	NS_CHECK(open_all() == -1);
}

NS_TC(what_cannot_be_opened_is_named)
{
	static const char *const paths[] = { "/dev/null", "/dev/console",
	    "/cgroup/runner", "/site" };
	char from[64], line[96];

	make_root();
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(from, sizeof(from), "root%s", paths[i]);
		snprintf(line, sizeof(line), "casemate: cannot open %s: No "
		    "such file or directory\n", paths[i]);
		ATF_REQUIRE_EQ(0, rename(from, "away"));
		NS_RUN(fails);
		ATF_CHECK_STREQ(line, ns_said);
		ATF_REQUIRE_EQ(0, rename("away", from));
	}
	ATF_REQUIRE_EQ(0, remove("root/site"));
	ns_file("site", "", 0644);
	NS_RUN(fails);
	ATF_CHECK_STREQ("casemate: cannot open /site: Not a directory\n",
	    ns_said);
}

NS_TC(a_kernel_without_vsock_is_named)
{
#define CANNOT	"casemate: cannot listen on vsock port 1024: "
	make_root();
	socket_errno = EAFNOSUPPORT;
	NS_RUN(fails);
	ATF_CHECK_STREQ(CANNOT "Address family not supported by protocol\n",
	    ns_said);
	socket_errno = 0;
	bind_errno = EADDRINUSE;
	NS_RUN(fails);
	ATF_CHECK_STREQ(CANNOT "Address already in use\n", ns_said);
	bind_errno = 0;
	listen_errno = ENOMEM;
	NS_RUN(fails);
	ATF_CHECK_STREQ(CANNOT "Cannot allocate memory\n", ns_said);
#undef CANNOT
}

/* One more may be opened each time, until all can. */
static void
with_few(void)
{
	struct rlimit few = { 0, 4096 };
	int failed = 0, rc = -1;

	log_init("casemate");
	for (few.rlim_cur = BASE; rc == -1; few.rlim_cur++) {
		NS_CHECK(few.rlim_cur < BASE + 64);
		close_range(BASE, ~0u, 0);
		for (int i = 3; i < BASE; i++)
			close(i);
		memset(fds, 0, sizeof(fds));
		NS_CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
		rc = open_all();
		failed += rc == -1;
	}
	NS_CHECK(failed == FDSTORE_N - 2);
}

NS_TC(too_few_descriptors_are_an_error)
{
	make_root();
	NS_RUN(with_few);
	NS_CHECK_SAID("cannot make pipes: ");
	NS_CHECK_SAID("cannot listen on vsock port 1024: Too many open files");
	NS_CHECK_SAID("cannot open /site: Too many open files");
}

static void
log_on_console(void)
{
	NS_CHECK(fdstore_open_log(fds) == 0);
	NS_CHECK(fds[FDSTORE_LOG] >= BASE);
	NS_CHECK(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK);
	log_init("casemate");
	log_info("here");
}

static void
no_console(void)
{
	NS_CHECK(fdstore_open_log(fds) == -1 && errno == ENOENT);
}

NS_TC(the_log_goes_to_the_console)
{
	char text[64] = "";
	int fd;

	make_root();
	NS_RUN(log_on_console);
	fd = open("root/dev/console", O_RDONLY);
	ATF_REQUIRE(read(fd, text, sizeof(text) - 1) > 0);
	ATF_CHECK_STREQ("casemate: here\n", text);
	close(fd);
	ATF_REQUIRE_EQ(0, unlink("root/dev/console"));
	NS_RUN(no_console);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, each_has_its_own_number_above_the_services);
	ATF_TP_ADD_TC(tp, what_cannot_be_opened_is_named);
	ATF_TP_ADD_TC(tp, a_kernel_without_vsock_is_named);
	ATF_TP_ADD_TC(tp, too_few_descriptors_are_an_error);
	ATF_TP_ADD_TC(tp, the_log_goes_to_the_console);
	return atf_no_error();
}
