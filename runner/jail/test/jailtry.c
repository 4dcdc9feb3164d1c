/*
 * jailtry [-r NAME=DIR] [-t MS] [-e NAME=TEXT] [-g CAPABILITY] [-s KIB]
 * [-l LIMIT=N] [-b FILE] [-x FILE]... [-d FILE]... CGROUP ARG... - run one job
 * on the build machine as the appliance would, without its daemons.
 *
 * For tests, as root.  Makes a root like the one that init gives the runner,
 * becomes an ordinary user with the runner's two capabilities, and starts one
 * job in the cgroup v2 directory CGROUP.  -x and -d put files into its bundle,
 * executable or not, under their last name; -b takes a finished bundle instead
 * of the one made from them.  -g grants a capability, -s is the size of /tmp, -l
 * sets one of the limits that the control group does not have.  Prints what the
 * job's processes report and, last, how it ended; its output goes where it
 * belongs.
 *
 * jailtry -c - say whether this kernel has what that needs; exit 1 and why.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/jail/confine.h"
#include "runner/jail/cpus.h"
#include "lib/log.h"
#include "runner/jail/report.h"
#include "runner/jail/root.h"
#include "lib/sha256.h"
#include "runner/jail/spawn.h"
#include "lib/stdfds.h"
#include "lib/codes.h"

#define RUNNER_UID	902

struct try {
	struct grant	 grant;
	int		 bundle, given, cgroup, timeout_ms;
	const char	*runtime_dir;
};

static void
need(bool ok, const char *what)
{
	if (!ok)
		die_errno("%s", what);
}

static void *
read_file(const char *path, size_t *lenp)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data;

	need(fd != -1 && fstat(fd, &st) == 0, path);
	data = malloc((size_t)st.st_size + 1);
	need(data != NULL && read(fd, data, (size_t)st.st_size) == st.st_size,
	    path);
	close(fd);
	*lenp = (size_t)st.st_size;
	return data;
}

/* One member of the bundle: header, content, padding. */
static void
add_member(struct try *t, const char *name, const void *data, size_t len)
{
	static const char zeros[512];
	char h[512] = "";
	unsigned sum = 0;
	size_t pad = (512 - len % 512) % 512;

	snprintf(h, 100, "%s", name);
	snprintf(h + 100, 8, "0000644");
	snprintf(h + 124, 12, "%011zo", len);
	memcpy(h + 148, "        ", 8);
	h[156] = '0';
	memcpy(h + 257, "ustar\0" "00", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	need(write(t->bundle, h, sizeof(h)) == sizeof(h) &&
	    write(t->bundle, data, len) == (ssize_t)len &&
	    write(t->bundle, zeros, pad) == (ssize_t)pad, "bundle");
	t->grant.bundle_len += sizeof(h) + len + pad;
}

static void
add_file(struct try *t, const char *path, bool executable)
{
	struct manifest *m = &t->grant.manifest;
	struct manifest_file *f = &m->files[m->nfiles++];
	const char *slash = strrchr(path, '/');
	char name[300];
	size_t len;
	void *data = read_file(path, &len);

	f->path = strdup(slash == NULL ? path : slash + 1);
	f->executable = executable;
	sha256(data, len, f->sha256);
	snprintf(name, sizeof(name), "files/%s", f->path);
	add_member(t, name, data, len);
	free(data);
}

static void
begin_bundle(struct try *t)
{
	t->bundle = memfd_create("bundle", MFD_CLOEXEC);
	need(t->bundle != -1, "memfd");
	sha256("", 0, t->grant.who.manifest_sha256);
	add_member(t, "manifest.yaml", "", 0);
	add_member(t, "manifest.yaml.sig", "", 0);
}

static void
end_bundle(struct try *t)
{
	static const char zeros[1024];

	need(write(t->bundle, zeros, sizeof(zeros)) == sizeof(zeros), "bundle");
	t->grant.bundle_len += sizeof(zeros);
}

static void
bind_node(const char *name)
{
	char from[32], to[32];
	int fd;

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), "dev/%s", name);
	fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	need(fd != -1 && mount(from, to, NULL, MS_BIND, NULL) == 0, from);
	close(fd);
}

