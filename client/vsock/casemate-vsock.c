/*
 * casemate-vsock: a virtio-vsock device for QEMU on hosts that have no
 * /dev/vhost-vsock.  docs/vsock-device.md says how to use it, device.h how it
 * works.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "lib/log.h"
#include "lib/sandbox.h"
#include "lib/stdfds.h"

#include "vsock.seccomp.h"
#include "vsock-dial.seccomp.h"

enum {
	FDS_BESIDE_CLIENTS = 64,	/* front end, eventfds, memory, ... */
	CONN_MIN = 16,
	BACKLOG = 1024,		/* a full one is a client's EAGAIN */
	GRACE_MS_MAX = 3600000,
};

#define CID_MIN		3u		/* 0 to 2 are reserved */
#define CID_MAX		0xfffffffeu	/* Linux uses 32 bits */

static const struct sandbox_limit limits[] = {
	/* All buffers full, and 8 MiB for the rest. */
	{ RLIMIT_DATA, CONN_MAX * (CREDIT_BUF_ALLOC + 8192ul) + (8ul << 20) },
};

static const struct sandbox sandbox_serve = {
	.filter = vsock_filter,
	.nfilter = sizeof(vsock_filter) / sizeof(vsock_filter[0]),
	.limits = limits, .nlimits = sizeof(limits) / sizeof(limits[0]),
};

static const struct sandbox sandbox_dial = {
	.filter = vsock_dial_filter,
	.nfilter = sizeof(vsock_dial_filter) / sizeof(vsock_dial_filter[0]),
	.limits = limits, .nlimits = sizeof(limits) / sizeof(limits[0]),
};

static const char usage[] =
    "usage: casemate-vsock --cid N (--uds PATH | --uds-fd FD) "
    "(--vhost PATH | --vhost-fd FD) [--allow-port P]... [--grace MS] "
    "[--once] [--verbose]";

/* The command line's options; paths are not opened yet. */
struct vsock_settings {
	struct device_options	 device;
	const char		*uds_path;
	const char		*vhost_path;
};

static unsigned long
parse_number(const char *opt, const char *s, unsigned long min,
    unsigned long max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end != '\0' || errno != 0 || n < min ||
	    n > max)
		die(EXIT_USAGE, "--%s %s: not a number from %lu to %lu", opt,
		    s, min, max);
	return n;
}

static void
allow_port(struct device_options *o, const char *s)
{
	if (o->nports == DEVICE_PORTS_MAX)
		die(EXIT_USAGE, "more than %d times --allow-port",
		    DEVICE_PORTS_MAX);
	o->ports[o->nports++] =
	    (uint32_t)parse_number("allow-port", s, 0, UINT32_MAX - 1);
}

/* A descriptor that the caller opened. */
static int
parse_fd(const char *opt, const char *s)
{
	return (int)parse_number(opt, s, 3, INT_MAX);
}

static void
take_option(struct vsock_settings *s, int c, const char *arg)
{
	struct device_options *o = &s->device;

	switch (c) {
	case 'c':
		o->cid = parse_number("cid", arg, CID_MIN, CID_MAX);
		break;
	case 'u':
		s->uds_path = arg;
		break;
	case 'U':
		o->listen_fd = parse_fd("uds-fd", arg);
		break;
	case 'h':
		s->vhost_path = arg;
		break;
	case 'H':
		o->vhost_fd = parse_fd("vhost-fd", arg);
		break;
	case 'p':
		allow_port(o, arg);
		break;
	case 'g':
		o->grace_ms = (int)parse_number("grace", arg, 0, GRACE_MS_MAX);
		break;
	case 'o':
		o->once = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	default:
		die(EXIT_USAGE, "%s", usage);
	}
}

static void
parse_options(int argc, char *argv[], struct vsock_settings *s)
{
	static const struct option longs[] = {
		{ "cid", required_argument, NULL, 'c' },
		{ "uds", required_argument, NULL, 'u' },
		{ "uds-fd", required_argument, NULL, 'U' },
		{ "vhost", required_argument, NULL, 'h' },
		{ "vhost-fd", required_argument, NULL, 'H' },
		{ "allow-port", required_argument, NULL, 'p' },
		{ "grace", required_argument, NULL, 'g' },
		{ "once", no_argument, NULL, 'o' },
		{ "verbose", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	const struct device_options *o = &s->device;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "v", longs, NULL)) != -1)
		take_option(s, c, optarg);
	if (optind != argc || o->cid == 0 ||
	    (s->uds_path == NULL) == (o->listen_fd == -1) ||
	    (s->vhost_path == NULL) == (o->vhost_fd == -1) ||
	    (o->listen_fd != -1 && o->listen_fd == o->vhost_fd))
		die(EXIT_USAGE, "%s", usage);
}

static void
close_fds(unsigned from, unsigned to)
{
	if (from <= to && syscall(SYS_close_range, from, to, 0) == -1)
		die_errno("close_range");
}

