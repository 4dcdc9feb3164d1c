#include "cgroup.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_FILE_MAX	4096	/* more than the files read here have */
#define PERIOD_US	100000	/* of cpu.max, the kernel's default */
#define QUOTA_MIN_US	1000	/* the kernel's minimum */
#define BUILD_MILLIS	1000	/* one CPU, while the sandbox is built */
#define RESERVE_PART	8	/* a job gets at most 7/8 of the memory */
#define END_WEIGHT	"1000"	/* cpu.weight; a running job has 100 */

static void
name_slot(char name[16], unsigned slot)
{
	snprintf(name, 16, "job-%u", slot);
}

static int
read_text(int dir, const char *file, char text[TEXT_FILE_MAX])
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	text[0] = '\0';
	if (fd == -1)
		return -1;
	n = read(fd, text, TEXT_FILE_MAX - 1);
	close(fd);
	if (n == -1)
		return -1;
	text[n] = '\0';
	return 0;
}

static int
write_text(int dir, const char *file, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, text, len);
	close(fd);
	return n == (ssize_t)len ? 0 : -1;
}

/* The number after `name ' at the start of a line; 0 when there is none. */
static uint64_t
find_number(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, name, len) == 0 && text[len] == ' ')
			return strtoull(text + len + 1, NULL, 10);
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return 0;
}

static bool
has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (;;) {
		text += strspn(text, " \n");
		if (*text == '\0')
			return false;
		if (strcspn(text, " \n") == len &&
		    strncmp(text, word, len) == 0)
			return true;
		text += strcspn(text, " \n");
	}
}

int
cgroup_check(int parent, struct why *why)
{
	static const char *const needed[] = { "cpu", "memory", "pids" };
	char text[TEXT_FILE_MAX];

	if (read_text(parent, "cgroup.subtree_control", text) == -1)
		return why_set(why, "the control group directory on its "
		    "descriptor cannot be read: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!has_word(text, needed[i]))
			return why_set(why, "the control group controller "
			    "\"%s\" is not enabled for jobs (\"%.64s\"): the "
			    "kernel must have it and init must delegate it",
			    needed[i], text);
	return 0;
}

static int
write_limit(int dir, const char *file, uint64_t value, struct why *why)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	if (write_text(dir, file, text) == 0)
		return 0;
	return why_set(why, "cannot set %s to %s: %s", file, text,
	    strerror(errno));
}

static int
write_cpu(int dir, uint32_t cpu_millis, struct why *why)
{
	uint64_t quota = (uint64_t)cpu_millis * (PERIOD_US / 1000);
	char text[48];

	if (quota < QUOTA_MIN_US)
		quota = QUOTA_MIN_US;
	snprintf(text, sizeof(text), "%" PRIu64 " %d", quota, PERIOD_US);
	if (write_text(dir, "cpu.max", text) == 0)
		return 0;
	return why_set(why, "cannot set cpu.max to %s: %s", text,
	    strerror(errno));
}

/*
 * Keeps a job's limit below the limit that init set for the runner and all
 * jobs together.  When that one is reached, the kernel kills jobs until there
 * is room, and the first may free its memory slowly, so that it kills others,
 * too.  One job alone must not cause this.
 */
static uint64_t
memory_for(int parent, uint64_t wanted)
{
	char text[TEXT_FILE_MAX];
	uint64_t all, most;

	if (read_text(parent, "memory.max", text) == -1 ||
	    (all = strtoull(text, NULL, 10)) == 0)
		return wanted;		/* "max" */
	most = all - all / RESERVE_PART;
	return wanted < most ? wanted : most;
}

static int
write_limits(int dir, int parent, const struct limits *l,
    struct why *why)
{
	if (write_cpu(dir, BUILD_MILLIS, why) == -1)
		return -1;
	if (write_limit(dir, "memory.max", memory_for(parent, l->memory_bytes),
	    why) == -1 ||
	    write_limit(dir, "memory.oom.group", 1, why) == -1)
		return -1;
	/* A kernel without swap has no such file and does not need it. */
	if (write_text(dir, "memory.swap.max", "0") == -1 && errno != ENOENT)
		return why_set(why, "cannot set memory.swap.max: %s",
		    strerror(errno));
	/* One more, for the namespace's process 1. */
	return write_limit(dir, "pids.max", (uint64_t)l->processes + 1, why);
}