/* What init makes for the runner, on this machine. */
static void
make_root(const struct try *t)
{
	static const char *const nodes[] = {
		"null", "zero", "full", "random", "urandom",
	};
	char path[128];

	need(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL,
	    MS_REC | MS_PRIVATE, NULL) == 0, "mount namespace");
	need(mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755") == 0 &&
	    chdir("/mnt") == 0, "/mnt");
	need(mkdir("proc", 0755) == 0 && mkdir("dev", 0755) == 0 &&
	    mkdir("runtimes", 0755) == 0 && mkdir("root-mnt", 0755) == 0,
	    "folders");
	need(mount("proc", "proc", "proc", 0, NULL) == 0, "/proc");
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		bind_node(nodes[i]);
	snprintf(path, sizeof(path), "runtimes/%s", t->grant.manifest.runtime);
	if (t->runtime_dir != NULL)
		need(mkdir(path, 0755) == 0 && mount(t->runtime_dir, path, NULL,
		    MS_BIND, NULL) == 0, t->runtime_dir);
	need(syscall(SYS_pivot_root, ".", ".") == 0 &&
	    umount2(".", MNT_DETACH) == 0 && chdir("/") == 0, "pivot");
}

static void
become_runner(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct d[2] = { { 0 } };

	d[0].effective = d[0].permitted = 1u << CAP_SETUID | 1u << CAP_SETGID;
	need(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 &&
	    setgroups(0, NULL) == 0 &&
	    setresgid(RUNNER_UID, RUNNER_UID, RUNNER_UID) == 0 &&
	    setresuid(RUNNER_UID, RUNNER_UID, RUNNER_UID) == 0 &&
	    syscall(SYS_capset, &head, d) == 0, "runner's user");
}

static void
print_status(unsigned status)
{
	int s = (int)status;

	if (WIFSIGNALED(s))
		printf("ended: signal %d\n", WTERMSIG(s));
	else
		printf("ended: status %d\n", WEXITSTATUS(s));
}

static void
take_report(const struct child *c)
{
	struct report r;

	while (report_read(c->report, &r) == 1) {
		switch (r.kind) {
		case REPORT_REFUSED:
			printf("refused: %s: %s\n", reason_word(r.reason),
			    r.text);
			break;
		case REPORT_READY:
			printf("ready: %s\n", r.text);
			need(write(c->go, "g", 1) == 1, "go");
			break;
		case REPORT_NOEXEC:
			printf("noexec: %s\n", strerror((int)r.value));
			break;
		case REPORT_ENDED:
			print_status(r.value);
			if (r.full != 0)
				printf("full: %u\n", r.full);
			break;
		}
		fflush(stdout);
	}
}

static void
copy_output(int from, int to)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		need(write(to, buf, (size_t)n) == n, "output");
}

static void
start(const struct try *t, struct child *c)
{
	static const unsigned jobs[CPUS_MAX];	/* no others */
	const struct spawn_place place = {
		.cgroup = t->cgroup,
		.cpus = cpus_choose(cpus_get(), jobs,
		    t->grant.manifest.limits.cpu_millis),
	};
	const int bundle = t->given == -1 ? t->bundle : t->given;
	struct why why;

	if (spawn_job(spawn_start(), &place, &t->grant, bundle, c, &why) == -1)
		die(EXIT_REFUSED, "%s", why.text);
}

