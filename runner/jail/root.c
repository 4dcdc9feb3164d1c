#include "root.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RUNTIME_TOP_MAX	32	/* entries in a runtime's top folder */
#define LINK_MAX_LEN	255
#define RDONLY_FLAGS	(MS_RDONLY | MS_NOSUID | MS_NODEV)

static const char *const dirs[] = { "job", "tmp", "dev", "proc" };

static const char *const nodes[] = {
	"dev/null", "dev/zero", "dev/full", "dev/random", "dev/urandom",
};

static const struct {
	const char	*path, *target;
} links[] = {
	{ "dev/fd", "/proc/self/fd" },
	{ "dev/stdin", "/proc/self/fd/0" },
	{ "dev/stdout", "/proc/self/fd/1" },
	{ "dev/stderr", "/proc/self/fd/2" },
};

static int
fail(struct why *why, const char *what, const char *path)
{
	return why_set(why, "cannot %s %s: %s", what, path, strerror(errno));
}

/* Binds `from' to `to' with additional mount flags. */
static int
bind(const char *from, const char *to, unsigned long flags, struct why *why)
{
	if (mount(from, to, NULL, MS_BIND, NULL) == -1)
		return fail(why, "bind", from);
	if (mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | flags, NULL) == -1)
		return fail(why, "restrict", from);
	return 0;
}

/* A device node: a file to which the runner's own node is bound. */
static int
make_node(const char *path, struct why *why)
{
	char source[32];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd == -1)
		return fail(why, "make", path);
	close(fd);
	snprintf(source, sizeof(source), "/%s", path);
	return bind(source, path, MS_RDONLY | MS_NOSUID | MS_NOEXEC, why);
}

static int
make_skeleton(struct why *why)
{
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(dirs[i], 0755) == -1)
			return fail(why, "make", dirs[i]);
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (make_node(nodes[i], why) == -1)
			return -1;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i].target, links[i].path) == -1)
			return fail(why, "make", links[i].path);
	return 0;
}

/* Copies a link, binds a folder, and skips all else. */
static int
add_top(const char *runtime, const char *name, struct why *why)
{
	char path[512], target[LINK_MAX_LEN + 1];
	struct stat st;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", runtime, name);
	if (lstat(path, &st) == -1)
		return fail(why, "look at", path);
	if (S_ISLNK(st.st_mode)) {
		n = readlink(path, target, LINK_MAX_LEN);
		if (n == -1)
			return fail(why, "read", path);
		target[n] = '\0';
		if (symlink(target, name) == -1)
			return fail(why, "make", name);
		return 0;
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (mkdir(name, 0755) == -1)
		return fail(why, "make", name);
	return bind(path, name, RDONLY_FLAGS, why);
}

/* Entries that a runtime cannot replace. */
static int
is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (strcmp(name, dirs[i]) == 0)
			return 1;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcmp(name, "sys") == 0 || strcmp(name, "lost+found") == 0;
}

static int
add_runtime(const char *name, struct why *why)
{
	char runtime[sizeof(ROOT_RUNTIMES) + NAME_MAX_LEN + 2];
	struct dirent *e;
	int n = 0, rc = 0;
	DIR *d;

	snprintf(runtime, sizeof(runtime), ROOT_RUNTIMES "/%s", name);
	d = opendir(runtime);
	if (d == NULL)
		return fail(why, "open the runtime", runtime);
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (is_ours(e->d_name))
			continue;
		if (n++ == RUNTIME_TOP_MAX)
			rc = why_set(why, "the runtime %s has more than %d "
			    "top folders", name, RUNTIME_TOP_MAX);
		else
			rc = add_top(runtime, e->d_name, why);
	}
	closedir(d);
	return rc;
}

/* A tmpfs that the job can write and not execute from. */
static int
mount_scratch(const char *path, const struct manifest *m, struct why *why)
{
	char options[96];

	snprintf(options, sizeof(options), "mode=1777,size=%" PRIu64
	    ",nr_inodes=%d", m->limits.tmp_bytes < 4096 ? UINT64_C(4096) :
	    m->limits.tmp_bytes, ROOT_SCRATCH_FILES);
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    options) == -1)
		return fail(why, "mount", path);
	return 0;
}

/* Shared memory and semaphores by name. */
static int
mount_shm(const struct manifest *m, struct why *why)
{
	if (!capability_has(m->capabilities, CAPABILITY_SHARED_MEMORY))
		return 0;
	if (mkdir("dev/shm", 0755) == -1)
		return fail(why, "make", "dev/shm");
	return mount_scratch("dev/shm", m, why);
}

static int
mount_private(const struct grant *g, struct why *why)
{
	char options[96];

	/* Each file takes whole pages.  The memory limit covers it, too. */
	snprintf(options, sizeof(options), "mode=0755,size=%" PRIu64
	    ",nr_inodes=32768", g->bundle_len + MANIFEST_FILES_MAX * 4096u);
	if (mount("tmpfs", "job", "tmpfs", MS_NOSUID | MS_NODEV, options) == -1)
		return fail(why, "mount", "/job");
	if (mount_scratch("tmp", &g->manifest, why) == -1 ||
	    mount_shm(&g->manifest, why) == -1)
		return -1;
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    "subset=pid") == -1)
		return fail(why, "mount", "/proc");
	return 0;
}

/* As in pivot_root(2): the old root is stacked over the new one. */
static int
leave_old_root(struct why *why)
{
	if (syscall(SYS_pivot_root, ".", ".") == -1)
		return fail(why, "pivot to", ROOT_MNT);
	if (umount2(".", MNT_DETACH) == -1)
		return fail(why, "detach", "the old root");
	if (chdir("/") == -1)
		return fail(why, "enter", "the new root");
	return 0;
}

int
root_enter(const struct grant *g, struct why *why)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return fail(why, "make private", "all mounts");
	if (mount("tmpfs", ROOT_MNT, "tmpfs", MS_NOSUID | MS_NODEV,
	    "mode=0755,size=256k,nr_inodes=256") == -1)
		return fail(why, "mount", ROOT_MNT);
	if (chdir(ROOT_MNT) == -1)
		return fail(why, "enter", ROOT_MNT);
	if (make_skeleton(why) == -1)
		return -1;
	if (g->manifest.runtime[0] != '\0' &&
	    add_runtime(g->manifest.runtime, why) == -1)
		return -1;
	if (mount_private(g, why) == -1)
		return -1;
	if (mount(NULL, ROOT_MNT, NULL, MS_REMOUNT | MS_BIND | RDONLY_FLAGS |
	    MS_NOEXEC, NULL) == -1)
		return fail(why, "make read-only", ROOT_MNT);
	return leave_old_root(why);
}

int
root_seal(struct why *why)
{
	if (mount(NULL, "/job", NULL, MS_REMOUNT | MS_BIND | RDONLY_FLAGS,
	    NULL) == -1)
		return fail(why, "make read-only", "/job");
	return 0;
}
