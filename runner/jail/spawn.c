#include "spawn.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "jail.h"
#include "lib/log.h"
#include "spawner.seccomp.h"
#include "lib/wire.h"

#define SLOT_UID	100000	/* the first slot's user, in the appliance */
#define REQUEST_MAX	(GRANT_WIRE_MAX + 4 + 8)	/* slot, processors */

/*
 * The descriptors sent with a request: all of the job's but /dev/null, which
 * the child opens itself; the control group takes its place.
 */
enum { SEND_CGROUP = JAIL_NULL, SEND_FDS = JAIL_FDS };

#define NAMESPACES	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | \
	CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

union control {
	struct cmsghdr	head;
	char		room[CMSG_SPACE(SEND_FDS * sizeof(int))];
};

static void
close_all(int fds[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] != -1)
			close(fds[i]);
}

/* Sends one packet with descriptors. */
static int
send_fds(int sock, const void *data, size_t len, const int fds[], size_t n)
{
	union {
		const void *in;
		void *out;
	} buf = { .in = data };		/* sendmsg(2) does not write to it */
	struct iovec iov = { buf.out, len };
	union control c;
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t rc;

	memset(&c, 0, sizeof(c));
	if (n != 0) {
		m.msg_control = c.room;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c.head.cmsg_level = SOL_SOCKET;
		c.head.cmsg_type = SCM_RIGHTS;
		c.head.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&c.head), fds, n * sizeof(int));
	}
	do
		rc = sendmsg(sock, &m, MSG_NOSIGNAL);
	while (rc == -1 && errno == EINTR);
	return rc == (ssize_t)len ? 0 : -1;
}

/* Returns the packet's length and fills fds[], with -1 for a missing one. */
static ssize_t
recv_fds(int sock, void *data, size_t cap, int fds[], size_t n)
{
	struct iovec iov = { data, cap };
	union control c;
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = c.room, .msg_controllen = sizeof(c.room),
	};
	size_t got = 0;
	ssize_t rc;

	memset(&c, 0, sizeof(c));
	do
		rc = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (rc == -1 && errno == EINTR);
	for (size_t i = 0; i < n; i++)
		fds[i] = -1;
	if (rc > 0 && m.msg_controllen >= CMSG_LEN(0) &&
	    c.head.cmsg_type == SCM_RIGHTS)
		got = (c.head.cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(&c.head), (got < n ? got : n) * sizeof(int));
	return rc;
}

static int
write_map(pid_t pid, const char *name, const char *text, struct why *why)
{
	char path[64];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		return why_set(why, "cannot open %s: %s", path,
		    strerror(errno));
	n = write(fd, text, strlen(text));
	close(fd);
	if (n != (ssize_t)strlen(text))
		return why_set(why, "cannot write %s: %s", path,
		    strerror(errno));
	return 0;
}

static int
write_maps(pid_t pid, unsigned slot, struct why *why)
{
	char map[64];

	snprintf(map, sizeof(map), "%d %u 1\n", JAIL_UID, SLOT_UID + slot);
	if (write_map(pid, "setgroups", "deny", why) == -1 ||
	    write_map(pid, "gid_map", map, why) == -1 ||
	    write_map(pid, "uid_map", map, why) == -1)
		return -1;
	return 0;
}

/*
 * The job's first process waits on the pipe for its user maps.  The output
 * pipes are the runner's, as this process still is: all others may open them
 * again to write, and not to read.
 */
noreturn static void
run_child(const struct grant *g, uint64_t cpus, const int sent[SEND_FDS],
    const int sync[2])
{
	int fds[JAIL_FDS];
	char c;

	memcpy(fds, sent, sizeof(fds));
	fds[JAIL_NULL] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fds[JAIL_NULL] == -1 || fchmod(fds[JAIL_OUT], 0222) == -1 ||
	    fchmod(fds[JAIL_ERR], 0222) == -1)
		_exit(EXIT_FAILURE);
	close(sync[1]);
	if (read(sync[0], &c, 1) != 1)
		_exit(EXIT_FAILURE);
	jail_run(g, cpus, fds);
}

/* Returns a pidfd, or -1 with why. */
static int
start_child(const struct grant *g, const struct spawn_place *place,
    const int fds[SEND_FDS], struct why *why)
{
	int pidfd = -1, sync[2];
	struct clone_args args = {
		.flags = NAMESPACES | CLONE_PIDFD | CLONE_INTO_CGROUP,
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)fds[SEND_CGROUP],
	};
	long pid;

	if (pipe2(sync, O_CLOEXEC) == -1)
		return why_set(why, "cannot make a pipe: %s", strerror(errno));
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		run_child(g, place->cpus, fds, sync);
	if (pid == -1)
		why_set(why, "cannot start a process in new namespaces: %s",
		    strerror(errno));
	else if (write_maps((pid_t)pid, place->slot, why) == -1 ||
	    write(sync[1], "m", 1) != 1) {
		kill((pid_t)pid, SIGKILL);
		close(pidfd);
		pid = -1;
	}
	close(sync[0]);
	close(sync[1]);
	return pid == -1 ? -1 : pidfd;
}

