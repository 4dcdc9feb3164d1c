#include "daemon.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/fds.h"
#include "lib/log.h"
#include "keyd/serve.h"
#include "submission.h"

#define LIMIT_MS	10000
#define HIGH_FD		100	/* out of the way of fds.h's */

enum { TO_RUNNER, FROM_RUNNER, TO_LEDGERD, FROM_LEDGERD };

void
daemon_init(struct daemon *d)
{
	memset(d, 0, sizeof(*d));
	for (int i = 0; i < 4; i++)
		ATF_REQUIRE(pipe2(d->pipes[i], O_DIRECT | O_CLOEXEC) == 0);
	chan_init(&d->runner, d->pipes[TO_RUNNER][0],
	    d->pipes[FROM_RUNNER][1], PEER_RUNNER, PEER_KEYD);
	chan_init(&d->ledgerd, d->pipes[TO_LEDGERD][0],
	    d->pipes[FROM_LEDGERD][1], PEER_LEDGERD, PEER_KEYD);
}

/* In the child: this descriptor under that number. */
static void
place(int fd, int number)
{
	if (dup2(fd, number) == -1)
		_exit(99);
}

/* In the child: what init does before it runs keyd. */
static void
place_all(struct daemon *d, int notify)
{
	int from[] = { notify, d->pipes[FROM_RUNNER][0],
	    d->pipes[TO_RUNNER][1], d->pipes[FROM_LEDGERD][0],
	    d->pipes[TO_LEDGERD][1], open("state", O_RDONLY | O_DIRECTORY),
	    open("site", O_RDONLY | O_DIRECTORY),
	    open("log", O_WRONLY | O_CREAT | O_APPEND, 0600) };
	static const int to[] = { FD_NOTIFY, FD_KEYD_RUNNER_IN,
	    FD_KEYD_RUNNER_OUT, FD_KEYD_LEDGERD_IN, FD_KEYD_LEDGERD_OUT,
	    FD_KEYD_STATE, FD_KEYD_SITE, STDERR_FILENO };
	size_t n = sizeof(to) / sizeof(to[0]);

	for (size_t i = 0; i < n; i++)
		from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, HIGH_FD);
	for (size_t i = 0; i < n; i++)
		place(from[i], to[i]);
}

/* keyd.c's main() without its sandbox. */
static void
run_logic(void)
{
	static struct keyd k;

	log_init("keyd");
	serve_open(&k, "kept");
	if (write(FD_NOTIFY, "\n", 1) != 1)
		_exit(98);
	for (;;)
		serve_turn(&k);
}

static void
start(struct daemon *d, const char *program)
{
	int notify[2];

	ATF_REQUIRE(pipe2(notify, O_CLOEXEC) == 0);
	d->ledger_told = false;
	d->pid = fork();
	ATF_REQUIRE(d->pid != -1);
	if (d->pid == 0) {
		place_all(d, notify[1]);
		if (program == NULL)
			run_logic();
		execl(program, "keyd", "-m", "kept", (char *)NULL);
		_exit(99);
	}
	close(notify[1]);
	d->notify = notify[0];
}

void
daemon_start_logic(struct daemon *d)
{
	start(d, NULL);
}

void
daemon_start(struct daemon *d, const atf_tc_t *tc)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/../../bin/keyd",
	    atf_tc_get_config_var_wd(tc, "srcdir", "build/tests/keyd"));
	if (access(path, X_OK) == -1)
		atf_tc_skip("%s is not built; run `make image'", path);
	start(d, path);
}

void
daemon_await(struct chan *c, enum msg want, struct get *g)
{
	struct pollfd pfd[2];
	enum msg type;

	for (;;) {
		enum chan_event e = chan_next(c, &type, g);

		if (e == CHAN_MSG) {
			ATF_REQUIRE_EQ_MSG(type, want, "0x%x, not 0x%x",
			    (unsigned)type, (unsigned)want);
			return;
		}
		if (e == CHAN_RESET)
			continue;
		chan_poll(c, pfd);
		ATF_REQUIRE_MSG(poll(pfd, 2, LIMIT_MS) > 0, "no 0x%x in time",
		    (unsigned)want);
		chan_flush(c);
	}
}

static void
await_reset(struct chan *c)
{
	struct pollfd pfd[2];
	enum chan_event e;
	enum msg type;
	struct get g;

	while ((e = chan_next(c, &type, &g)) != CHAN_RESET) {
		ATF_REQUIRE(e == CHAN_NONE);
		chan_poll(c, pfd);
		ATF_REQUIRE_MSG(poll(pfd, 2, LIMIT_MS) > 0, "no conversation");
		chan_flush(c);
	}
}

/* Reads what the notification holds, up to its newline. */
static void
read_notification(struct daemon *d)
{
	struct pollfd pfd = { .fd = d->notify, .events = POLLIN };
	size_t n = 0;

	do {
		ATF_REQUIRE(poll(&pfd, 1, LIMIT_MS) == 1);
		ATF_REQUIRE(n < sizeof(d->name));
		ATF_REQUIRE_MSG(read(d->notify, d->name + n, 1) == 1,
		    "it is not ready; see log");
	} while (d->name[n++] != '\n');
	d->name[n - 1] = '\0';
	close(d->notify);
}

void
daemon_await_ready(struct daemon *d)
{
	read_notification(d);
	await_reset(&d->runner);
	await_reset(&d->ledgerd);
}

int
daemon_await_end(struct daemon *d)
{
	struct pollfd pfd = { .fd = d->notify, .events = POLLIN };
	int status;

	if (poll(&pfd, 1, LIMIT_MS) == 0)
		kill(d->pid, SIGKILL);
	ATF_REQUIRE(waitpid(d->pid, &status, 0) == d->pid);
	d->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
daemon_kill(struct daemon *d)
{
	int status;

	kill(d->pid, SIGKILL);
	ATF_REQUIRE(waitpid(d->pid, &status, 0) == d->pid);
	ATF_CHECK_MSG(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "it had ended before: 0x%x", (unsigned)status);
	d->pid = 0;
}

int
daemon_check_log(const char *words)
{
	char text[8192] = "";
	int fd = open("log", O_RDONLY);

	if (fd == -1 || read(fd, text, sizeof(text) - 1) == -1)
		return -1;
	close(fd);
	if (strstr(text, words) != NULL)
		return 0;
	fprintf(stderr, "not in the log: %s\n%s", words, text);
	return -1;
}