void
cgroup_init(struct cgroup *c)
{
	c->dir = c->events = c->kill = -1;
}

/* Opens the descriptors of a group that exists.  -1 with errno. */
static int
open_files(struct cgroup *c, const char *name, int parent)
{
	c->dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir == -1)
		return -1;
	c->events = openat(c->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	c->kill = openat(c->dir, "cgroup.kill", O_WRONLY | O_CLOEXEC);
	return c->events == -1 || c->kill == -1 ? -1 : 0;
}

static void
close_files(struct cgroup *c)
{
	const int fds[] = { c->dir, c->events, c->kill };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] != -1)
			close(fds[i]);
	cgroup_init(c);
}

/* Replaces an empty group that could not be removed before. */
static int
make_group(int parent, const char *name)
{
	if (mkdirat(parent, name, 0755) == 0)
		return 0;
	if (errno != EEXIST || unlinkat(parent, name, AT_REMOVEDIR) == -1)
		return -1;
	return mkdirat(parent, name, 0755);
}

int
cgroup_open(struct cgroup *c, int parent, unsigned slot,
    const struct limits *l, struct why *why)
{
	char name[16];

	cgroup_init(c);
	c->slot = slot;
	name_slot(name, slot);
	if (make_group(parent, name) == -1)
		return why_set(why, "cannot make the control group %s: %s",
		    name, strerror(errno));
	if (open_files(c, name, parent) == -1)
		why_set(why, "cannot open the control group %s: %s", name,
		    strerror(errno));
	else if (write_limits(c->dir, parent, l, why) == 0)
		return 0;
	unlinkat(parent, name, AT_REMOVEDIR);
	close_files(c);
	errno = EBADMSG;
	return -1;
}

int
cgroup_limit_cpu(const struct cgroup *c, uint32_t cpu_millis, struct why *why)
{
	return write_cpu(c->dir, cpu_millis, why);
}

int
cgroup_kill(const struct cgroup *c)
{
	if (write(c->kill, "1", 1) != 1)
		return -1;
	/* If these fail, the end only takes longer. */
	(void)write_text(c->dir, "cpu.max", "max");
	(void)write_text(c->dir, "cpu.weight", END_WEIGHT);
	return 0;
}

bool
cgroup_is_empty(const struct cgroup *c)
{
	char text[256];
	ssize_t n;

	if (lseek(c->events, 0, SEEK_SET) == -1)
		return false;
	n = read(c->events, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 && find_number(text, "populated") == 0;
}

void
cgroup_read(const struct cgroup *c, struct cgroup_figures *f)
{
	char text[TEXT_FILE_MAX];

	memset(f, 0, sizeof(*f));
	if (read_text(c->dir, "cpu.stat", text) == 0) {
		f->cpu_us = find_number(text, "usage_usec");
		f->throttled_us = find_number(text, "throttled_usec");
	}
	if (read_text(c->dir, "memory.peak", text) == 0)
		f->memory_peak = strtoull(text, NULL, 10);
	if (read_text(c->dir, "memory.max", text) == 0)
		f->memory_max = strtoull(text, NULL, 10);
	if (read_text(c->dir, "memory.events", text) == 0) {
		f->oom_kills = find_number(text, "oom_kill");
		f->over_limit = find_number(text, "oom");
	}
	if (read_text(c->dir, "pids.events", text) == 0)
		f->failed_forks = find_number(text, "max");
}

int
cgroup_close(struct cgroup *c, int parent)
{
	char name[16];

	name_slot(name, c->slot);
	if (unlinkat(parent, name, AT_REMOVEDIR) == -1 && errno != ENOENT)
		return -1;
	close_files(c);
	return 0;
}

int
cgroup_clear(struct cgroup *c, int parent, unsigned slot, struct why *why)
{
	char name[16];

	cgroup_init(c);
	c->slot = slot;
	name_slot(name, slot);
	if (open_files(c, name, parent) == -1 && errno == ENOENT &&
	    c->dir == -1)
		return 0;
	if (c->events == -1 || c->kill == -1 || cgroup_kill(c) == -1) {
		why_set(why, "cannot end what is left in the control group "
		    "%s: %s", name, strerror(errno));
		close_files(c);
		return -1;
	}
	(void)cgroup_close(c, parent);	/* fails if it is not empty yet */
	return 0;
}
