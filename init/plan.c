#include "plan.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

int
plan_write(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, text, len);
	close(fd);
	return n == (ssize_t)len ? 0 : -1;
}

/* No part of the path may be a link. */
static int
open_plain(const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static int
give(const struct plan_step *p)
{
	int fd = open_plain(p->path, O_PATH), rc;

	if (fd == -1)
		return -1;
	rc = fchownat(fd, "", p->uid, p->uid, AT_EMPTY_PATH);
	close(fd);
	return rc;
}

static int
make_dir(const struct plan_step *p)
{
	int fd, rc;

	if (mkdir(p->path, p->mode) == -1 && errno != EEXIST)
		return -1;
	fd = open_plain(p->path, O_RDONLY | O_DIRECTORY);
	if (fd == -1)
		return -1;
	rc = fchmod(fd, p->mode);
	close(fd);
	return rc == 0 ? give(p) : -1;
}

static int
run_step(const struct plan_step *p)
{
	switch (p->kind) {
	case PLAN_MOUNT:
		return mount(p->type, p->path, p->type, p->flags, p->text);
	case PLAN_DIR:
		return make_dir(p);
	case PLAN_OWN:
		return give(p);
	case PLAN_WRITE:
		return plan_write(p->path, p->text);
	case PLAN_TRY:
		if (plan_write(p->path, p->text) == -1 && errno != ENOENT)
			return -1;
		return 0;
	}
	return -1;
}

int
plan_run(const struct plan_step *p, size_t n)
{
	static const char *const words[] = {
		[PLAN_MOUNT] = "mount", [PLAN_DIR] = "make directory",
		[PLAN_OWN] = "change the owner of", [PLAN_WRITE] = "set",
		[PLAN_TRY] = "set",
	};

	for (; n > 0; p++, n--) {
		if (run_step(p) == 0)
			continue;
		log_info("cannot %s %s %s: %m", words[p->kind], p->path,
		    p->text == NULL ? "" : p->text);
		return -1;
	}
	return 0;
}
