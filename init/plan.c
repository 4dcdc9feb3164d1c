#include "plan.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

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

static int
make_dir(const struct plan *p)
{
	if (mkdir(p->path, p->mode) == -1 && errno != EEXIST)
		return -1;
	if (chmod(p->path, p->mode) == -1)
		return -1;
	return chown(p->path, p->uid, p->uid);
}

static int
run_step(const struct plan *p)
{
	switch (p->step) {
	case PLAN_MOUNT:
		return mount(p->type, p->path, p->type, p->flags, p->text);
	case PLAN_DIR:
		return make_dir(p);
	case PLAN_OWN:
		return chown(p->path, p->uid, p->uid);
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
plan_run(const struct plan *p, size_t n)
{
	static const char *const words[] = {
		[PLAN_MOUNT] = "mount", [PLAN_DIR] = "make directory",
		[PLAN_OWN] = "give away", [PLAN_WRITE] = "set",
		[PLAN_TRY] = "set",
	};

	for (; n > 0; p++, n--) {
		if (run_step(p) == 0)
			continue;
		log_info("cannot %s %s %s: %m", words[p->step], p->path,
		    p->text == NULL ? "" : p->text);
		return -1;
	}
	return 0;
}
