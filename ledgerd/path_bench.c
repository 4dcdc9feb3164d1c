/*
 * path_bench DIR WRITERS SECONDS: appends per second of the real ledgerd and
 * keyd, with their state in DIR, over pipes like init's.
 *
 * WRITERS appends are outstanding at any time.  Each is a job.finished of usual
 * size and wants its receipt: its leaf is on disk, and a checkpoint that covers
 * it is signed and its size is on keyd's disk, before the next one is sent.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fds.h"
#include "lib/log.h"
#include "lib/msg/chan.h"
#include "lib/msg/event.h"
#include "lib/stdfds.h"
#include "sampleleaf.h"

#define WRITERS_MAX	100000
#define START_S		20	/* for both to be ready */

static const char signers[] = "bench ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIEuVg1o3glEqOuBMQadACkVXgImb1RqsQsyGEkAMZa/J\n";
static const char rules[] = "@id(\"all\") permit(principal == User::\"bench\", "
    "action in Action::\"read\", resource);\n";

enum pipe_name { RUNNER_LEDGERD, LEDGERD_RUNNER, KEYD_LEDGERD, LEDGERD_KEYD,
    INIT_LEDGERD, LEDGERD_INIT, RUNNER_KEYD, KEYD_RUNNER, PIPES };
enum { READ, WRITE };

struct path_bench {
	int		 pipes[PIPES][2];
	int		 null, state, site;
	struct chan	 runner, init;
	pid_t		 keyd, ledgerd;
	bool		 there;		/* ledgerd is ready to take appends */
	struct bytes	 fields;
	uint32_t	 seq;
	unsigned	 under_way;
	uint64_t	 done;
};

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die_errno("%s", path);
	close(fd);
}

static int
make_dir(const char *path)
{
	int fd;

	if (mkdir(path, 0700) == -1)
		die_errno("%s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		die_errno("%s", path);
	return fd;
}

static void
make_files(struct path_bench *b)
{
	b->state = make_dir("state");
	b->site = make_dir("site");
	close(make_dir("site/policy"));
	close(make_dir("ledger"));
	write_file("site/allowed_signers", signers);
	write_file("site/policy/all.cedar", rules);
	b->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int i = 0; i < PIPES; i++)
		if (pipe2(b->pipes[i], O_DIRECT | O_CLOEXEC) == -1)
			die_errno("a pipe");
}

/* The program of this name beside this one. */
static void
run_program(const char *name, const char *const args[])
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	union {
		const char *const *in;
		char *const *out;
	} v = { .in = args };
	char *slash;

	path[n < 0 ? 0 : n] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL)
		snprintf(slash + 1, sizeof(path) - (size_t)(slash + 1 - path),
		    "%s", name);
	execv(path, v.out);
	die_errno("%s", path);
}

/* Starts it with these descriptors from 0 on; all others close. */
static pid_t
start(const char *name, const char *const args[], const char *dir, int *fds,
    int n)
{
	pid_t pid = fork();

	if (pid == -1)
		die_errno("fork");
	if (pid != 0)
		return pid;
	for (int i = 0; i < n; i++)	/* clear of the targets */
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i < n; i++)
		if (dup2(fds[i], i) == -1)
			die_errno("dup2");
	if (chdir(dir) == -1)
		die_errno("%s", dir);
	run_program(name, args);
	return -1;
}

static void
start_keyd(struct path_bench *b)
{
	static const char *const args[] = { "keyd", "-m", "kept", NULL };
	int fds[] = { b->null, b->null, STDERR_FILENO, b->null,
	    b->pipes[RUNNER_KEYD][READ], b->pipes[KEYD_RUNNER][WRITE],
	    b->pipes[LEDGERD_KEYD][READ], b->pipes[KEYD_LEDGERD][WRITE],
	    b->state, b->site };

	b->keyd = start("keyd", args, ".", fds, sizeof(fds) / sizeof(fds[0]));
}

static void
start_ledgerd(struct path_bench *b)
{
	static const char *const args[] = { "ledgerd", "-m", "kept", "-b",
	    "boot-of-the-benchmark", NULL };
	int fds[] = { b->null, b->null, STDERR_FILENO, b->null,
	    b->pipes[RUNNER_LEDGERD][READ], b->pipes[LEDGERD_RUNNER][WRITE],
	    b->pipes[KEYD_LEDGERD][READ], b->pipes[LEDGERD_KEYD][WRITE],
	    b->pipes[INIT_LEDGERD][READ], b->pipes[LEDGERD_INIT][WRITE] };

	b->ledgerd = start("ledgerd", args, "ledger", fds,
	    sizeof(fds) / sizeof(fds[0]));
}

