/*
 * kmem FAMILY - a job that has the kernel hold as much memory of one family as
 * it gives: says "full" and stays until it is ended.
 *
 * As process 1 of a machine of its own (rdinit=/kmem) it does so for every
 * family in turn, each in a control group of LIMIT_KIB and a user namespace,
 * and watches what the machine loses meanwhile.  A line for each:
 *
 *	FAMILY lost KIB charged KIB after KIB end full|killed
 *
 * lost: the least free memory, against that before; charged: memory.peak;
 * after: what is still missing when the group is gone.  The last line is
 * "done dying N", with the groups that something still refers to.
 */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_KIB	8192	/* of each family's control group */
#define PROCESSES	200
#define THREADS		120
#define FDS		1000	/* of the 1024 that a process may have */
#define WATCH_S		60	/* for a family to be full */
#define SETTLED_MS	1000	/* without a page that became free */

#define N(array)	(sizeof(array) / sizeof((array)[0]))

static int full_fd = STDOUT_FILENO;

static void
fill_locks(void)
{
	int fd = open("/tmp/locks", O_RDWR | O_CREAT, 0600);

	/* Downwards, since each is looked for from the lowest on. */
	for (off_t at = 400000; at > 0; at -= 2) {
		struct flock lock = { .l_type = F_WRLCK, .l_start = at,
		    .l_len = 1 };

		if (fcntl(fd, F_SETLK, &lock) == -1)
			return;
	}
}

static void
fill_flocks(void)
{
	struct flock lock = { .l_type = F_RDLCK };

	for (int i = 0; i < FDS; i++) {
		int fd = open("/tmp/flocks", O_RDWR | O_CREAT, 0600);

		if (flock(fd, LOCK_SH) == -1 ||
		    fcntl(fd, F_OFD_SETLK, &lock) == -1)
			return;
	}
}

/* FDS descriptors of one pipe in which nothing ever comes. */
static int
make_quiet(int first[2])
{
	if (pipe(first) == -1)
		return -1;
	while (dup(first[0]) < FDS - 1)
		continue;
	return first[0];
}

static void
run_threads(void *(*run)(void *))
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 8192);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, &attr, run, NULL) != 0)
			return;
}

static struct pollfd polled[FDS];

static void *
run_poll(void *arg)
{
	poll(polled, FDS, -1);
	return arg;
}

static void
fill_poll(void)
{
	int quiet[2], fd = make_quiet(quiet);

	for (int i = 0; i < FDS; i++)
		polled[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
	run_threads(run_poll);
}

static int select_from;

static void *
run_select(void *arg)
{
	fd_set set;

	FD_ZERO(&set);
	for (int fd = select_from; fd < FDS - 1; fd++)
		FD_SET(fd, &set);
	select(FDS - 1, &set, NULL, NULL, NULL);
	return arg;
}

static void
fill_select(void)
{
	int quiet[2];

	make_quiet(quiet);
	select_from = quiet[1] + 1;
	run_threads(run_select);
}

static int quiet_fd;

static void *
run_readv(void *arg)
{
	static struct iovec iov[1024];
	static char c;

	for (size_t i = 0; i < N(iov); i++)
		iov[i] = (struct iovec){ &c, 1 };
	readv(quiet_fd, iov, (int)N(iov));
	return arg;
}

static void
fill_readv(void)
{
	int quiet[2];

	if (pipe(quiet) == 0)
		quiet_fd = quiet[0];
	run_threads(run_readv);
}

static char long_path[4000];

static void *
run_open(void *arg)
{
	open(long_path, O_RDONLY);
	return arg;
}

static void
fill_open(void)
{
	static const char fifo[] = "/tmp/fifo";

	mkfifo(fifo, 0600);
	memset(long_path, '/', sizeof(long_path) - 1);
	memcpy(long_path + sizeof(long_path) - sizeof(fifo), fifo,
	    sizeof(fifo));
	run_threads(run_open);
}

struct waiter {
	uint64_t	value, address;
	uint32_t	flags, reserved;
};

static void *
run_futexes(void *arg)
{
	static uint32_t word;
	struct waiter w[128];

	for (size_t i = 0; i < N(w); i++)
		w[i] = (struct waiter){ .address = (uint64_t)(uintptr_t)&word,
		    .flags = 2 | 128 };
	syscall(449, w, N(w), 0, NULL, 0);
	return arg;
}

static void
fill_futexes(void)
{
	run_threads(run_futexes);
}

static void *
run_pause(void *arg)
{
	pause();
	return arg;
}

static void
fill_threads(void)
{
	run_threads(run_pause);
}

static void
fill_timerfds(void)
{
	struct itimerspec far = { .it_value = { .tv_sec = 100000 } };
	int fd;

	while ((fd = timerfd_create(CLOCK_MONOTONIC, 0)) != -1)
		timerfd_settime(fd, 0, &far, NULL);
}

static void
fill_eventfds(void)
{
	while (eventfd(0, 0) != -1)
		continue;
}

static void
fill_signalfds(void)
{
	sigset_t set;

	sigfillset(&set);
	while (signalfd(-1, &set, 0) != -1)
		continue;
}

static void
fill_pidfds(void)
{
	while (syscall(SYS_pidfd_open, getpid(), 0) != -1)
		continue;
}

static void
fill_epoll(void)
{
	int quiet[2], watched[100];

	for (size_t i = 0; i < N(watched); i++) {
		if (pipe(quiet) == -1)
			return;
		watched[i] = quiet[0];
	}
	for (int ep; (ep = epoll_create1(0)) != -1;)
		for (size_t i = 0; i < N(watched); i++) {
			struct epoll_event e = { .events = EPOLLIN };

			if (epoll_ctl(ep, EPOLL_CTL_ADD, watched[i], &e) == -1)
				return;
		}
}

/* A page for each byte. */
static void
fill_pipes(void)
{
	int fds[2];

	while (pipe2(fds, O_DIRECT | O_NONBLOCK) == 0)
		while (write(fds[1], "x", 1) == 1)
			continue;
}

static void
fill_fasync(void)
{
	int fds[2];

	while (pipe2(fds, O_NONBLOCK) == 0)
		if (fcntl(fds[0], F_SETFL, O_ASYNC) == -1 ||
		    fcntl(fds[1], F_SETFL, O_ASYNC) == -1)
			return;
}

static void
fill_sockets(void)
{
	int fds[2];

	while (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0)
		while (write(fds[0], "x", 1) == 1)
			continue;
}

static void
fill_datagrams(void)
{
	static char block[60000];
	int fds[2];

	while (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds) == 0)
		while (write(fds[0], block, sizeof(block)) > 0)
			continue;
}