/* Closes all descriptors but these two; -1 stands for none. */
static void
close_others(int a, int b)
{
	unsigned lo = (unsigned)(a < b ? a : b), hi = (unsigned)(a < b ? b : a);

	if (a == -1 && b == -1) {
		close_fds(3, UINT_MAX);
		return;
	}
	if (a == -1 || b == -1)
		lo = hi;
	close_fds(3, lo - 1);
	if (hi > lo)
		close_fds(lo + 1, hi - 1);
	close_fds(hi + 1, UINT_MAX);
}

static int
socket_option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == -1 ?
	    -1 : value;
}

/* Checks that fd is a UNIX stream socket.  Returns whether it listens. */
static bool
check_socket(const char *opt, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (socket_option(fd, SO_DOMAIN) != AF_UNIX ||
	    socket_option(fd, SO_TYPE) != SOCK_STREAM)
		die(EXIT_USAGE, "--%s %d: not an open UNIX stream socket",
		    opt, fd);
	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		die_errno("--%s %d", opt, fd);
	return socket_option(fd, SO_ACCEPTCONN) == 1;
}

/* Whether this is a socket file without a listener, which may be replaced. */
static bool
is_stale(const struct sockaddr_un *sa)
{
	struct stat st;
	int fd;
	bool stale;

	if (lstat(sa->sun_path, &st) == -1 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		die_errno("socket");
	stale = connect(fd, (const void *)sa, sizeof(*sa)) == -1 &&
	    errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int
listen_at(const char *opt, const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	mode_t mask = umask(0177);
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path))
		die(EXIT_USAGE, "--%s %s: the path is longer than %zu bytes",
		    opt, path, sizeof(sa.sun_path) - 1);
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		die_errno("socket");
	if (is_stale(&sa))
		(void)unlink(path);
	if (bind(fd, (const void *)&sa, sizeof(sa)) == -1)
		die_errno("--%s %s: cannot listen there%s", opt, path,
		    errno == EADDRINUSE ? " (another device runs with this "
		    "path, or the file is no socket; remove it)" : "");
	if (listen(fd, BACKLOG) == -1)
		die_errno("--%s %s: listen", opt, path);
	umask(mask);
	return fd;
}

/* Finds the prefix of the paths that the guest dials. */
static void
find_uds_path(struct device_options *o)
{
	static struct sockaddr_un sa;
	socklen_t len = sizeof(sa);

	if (getsockname(o->listen_fd, (void *)&sa, &len) == -1)
		die_errno("--uds-fd %d", o->listen_fd);
	if (len <= offsetof(struct sockaddr_un, sun_path) ||
	    sa.sun_path[0] == '\0' ||
	    strnlen(sa.sun_path, sizeof(sa.sun_path)) > 96)
		die(EXIT_USAGE, "--allow-port needs a client socket with a "
		    "path of at most 96 bytes, for <path>_<port> to fit");
	o->uds = sa.sun_path;
}

static void
open_sockets(struct vsock_settings *s)
{
	struct device_options *o = &s->device;

	if (s->uds_path != NULL)
		o->listen_fd = listen_at("uds", s->uds_path);
	else if (!check_socket("uds-fd", o->listen_fd))
		die(EXIT_USAGE, "--uds-fd %d: the socket does not listen",
		    o->listen_fd);
	if (o->nports > 0)
		find_uds_path(o);
	o->vhost_listens = true;
	if (s->vhost_path != NULL)
		o->vhost_fd = listen_at("vhost", s->vhost_path);
	else
		o->vhost_listens = check_socket("vhost-fd", o->vhost_fd);
}

static int
open_signals(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	fd = sigprocmask(SIG_BLOCK, &set, NULL) == -1 ? -1 :
	    signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd == -1)
		die_errno("signalfd");
	return fd;
}

/* Raises the limit of open files; returns how many connections it allows. */
static unsigned
claim_descriptors(void)
{
	rlim_t want = CONN_MAX + FDS_BESIDE_CLIENTS;
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		die_errno("RLIMIT_NOFILE");
	if (want > rl.rlim_max)
		want = rl.rlim_max;
	rl.rlim_cur = rl.rlim_max = want;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		die_errno("RLIMIT_NOFILE");
	if (want < FDS_BESIDE_CLIENTS + CONN_MIN)
		die(EXIT_SYSTEM, "only %lu open files are allowed; raise the "
		    "limit (ulimit -n) to %d", (unsigned long)want,
		    CONN_MAX + FDS_BESIDE_CLIENTS);
	return (unsigned)(want - FDS_BESIDE_CLIENTS);
}

static void
drop_capabilities(void)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 ||
	    syscall(SYS_capset, &h, none) == -1)
		die_errno("drop capabilities");
}

int
main(int argc, char *argv[])
{
	static struct device d;
	static struct vsock_settings s = { .device = { .listen_fd = -1,
	    .vhost_fd = -1, .signal_fd = -1 } };

	stdfds_fill();
	log_init("casemate-vsock");
	parse_options(argc, argv, &s);
	close_others(s.device.listen_fd, s.device.vhost_fd);
	open_sockets(&s);
	s.device.signal_fd = open_signals();
	device_open(&d, &s.device, claim_descriptors());

	drop_capabilities();
	sandbox_enter(s.device.nports > 0 ? &sandbox_dial : &sandbox_serve);
	return device_run(&d);
}
