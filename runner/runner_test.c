/*
 * The runner, the program itself with its sandbox, from its start to its end.
 * Its control group is an ordinary folder, its peers are this process.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/ns.h"
#include "lib/clock.h"
#include "lib/codes.h"
#include "lib/fds.h"
#include "lib/log.h"
#include "lib/msg/chan.h"
#include "lib/runtimes.h"
#include "lib/share.h"
#include "lib/grant.h"
#include "runner/jail/confine.h"

#define LIMIT_MS	20000	/* for anything that must happen */
#define VKEY		"casemate/t+01020304+AAAA"

static struct chan gate, keyd, ledgerd;
static int fds[FD_RUNNER_CGROUP + 1];	/* the runner's */
static int ready;

static void
connect_peer(struct chan *c, enum peer peer, int in, int out)
{
	int to[2], from[2];

	NS_CHECK(pipe2(to, O_DIRECT | O_CLOEXEC) == 0);
	NS_CHECK(pipe2(from, O_DIRECT | O_CLOEXEC) == 0);
	fds[in] = to[0];
	fds[out] = from[1];
	chan_init(c, from[0], to[1], peer, PEER_RUNNER);
}

static void
open_all(void)
{
	int p[2];

	NS_CHECK(pipe2(p, O_CLOEXEC) == 0);
	ready = p[0];
	fds[FD_NOTIFY] = p[1];
	fds[0] = fds[1] = open("/null", O_RDWR | O_CLOEXEC);
	fds[2] = STDERR_FILENO;
	connect_peer(&gate, PEER_GATE, FD_RUNNER_GATE_IN, FD_RUNNER_GATE_OUT);
	connect_peer(&keyd, PEER_KEYD, FD_RUNNER_KEYD_IN, FD_RUNNER_KEYD_OUT);
	connect_peer(&ledgerd, PEER_LEDGERD, FD_RUNNER_LEDGERD_IN,
	    FD_RUNNER_LEDGERD_OUT);
	fds[FD_RUNNER_CGROUP] = open("/cgroup", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	NS_CHECK(fds[0] != -1 && fds[FD_RUNNER_CGROUP] != -1);
}

static void
child(const char *argument)
{
	for (int i = 0; i <= FD_RUNNER_CGROUP; i++)
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i <= FD_RUNNER_CGROUP; i++)
		NS_CHECK(dup2(fds[i], i) == i);
	execl("/bin/runner", "runner", argument, (char *)NULL);
	_exit(98);
}

static pid_t
start(const char *argument)
{
	pid_t pid;

	log_init("test");
	NS_CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
	open_all();
	pid = fork();
	NS_CHECK(pid != -1);
	if (pid == 0)
		child(argument);
	close(fds[FD_NOTIFY]);
	return pid;
}

static pid_t
start_ready(void)
{
	pid_t pid = start(NULL);
	struct pollfd p = { ready, POLLIN, 0 };
	char byte;

	NS_CHECK(poll(&p, 1, LIMIT_MS) == 1);
	NS_CHECK(read(ready, &byte, 1) == 1 && byte == '\n');
	return pid;
}