static void
fill_flight(void)
{
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(200 * sizeof(int))];
	} c;
	struct iovec iov = { "x", 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = c.room, .msg_controllen = sizeof(c.room) };
	int sent[200], fds[2];

	memset(&c, 0, sizeof(c));
	for (size_t i = 0; i < N(sent); i++)
		sent[i] = eventfd(0, 0);
	c.head.cmsg_level = SOL_SOCKET;
	c.head.cmsg_type = SCM_RIGHTS;
	c.head.cmsg_len = CMSG_LEN(sizeof(sent));
	memcpy(CMSG_DATA(&c.head), sent, sizeof(sent));
	while (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds) == 0)
		if (sendmsg(fds[0], &m, 0) == -1)
			return;
}

static void
fill_addresses(void)
{
	for (unsigned i = 0;; i++) {
		struct sockaddr_un sun = { .sun_family = AF_UNIX };
		int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

		snprintf(sun.sun_path + 1, 100, "%d.%u", getpid(), i);
		if (fd == -1 || bind(fd, (struct sockaddr *)&sun,
		    sizeof(sun)) == -1)
			return;
	}
}

static void
fill_maps(void)
{
	for (int i = 0; i < 70000; i++)
		if (mmap(NULL, 4096, i & 1 ? PROT_READ : PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			return;
}

/* One file in many places: page tables, and a page each that is shared. */
static void
fill_tables(void)
{
	char *at = mmap(NULL, 1ul << 40, PROT_READ, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	volatile char sum = 0;

	if (at == MAP_FAILED)
		return;
	for (size_t i = 0; i < 1ul << 40; i += 2ul << 20)
		sum = (char)(sum + at[i]);
}

static void
fill_files(void)
{
	char path[64];

	for (int i = 0; i < 30000; i++) {
		int fd;

		snprintf(path, sizeof(path), "/tmp/file-%d", i);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		if (fd == -1)
			return;
		close(fd);
	}
}

static void
fill_symlinks(void)
{
	static char target[3000];
	char path[64];

	memset(target, 'x', sizeof(target) - 1);
	for (int i = 0; i < 30000; i++) {
		snprintf(path, sizeof(path), "/tmp/link-%d", i);
		if (symlink(target, path) == -1)
			return;
	}
}

/* A page of a file at every power of two: an index node for each. */
static void
fill_sparse(void)
{
	char path[64];

	for (int i = 0; i < 2000; i++) {
		int fd;

		snprintf(path, sizeof(path), "/tmp/sparse-%d", i);
		fd = open(path, O_RDWR | O_CREAT, 0600);
		if (fd == -1 || pwrite(fd, "x", 1, (off_t)1 << 40) != 1)
			return;
		close(fd);
	}
}

static void
fill_timers(void)
{
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	timer_t timer;

	while (timer_create(CLOCK_MONOTONIC, &none, &timer) == 0)
		continue;
}

static void
fill_signals(void)
{
	union sigval value = { 0 };
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (sigqueue(getpid(), SIGRTMIN, value) == 0)
		continue;
}

/*
 * Many objects of one kind, and all freed but one of each slab; then the next
 * kind.  Each kind takes less than the limit, all together more.
 */
static void
leave_files(void)
{
	char path[64];

	for (int i = 0; i < 6000; i++) {
		snprintf(path, sizeof(path), "/tmp/leave-%d", i);
		close(open(path, O_WRONLY | O_CREAT, 0600));
	}
	for (int i = 0; i < 6000; i++) {
		snprintf(path, sizeof(path), "/tmp/leave-%d", i);
		if (i % 16 != 0)
			unlink(path);
	}
}

static void
leave_maps(void)
{
	static void *at[25000];

	for (size_t i = 0; i < N(at); i++)
		at[i] = mmap(NULL, 4096, i & 1 ? PROT_READ : PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < N(at); i++)
		if (i % 16 != 0)
			munmap(at[i], 4096);
}

static void
leave_epoll(void)
{
	int quiet[2], ep[300], watched[100];
	struct epoll_event e = { .events = EPOLLIN };

	for (size_t i = 0; i < N(watched); i++)
		if (pipe(quiet) == 0)
			watched[i] = quiet[0];
	for (size_t j = 0; j < N(ep); j++)
		ep[j] = epoll_create1(0);
	for (size_t j = 0; j < N(ep); j++)
		for (size_t i = 0; i < N(watched); i++)
			epoll_ctl(ep[j], EPOLL_CTL_ADD, watched[i], &e);
	for (size_t j = 0; j < N(ep); j++)
		for (size_t i = 0; i < N(watched); i++)
			if (i % 32 != 0)
				epoll_ctl(ep[j], EPOLL_CTL_DEL, watched[i],
				    NULL);
}

static void
leave_links(void)
{
	static char target[200];
	char path[64];

	memset(target, 'x', sizeof(target) - 1);
	for (int i = 0; i < 6000; i++) {
		snprintf(path, sizeof(path), "/tmp/leave-link-%d", i);
		(void)!symlink(target, path);
	}
	for (int i = 0; i < 6000; i++) {
		snprintf(path, sizeof(path), "/tmp/leave-link-%d", i);
		if (i % 16 != 0)
			unlink(path);
	}
}

static void
fill_fragments(void)
{
	leave_files();
	leave_maps();
	leave_epoll();
	leave_links();
}

static void
fill_nothing(void)
{
}

static const struct family {
	const char	*name;
	void		(*fill)(void);
	bool		 alone;		/* one process is enough */
} families[] = {
	{ "nothing", fill_nothing, true },
	{ "locks", fill_locks, true },
	{ "flocks", fill_flocks, false },
	{ "poll", fill_poll, false },
	{ "select", fill_select, false },
	{ "timerfds", fill_timerfds, false },
	{ "eventfds", fill_eventfds, false },
	{ "signalfds", fill_signalfds, false },
	{ "pidfds", fill_pidfds, false },
	{ "epoll", fill_epoll, false },
	{ "pipes", fill_pipes, false },
	{ "fasync", fill_fasync, false },
	{ "sockets", fill_sockets, false },
	{ "datagrams", fill_datagrams, false },
	{ "flight", fill_flight, false },
	{ "addresses", fill_addresses, false },
	{ "maps", fill_maps, false },
	{ "tables", fill_tables, true },
	{ "files", fill_files, true },
	{ "symlinks", fill_symlinks, true },
	{ "sparse", fill_sparse, true },
	{ "readv", fill_readv, false },
	{ "open", fill_open, false },
	{ "futexes", fill_futexes, false },
	{ "timers", fill_timers, false },
	{ "signals", fill_signals, false },
	{ "threads", fill_threads, false },
	{ "processes", fill_nothing, false },
	{ "fragments", fill_fragments, true },
};

/* Forks without copying more than the kernel must. */
static pid_t
fork_once(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static void
fill(const struct family *f)
{
	int tell[2], n = 0;
	char c;

	if (f->alone) {
		f->fill();
		return;
	}
	if (pipe(tell) == -1)
		exit(1);
	for (; n < PROCESSES; n++) {
		pid_t pid = fork_once();

		if (pid == -1)
			break;
		if (pid == 0) {
			f->fill();
			(void)!write(tell[1], "f", 1);
			for (;;)
				pause();
		}
	}
	while (n-- > 0)
		if (read(tell[0], &c, 1) != 1)
			exit(1);
}

static void
run(const struct family *f)
{
	fill(f);
	if (write(full_fd, "full\n", 5) == 5)
		for (;;)
			pause();
	exit(1);
}

/* Process 1. */

static _Noreturn void
fail(const char *what)
{
	printf("kmem: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	reboot(RB_AUTOBOOT);
	abort();
}

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		fail(path);
	close(fd);
}

static unsigned long
get(const char *path, const char *name)
{
	char text[8192], *at = text;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n == -1)
		fail(path);
	close(fd);
	text[n] = '\0';
	if (name[0] != '\0' && (at = strstr(text, name)) == NULL)
		fail(name);
	return strtoul(at + strlen(name), NULL, 10);
}

static unsigned long
free_kib(void)
{
	struct sysinfo s;

	sysinfo(&s);
	return s.freeram * s.mem_unit / 1024;
}

static void
doze(void)
{
	struct timespec t = { .tv_nsec = 1000000 };

	nanosleep(&t, NULL);
}

/* Once no more becomes free: the kernel frees much of it later. */
static unsigned long
settled_kib(void)
{
	unsigned long most = 0;

	for (int quiet = 0; quiet < SETTLED_MS; quiet++) {
		unsigned long now = free_kib();

		if (now > most) {
			most = now;
			quiet = 0;
		}
		doze();
	}
	return most;
}

static void
limit(int resource, rlim_t n)
{
	struct rlimit rl = { n, n };

	if (setrlimit(resource, &rl) == -1)
		fail("setrlimit");
}

static _Noreturn void
job(const struct family *f)
{
	limit(RLIMIT_NOFILE, 1024);
	limit(RLIMIT_SIGPENDING, 1024);
	put("/cg/job/cgroup.procs", "0");
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == -1)
		fail("unshare");
	put("/proc/self/uid_map", "0 0 1");
	put("/proc/self/setgroups", "deny");
	put("/proc/self/gid_map", "0 0 1");
	if (mount("tmpfs", "/tmp", "tmpfs", 0, "size=4m,nr_inodes=32768") == -1)
		fail("mount /tmp");
	run(f);
	abort();
}

static bool
is_full(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void
try(const struct family *f)
{
	unsigned long before, least, now, peak, left;
	int tell[2];
	time_t end;
	pid_t pid;
	bool full;

	least = before = settled_kib();
	if (mkdir("/cg/job", 0755) == -1 || pipe2(tell, O_CLOEXEC) == -1)
		fail("mkdir /cg/job");
	put("/cg/job/memory.max", "8388608");
	put("/cg/job/memory.oom.group", "1");
	put("/cg/job/pids.max", "1000");
	full_fd = tell[1];
	pid = fork();
	if (pid == 0)
		job(f);
	close(tell[1]);
	end = time(NULL) + WATCH_S;
	while (!(full = is_full(tell[0])) && time(NULL) < end) {
		now = free_kib();
		if (now < least)
			least = now;
		doze();
	}
	now = free_kib();
	if (now < least)
		least = now;
	full = full && waitpid(pid, NULL, WNOHANG) == 0;
	peak = get("/cg/job/memory.peak", "");
	put("/cg/job/cgroup.kill", "1");
	while (get("/cg/job/cgroup.events", "populated ") != 0) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		doze();
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	close(tell[0]);
	if (rmdir("/cg/job") == -1)
		fail("rmdir /cg/job");
	left = settled_kib();
	printf("%s lost %lu charged %lu after %ld end %s\n", f->name,
	    before - least, peak / 1024, (long)(before - left),
	    full ? "full" : "killed");
	fflush(stdout);
}

static _Noreturn void
try_all(void)
{
	mkdir("/cg", 0755);
	mkdir("/proc", 0755);
	mkdir("/tmp", 0755);
	setpriority(PRIO_PROCESS, 0, -20);
	if (mount("cgroup2", "/cg", "cgroup2", 0, NULL) == -1 ||
	    mount("proc", "/proc", "proc", 0, NULL) == -1)
		fail("mount");
	put("/cg/cgroup.subtree_control", "+memory +pids");
	/* Pages in lists of a processor are free and not counted as such. */
	put("/proc/sys/vm/percpu_pagelist_high_fraction", "1000000");
	printf("begin\n");
	fflush(stdout);
	try(&families[0]);	/* the kernel's own first time */
	for (size_t i = 0; i < N(families); i++)
		try(&families[i]);
	printf("done dying %lu\n",
	    get("/cg/cgroup.stat", "nr_dying_descendants "));
	fflush(stdout);
	reboot(RB_AUTOBOOT);
	abort();
}

int
main(int argc, char *argv[])
{
	if (getpid() == 1 && argc == 1)
		try_all();
	for (size_t i = 0; argc == 2 && i < N(families); i++)
		if (strcmp(argv[1], families[i].name) == 0)
			run(&families[i]);
	return 2;
}