static void
send_boot(struct path_bench *b)
{
	static const unsigned char digest[DIGEST_LEN];

	MSG_SEND(&b->init, init_boot, .image = "bench",
	    .image_sha256 = digest, .build_sha256 = digest, .runtimes = "",
	    .command_line = "", .cpus = 1, .memory_bytes = 1 << 20);
}

static void
take_init(struct path_bench *b)
{
	enum chan_event e;
	enum msg type;
	struct get g;

	while ((e = chan_next(&b->init, &type, &g)) != CHAN_NONE)
		if (e == CHAN_RESET)
			send_boot(b);
}

static void
take_appended(struct path_bench *b, struct get *g)
{
	struct msg_ledger_appended m;

	if (msg_get_ledger_appended(g, &m) == -1 || m.receipt.len == 0)
		die(EXIT_PEER, "a reply has no receipt");
	b->under_way--;
	b->done++;
}

static void
take_runner(struct path_bench *b)
{
	enum chan_event e;
	enum msg type;
	struct get g;

	while ((e = chan_next(&b->runner, &type, &g)) != CHAN_NONE)
		if (e == CHAN_RESET)
			b->there = true;
		else if (type == MSG_LEDGER_APPENDED)
			take_appended(b, &g);
		else
			die(EXIT_PEER, "ledgerd refused an append");
}

static void
turn(struct path_bench *b)
{
	struct pollfd pfd[4];

	chan_poll(&b->runner, pfd);
	chan_poll(&b->init, pfd + 2);
	if (poll(pfd, 4, 1000) == -1 && errno != EINTR)
		die_errno("poll");
	chan_flush(&b->runner);
	chan_flush(&b->init);
	take_init(b);
	take_runner(b);
	if (waitpid(-1, NULL, WNOHANG) > 0)
		die(EXIT_SYSTEM, "keyd or ledgerd has ended");
}

static void
append(struct path_bench *b)
{
	MSG_SEND(&b->runner, ledger_append, .seq = ++b->seq,
	    .event = EVENT_JOB_FINISHED, .want_receipt = true,
	    .fields = b->fields, .evidence = { "", 0 });
	b->under_way++;
}

/* Appends until `end', and waits for the last replies. */
static void
run(struct path_bench *b, unsigned writers, uint64_t end)
{
	while (clock_ns(CLOCK_MONOTONIC) < end || b->under_way > 0) {
		while (clock_ns(CLOCK_MONOTONIC) < end &&
		    b->under_way < writers && chan_fits(&b->runner))
			append(b);
		turn(b);
	}
}

static void
wait_for_ledgerd(struct path_bench *b)
{
	const uint64_t end = clock_ns(CLOCK_MONOTONIC) +
	    (uint64_t)START_S * 1000000000;

	while (!b->there)
		if (clock_ns(CLOCK_MONOTONIC) < end)
			turn(b);
		else
			die(EXIT_SYSTEM, "ledgerd is not ready after %d s",
			    START_S);
	run(b, 1, clock_ns(CLOCK_MONOTONIC) + 1);	/* one, to be sure */
}

static unsigned long
number(const char *text, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n == 0 || n > max)
		die(EXIT_USAGE, "usage: path_bench DIR WRITERS SECONDS");
	return n;
}

static void
stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int
main(int argc, char *argv[])
{
	static struct path_bench b;
	unsigned long writers, seconds;
	uint64_t start_ns, took;

	stdfds_fill();
	log_init("path_bench");
	if (argc != 4 || chdir(argv[1]) == -1)
		die(EXIT_USAGE, "usage: path_bench DIR WRITERS SECONDS");
	writers = number(argv[2], WRITERS_MAX);
	seconds = number(argv[3], 3600);
	b.fields = sampleleaf_fields();
	make_files(&b);
	chan_init(&b.runner, b.pipes[LEDGERD_RUNNER][READ],
	    b.pipes[RUNNER_LEDGERD][WRITE], PEER_RUNNER, PEER_LEDGERD);
	chan_init(&b.init, b.pipes[LEDGERD_INIT][READ],
	    b.pipes[INIT_LEDGERD][WRITE], PEER_INIT, PEER_LEDGERD);
	start_keyd(&b);
	start_ledgerd(&b);
	wait_for_ledgerd(&b);
	b.done = 0;
	start_ns = clock_ns(CLOCK_MONOTONIC);
	run(&b, (unsigned)writers, start_ns + seconds * 1000000000);
	took = clock_ns(CLOCK_MONOTONIC) - start_ns;
	stop(b.ledgerd);
	stop(b.keyd);
	printf("%.1f\n", (double)b.done * 1e9 / (double)took);
	return stdfds_flush() == 0 ? EXIT_OK : EXIT_SYSTEM;
}
