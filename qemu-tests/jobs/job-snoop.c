/*
 * Looks for what a job must not find, prints a line for each thing that it
 * did find, and ends with "found N".  Status 0 only when N is 0.
 */
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The kernel's numbers, newer than the libc's headers. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif
#define MNT_ID_UNIQUE	0x4000
#define SYS_STATMOUNT	457

static int found;

__attribute__((format(printf, 1, 2)))
static void
report(const char *fmt, ...)
{
	va_list ap;

	found++;
	printf("FOUND ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static void
look_at_files(void)
{
	static const char *const paths[] = {
		"/etc/shadow", "/etc/passwd-", "/root", "/data", "/site",
		"/sys", "/sys/kernel", "/sys/fs/cgroup", "/cgroup", "/run",
		"/runtimes", "/root-mnt", "/runner", "/init", "/bin/keyd",
		"/bin/runner", "/proc/kcore", "/proc/kmsg", "/proc/kallsyms",
		"/proc/cmdline", "/proc/sys", "/proc/sys/kernel/hostname",
		"/proc/sysrq-trigger", "/proc/config.gz", "/proc/keys",
		"/proc/iomem", "/proc/1/environ", "/proc/1/maps",
		"/proc/1/cwd/", "/proc/1/root/", "/proc/1/fd/0", "/dev/mem",
		"/dev/kmem", "/dev/kmsg", "/dev/vsock", "/dev/vda", "/dev/vdb",
		"/dev/console", "/dev/ttyS0", "/dev/hvc0", "/dev/ptmx",
		"/dev/fuse", "/dev/kvm", "/dev/loop0", "/dev/hwrng",
		"/dev/shm", "/disks",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int fd = open(paths[i], O_RDONLY | O_NONBLOCK);

		if (fd != -1)
			report("%s", paths[i]);
		if (fd != -1)
			close(fd);
	}
}

static void
look_at_sockets(void)
{
	static const struct {
		const char *name;
		int family;
	} kinds[] = {
		{ "inet", AF_INET }, { "inet6", AF_INET6 },
		{ "netlink", AF_NETLINK }, { "packet", AF_PACKET },
		{ "vsock", AF_VSOCK }, { "alg", AF_ALG }, { "key", AF_KEY },
	};
	static const int types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET,
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++)
			if (socket(kinds[i].family, types[k], 0) != -1)
				report("a %s socket", kinds[i].name);
}

/* Only process 1 and this one. */
static void
look_at_processes(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	if (d == NULL) {
		report("no /proc: %s", strerror(errno));
		return;
	}
	while ((e = readdir(d)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]) &&
		    atoi(e->d_name) != 1 && atoi(e->d_name) != getpid())
			report("process %s", e->d_name);
	closedir(d);
	for (int pid = 1; pid < 4096; pid++)
		if (pid != getpid() && kill(pid, 0) == 0)
			report("process %d to signal", pid);
}

static void
look_at_calls(void)
{
	static char log[4096];
	struct sysinfo info;
	struct timespec up;

	if (syscall(SYS_syslog, 3, log, sizeof(log)) > 0)
		report("the kernel's log");
	if (mount("none", "/tmp", "tmpfs", 0, NULL) == 0)
		report("mount");
	if (unshare(CLONE_NEWUSER) == 0)
		report("a user namespace");
	if (setuid(0) == 0)
		report("user 0");
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
		report("ptrace");
	if (chroot("/tmp") == 0)
		report("chroot");
	if (sethostname("x", 1) == 0)
		report("the host name");
	if (clock_gettime(CLOCK_BOOTTIME, &up) == 0 && up.tv_sec > 60)
		report("the appliance's uptime, %ld s", (long)up.tv_sec);
	if (sysinfo(&info) == 0 && info.uptime > 60)
		report("the appliance's uptime, %ld s", info.uptime);
}

/* What counts for the whole machine: how many jobs ran since the boot. */
static void
look_at_counters(void)
{
	static const struct {
		const char *name;
		int option;
	} cookies[] = {
		{ "a socket's", SO_COOKIE },
		{ "a network namespace's", SO_NETNS_COOKIE },
	};
	unsigned long long value;
	socklen_t len = sizeof(value);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char st[256];

	for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++)
		if (getsockopt(fd, SOL_SOCKET, cookies[i].option, &value,
		    &len) == 0)
			report("%s cookie %llu", cookies[i].name, value);
	close(fd);
	if (syscall(SYS_statx, AT_FDCWD, "/", 0, MNT_ID_UNIQUE, st) == 0)
		report("a mount's unique number");
	if (syscall(SYS_STATMOUNT, NULL, NULL, 0, 0) != -1 || errno != ENOSYS)
		report("statmount");
}

/* Nothing may be written but /tmp, and nothing run from there. */
static void
look_at_writing(void)
{
	static const char *const paths[] = {
		"/x", "/job/x", "/dev/x", "/usr/x", "/proc/x", "/etc/x",
	};
	char self[4096];
	ssize_t n;
	int in, out;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (open(paths[i], O_WRONLY | O_CREAT, 0600) != -1)
			report("%s to write", paths[i]);
	in = open("/proc/self/exe", O_RDONLY);
	out = open("/tmp/self", O_WRONLY | O_CREAT | O_EXCL, 0755);
	if (in == -1 || out == -1) {
		report("no way to copy itself: %s", strerror(errno));
		return;
	}
	while ((n = read(in, self, sizeof(self))) > 0)
		if (write(out, self, (size_t)n) != n)
			report("no room in /tmp");
	close(in);
	close(out);
	if (access("/tmp/self", X_OK) == 0)
		report("/tmp/self may be run");
	execl("/tmp/self", "self", (char *)NULL);
}

static void
look_at_self(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	if (getuid() != 1000 || getgid() != 1000)
		report("user %u, group %u", (unsigned)getuid(),
		    (unsigned)getgid());
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if ((strncmp(line, "Cap", 3) == 0 &&
		    strstr(line, "0000000000000000") == NULL) ||
		    strcmp(line, "NoNewPrivs:\t0") == 0 ||
		    strcmp(line, "Seccomp:\t0") == 0)
			report("%s", line);
	}
	if (f != NULL)
		fclose(f);
	for (int fd = 3; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			report("descriptor %d", fd);
	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, "PATH=", 5) != 0 &&
		    strncmp(*e, "CASEMATE_", 9) != 0 &&
		    strncmp(*e, "HOME=", 5) != 0)
			report("environment %s", *e);
}

int
main(void)
{
	look_at_self();
	look_at_files();
	look_at_sockets();
	look_at_processes();
	look_at_calls();
	look_at_counters();
	look_at_writing();
	printf("found %d\n", found);
	return found != 0;
}