/* Serves one request.  Exits when the runner has ended. */
static void
serve(int sock)
{
	static unsigned char buf[REQUEST_MAX];	/* wiped: children copy it */
	int fds[SEND_FDS], pidfd = -1;
	struct why why = { "" };
	struct grant g;
	struct get in;
	ssize_t n = recv_fds(sock, buf, sizeof(buf), fds, SEND_FDS);
	struct spawn_place place;

	if (n <= 0)
		_exit(EXIT_SUCCESS);
	grant_init(&g);
	get_init(&in, buf, (size_t)n);
	place.slot = get_u32(&in);
	place.cpus = get_u64(&in);
	if (grant_get(&in, &g) == -1 || get_end(&in) == -1)
		die(EXIT_PEER, "the runner sent a malformed request");
	explicit_bzero(buf, (size_t)n);
	if (fds[SEND_FDS - 1] == -1)
		why_set(&why, "the spawner has no room for a job's "
		    "descriptors");
	else
		pidfd = start_child(&g, &place, fds, &why);
	if (send_fds(sock, pidfd == -1 ? why.text : "+",
	    pidfd == -1 ? strlen(why.text) : 1, &pidfd, pidfd != -1) == -1)
		die_errno("reply to the runner");
	grant_free(&g);
	close_all(fds, SEND_FDS);
	close_all(&pidfd, 1);
}

/*
 * Ignores SIGCHLD, so that the kernel reaps: a job's process 1 reports how the
 * job ended, and the runner polls the pidfd.
 */
noreturn static void
run_spawner(int sock)
{
	struct why why;

	log_init("runner-spawner");
	signal(SIGCHLD, SIG_IGN);
	signal(SIGTERM, SIG_IGN);	/* it ends with the runner */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NAME, "spawner", 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		die_errno("prctl");
	/* It writes its children's user maps: see dumpable in proc(5). */
	if (confine_calls(spawner_filter,
	    sizeof(spawner_filter) / sizeof(spawner_filter[0]), &why) == -1)
		die(EXIT_SYSTEM, "%s", why.text);
	for (;;)
		serve(sock);
}

int
spawn_start(void)
{
	int sock[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) == -1)
		die_errno("socket to the spawner");
	pid = fork();
	if (pid == -1)
		die_errno("fork the spawner");
	if (pid == 0) {
		/* Close the runner's pipes and control group. */
		if (sock[1] != 3)
			dup2(sock[1], 3);
		syscall(SYS_close_range, 4, ~0u, 0);
		run_spawner(3);
	}
	close(sock[1]);
	return sock[0];
}

void
child_init(struct child *c)
{
	c->pidfd = c->go = c->report = c->out[0] = c->out[1] = -1;
}

void
child_close(struct child *c)
{
	int fds[] = { c->pidfd, c->go, c->report, c->out[0], c->out[1] };

	close_all(fds, sizeof(fds) / sizeof(fds[0]));
	child_init(c);
}

/* Makes a pipe: our end, non-blocking, in *mine, the other in *theirs. */
static int
make_pipe(int *mine, int *theirs, int mine_is, int flags)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC | flags) == -1)
		return -1;
	*mine = p[mine_is];
	*theirs = p[!mine_is];
	return fcntl(*mine, F_SETFL, O_NONBLOCK);
}

static int
make_pipes(struct child *c, int fds[SEND_FDS])
{
	if (make_pipe(&c->go, &fds[JAIL_GO], 1, 0) == -1 ||
	    make_pipe(&c->report, &fds[JAIL_REPORT], 0, O_DIRECT) == -1 ||
	    make_pipe(&c->out[0], &fds[JAIL_OUT], 0, 0) == -1 ||
	    make_pipe(&c->out[1], &fds[JAIL_ERR], 0, 0) == -1)
		return -1;
	return 0;
}

static int
send_grant(int spawner, const struct put *p, const int fds[SEND_FDS],
    struct why *why)
{
	if (p->err != 0)
		return why_set(why, "the grant is too long for the spawner");
	if (send_fds(spawner, p->base, p->len, fds, SEND_FDS) == 0)
		return 0;
	if (errno == EPIPE || errno == ECONNRESET)
		die(EXIT_SYSTEM, "the spawner has ended");
	return why_set(why, "cannot ask the spawner: %s", strerror(errno));
}

static int
ask(int spawner, const struct spawn_place *place, const struct grant *g,
    const int fds[SEND_FDS], int *pidfdp, struct why *why)
{
	static unsigned char buf[REQUEST_MAX];
	char reply[TEXT_MAX];
	struct put p;
	ssize_t n;
	int rc;

	put_init(&p, buf, sizeof(buf));
	put_u32(&p, place->slot);
	put_u64(&p, place->cpus);
	grant_put(&p, g);
	rc = send_grant(spawner, &p, fds, why);
	explicit_bzero(buf, p.len);
	if (rc == -1)
		return -1;
	n = recv_fds(spawner, reply, sizeof(reply) - 1, pidfdp, 1);
	if (n <= 0)
		die(EXIT_SYSTEM, "the spawner has ended");
	if (*pidfdp != -1)
		return 0;
	reply[n] = '\0';
	return why_set(why, "%s", strcmp(reply, "+") == 0 ? "the runner has "
	    "no room for a descriptor of the job's" : reply);
}

int
spawn_job(int spawner, const struct spawn_place *place, const struct grant *g,
    int bundle, struct child *c, struct why *why)
{
	int fds[SEND_FDS], rc;

	child_init(c);
	for (int i = 0; i < SEND_FDS; i++)
		fds[i] = -1;
	rc = make_pipes(c, fds);
	if (rc == -1)
		why_set(why, "cannot make a job's pipes: %s", strerror(errno));
	fds[JAIL_BUNDLE] = bundle;
	fds[SEND_CGROUP] = place->cgroup;
	if (rc == 0)
		rc = ask(spawner, place, g, fds, &c->pidfd, why);
	fds[JAIL_BUNDLE] = fds[SEND_CGROUP] = -1;	/* the caller's */
	close_all(fds, SEND_FDS);
	if (rc == -1)
		child_close(c);
	return rc;
}