static int
watch(const struct try *t, const struct child *c)
{
	struct pollfd pfd[] = {
		{ .fd = c->pidfd, .events = POLLIN },
		{ .fd = c->report, .events = POLLIN },
		{ .fd = c->out[0], .events = POLLIN },
		{ .fd = c->out[1], .events = POLLIN },
	};

	for (;;) {
		int n = poll(pfd, 4, t->timeout_ms);

		if (n == 0) {
			printf("timeout\n");
			syscall(SYS_pidfd_send_signal, c->pidfd, SIGKILL, NULL,
			    0);
		}
		take_report(c);
		copy_output(c->out[0], STDOUT_FILENO);
		copy_output(c->out[1], STDERR_FILENO);
		for (int i = 1; i < 4; i++)
			if (pfd[i].revents == POLLHUP)
				pfd[i].fd = -1;
		if (pfd[0].revents & POLLIN)
			return 0;
	}
}

static void
set_limit(struct limits *l, const char *arg)
{
	const size_t len = strcspn(arg, "=");
	int i = 0;

	while (i < LIMIT_COUNT &&
	    (strlen(limit_info((enum limit)i)->name) != len ||
	    memcmp(limit_info((enum limit)i)->name, arg, len) != 0))
		i++;
	if (i == LIMIT_COUNT || arg[len] == '\0')
		die(EXIT_USAGE, "-l LIMIT=N");
	limit_set(l, (enum limit)i, strtoull(arg + len + 1, NULL, 10));
}

static void
parse_option(struct try *t, int opt, char *arg)
{
	struct manifest *m = &t->grant.manifest;
	char *eq;

	switch (opt) {
	case 'r':
		eq = strchr(arg, '=');
		if (eq == NULL)
			die(EXIT_USAGE, "-r NAME=DIR");
		snprintf(m->runtime, sizeof(m->runtime), "%.*s",
		    (int)(eq - arg), arg);
		t->runtime_dir = eq + 1;
		break;
	case 't':
		t->timeout_ms = atoi(arg);
		break;
	case 'e':
		m->env[m->nenv++] = strdup(arg);
		break;
	case 'g':
		need(capability_find(arg) != CAPABILITY_COUNT, arg);
		m->capabilities |= UINT32_C(1) << capability_find(arg);
		break;
	case 'l':
		set_limit(&m->limits, arg);
		break;
	case 's':
		m->limits.tmp_bytes = (uint64_t)atoi(arg) << 10;
		break;
	case 'x':
	case 'd':
		add_file(t, arg, opt == 'x');
		break;
	case 'b':
		t->given = open(arg, O_RDONLY | O_CLOEXEC);
		need(t->given != -1, arg);
		break;
	default:
		die(EXIT_USAGE, "see the comment in runner/jail/test/jailtry.c");
	}
}

int
main(int argc, char *argv[])
{
	struct try t = { .given = -1, .timeout_ms = 10000 };
	struct child c;
	struct why why;
	int opt;

	stdfds_fill();
	log_init("jailtry");
	grant_init(&t.grant);
	strcpy(t.grant.manifest.name, "tried");
	strcpy(t.grant.who.job, "00112233445566778899aabbccddeeff");
	begin_bundle(&t);
	if (argc == 2 && strcmp(argv[1], "-c") == 0) {
		if (confine_check(&why) == -1)
			die(EXIT_REFUSED, "%s", why.text);
		return EXIT_OK;
	}
	while ((opt = getopt(argc, argv, "r:t:e:g:s:l:x:d:b:")) != -1)
		parse_option(&t, opt, optarg);
	end_bundle(&t);
	if (argc - optind < 2)
		die(EXIT_USAGE, "see the comment in runner/jail/test/jailtry.c");
	t.cgroup = open(argv[optind], O_PATH | O_DIRECTORY | O_CLOEXEC);
	need(t.cgroup != -1, argv[optind]);
	for (int i = optind + 1; i < argc; i++)
		t.grant.manifest.args[t.grant.manifest.nargs++] = argv[i];
	make_root(&t);
	become_runner();
	if (confine_check(&why) == -1)
		die(EXIT_REFUSED, "%s", why.text);
	start(&t, &c);
	return watch(&t, &c);
}