/* The exit code. */
static int
end(pid_t pid)
{
	int status;

	NS_CHECK(waitpid(pid, &status, 0) == pid);
	dprintf(STDERR_FILENO, "ended: %#x\n", status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Waits for this message; others are dropped. */
static void
expect(struct chan *c, enum msg want, struct get *g)
{
	const uint64_t limit = clock_ms() + LIMIT_MS;
	struct chan *const all[] = { &gate, &keyd, &ledgerd };
	enum chan_event e;
	enum msg type = 0;

	do {
		for (size_t i = 0; i < 3; i++)
			chan_flush(all[i]);
		e = chan_next(c, &type, g);
		if (e == CHAN_NONE)
			poll(NULL, 0, 5);
	} while ((e != CHAN_MSG || type != want) && clock_ms() < limit);
	if (e != CHAN_MSG || type != want)
		dprintf(STDERR_FILENO, "no %s came\n", msg_info(want)->name);
	NS_CHECK(e == CHAN_MSG && type == want);
}

/* A channel is up after its CHAN_HELLO was answered. */
static void
greet(struct chan *c)
{
	const uint64_t limit = clock_ms() + LIMIT_MS;
	enum chan_event e;
	enum msg type;
	struct get g;

	do {
		chan_flush(c);
		e = chan_next(c, &type, &g);
		if (e == CHAN_NONE)
			poll(NULL, 0, 5);
	} while (e != CHAN_RESET && clock_ms() < limit);
	NS_CHECK(e == CHAN_RESET);
}

/* It tells keyd of the runtimes that init mounted, and gate of keyd's key. */
static void
run_and_stop(void)
{
	static struct denial denial = { .grant = { .who = { .job = "0123" } } };
	struct msg_gate_info_is info;
	struct msg_job_decide decide;
	struct shares shares;
	struct get g;
	pid_t pid = start_ready();

	shares_init(&shares);
	greet(&gate);
	greet(&keyd);
	greet(&ledgerd);
	expect(&keyd, MSG_KEYD_INFO, &g);
	MSG_SEND(&keyd, keyd_info_is, .vkey = VKEY, .mode = "kept",
	    .shares = &shares);
	MSG_SEND(&gate, gate_info, 0);
	expect(&gate, MSG_GATE_INFO_IS, &g);
	NS_CHECK(msg_get_gate_info_is(&g, &info) == 0);
	NS_CHECK(strcmp(info.vkey, VKEY) == 0 && info.slots == 8);
	MSG_SEND(&gate, job_submit, .conn = 7, .submit = {
	    .command = { "c", 1 }, .command_sig = { "s", 1 },
	    .manifest = { "m", 1 }, .manifest_sig = { "s", 1 } });
	expect(&keyd, MSG_JOB_DECIDE, &g);
	NS_CHECK(msg_get_job_decide(&g, &decide) == 0);
	NS_CHECK(decide.runtimes->n == 2);
	NS_CHECK(runtimes_find(decide.runtimes, "python") != NULL);
	NS_CHECK(runtimes_find(decide.runtimes, "node-20") != NULL);
	chan_flush(&keyd);
	NS_CHECK(kill(pid, SIGTERM) == 0);
	MSG_SEND(&keyd, job_deny, .seq = decide.seq,
	    .reason = REASON_SIGNATURE, .message = "bad",
	    .denial = &denial);
	expect(&gate, MSG_JOB_REFUSED, &g);	/* flushed before it ends */
	NS_CHECK(end(pid) == EXIT_OK);
}

/* Debian 12's own kernel is older than the appliance's. */
static void
make_root(void)
{
	struct why why;

	if (confine_check(&why) == -1)
		atf_tc_skip("%s", why.text);
	ns_program("runner");
	ns_file("null", "", 0666);
	ns_folder("proc");
	ns_folder("runtimes");
	ns_folder("disks");
	ns_file("cgroup/cgroup.subtree_control", "cpu io memory pids\n", 0644);
}

NS_TC(starts_serves_and_stops)
{
	make_root();
	ns_folder("runtimes/python");
	ns_folder("runtimes/node-20");
	ns_folder("runtimes/No_name");
	ns_file("disks/python", "", 0644);
	ns_file("disks/node-20", "", 0644);
	NS_RUN(run_and_stop);
}

static void
stop_at_once(void)
{
	pid_t pid = start_ready();

	NS_CHECK(kill(pid, SIGTERM) == 0);
	NS_CHECK(end(pid) == EXIT_OK);
}

static void
refuses(void)
{
	NS_CHECK(end(start(NULL)) == EXIT_REFUSED);
}

NS_TC(jobs_of_a_predecessor_are_ended)
{
	char text[8] = "";
	int fd;

	make_root();
	ns_file("cgroup/job-3/cgroup.kill", "", 0644);
	ns_file("cgroup/job-3/cgroup.events", "populated 1\n", 0644);
	NS_RUN(stop_at_once);
	fd = open("root/cgroup/job-3/cgroup.kill", O_RDONLY);
	ATF_REQUIRE(read(fd, text, sizeof(text) - 1) == 1);
	ATF_CHECK_STREQ("1", text);
	close(fd);
	ATF_REQUIRE_EQ(0, unlink("root/cgroup/job-3/cgroup.kill"));
	NS_RUN(refuses);
	NS_CHECK_SAID("runner: cannot end what is left in the control group "
	    "job-3: No such file or directory\n");
}

/* The first process that it started. */
static pid_t
spawner_of(pid_t runner)
{
	char path[64], text[512];
	pid_t found = -1;

	for (pid_t pid = runner + 1; found == -1 && pid < runner + 20; pid++) {
		const char *parent;
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
		memset(text, 0, sizeof(text));
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd == -1 || read(fd, text, sizeof(text) - 1) <= 0)
			continue;
		close(fd);
		parent = strstr(text, "\nPPid:\t");
		if (parent != NULL && atoi(parent + 7) == runner)
			found = pid;
	}
	NS_CHECK(found != -1);
	return found;
}

static void
spawner_dies(void)
{
	pid_t pid = start_ready();

	NS_CHECK(kill(spawner_of(pid), SIGKILL) == 0);
	NS_CHECK(end(pid) == EXIT_SYSTEM);
}

NS_TC(it_ends_with_its_spawner)
{
	make_root();
	NS_RUN(spawner_dies);
	NS_CHECK_SAID("runner: the spawner is gone\n");
}

static void
refuses_arguments(void)
{
	NS_CHECK(end(start("x")) == EXIT_USAGE);
}

static void
fails(void)
{
	NS_CHECK(end(start(NULL)) == EXIT_SYSTEM);
}

NS_TC(what_it_lacks_is_named)
{
	char name[32];

	make_root();
	NS_RUN(refuses_arguments);
	NS_CHECK_SAID("runner: usage: runner\n");
	for (int i = 0; i <= RUNTIMES_MAX; i++) {
		snprintf(name, sizeof(name), "runtimes/r-%d", i);
		ns_folder(name);
	}
	NS_RUN(refuses);
	NS_CHECK_SAID("runner: too many runtimes: detach some\n");
	ATF_REQUIRE_EQ(0, rename("root/runtimes", "runtimes"));
	NS_RUN(fails);
	NS_CHECK_SAID("runner: /runtimes: No such file or directory\n");
	ns_file("cgroup/cgroup.subtree_control", "cpu io pids\n", 0644);
	NS_RUN(refuses);
	NS_CHECK_SAID("runner: the control group controller \"memory\" is not "
	    "enabled for jobs");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, starts_serves_and_stops);
	ATF_TP_ADD_TC(tp, jobs_of_a_predecessor_are_ended);
	ATF_TP_ADD_TC(tp, it_ends_with_its_spawner);
	ATF_TP_ADD_TC(tp, what_it_lacks_is_named);
	return atf_no_error();
}
