#include "cgroup.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_FILE_MAX	4096	/* memory.stat is the largest, not read here */
#define PERIOD_US	100000	/* of cpu.max, the kernel's default */
#define QUOTA_MIN_US	1000	/* the kernel's least */
#define CLEAR_MS	5000	/* for killed processes to be gone */

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
write_limits(int dir, const struct grant_limits *l, struct why *why)
{
	uint64_t quota = (uint64_t)l->cpu_millis * (PERIOD_US / 1000);
	char text[48];

	if (quota < QUOTA_MIN_US)
		quota = QUOTA_MIN_US;
	snprintf(text, sizeof(text), "%" PRIu64 " %d", quota, PERIOD_US);
	if (write_text(dir, "cpu.max", text) == -1)
		return why_set(why, "cannot set cpu.max to %s: %s", text,
		    strerror(errno));
	if (write_limit(dir, "memory.max", l->memory_bytes, why) == -1 ||
	    write_limit(dir, "memory.oom.group", 1, why) == -1)
		return -1;
	/* A kernel without swap has no such file, and no need of it. */
	if (write_text(dir, "memory.swap.max", "0") == -1 && errno != ENOENT)
		return why_set(why, "cannot set memory.swap.max: %s",
		    strerror(errno));
	/* One more: the namespace's process 1 is ours. */
	return write_limit(dir, "pids.max", (uint64_t)l->processes + 1, why);
}

void
cgroup_init(struct cgroup *c)
{
	c->dir = c->events = -1;
}

int
cgroup_open(struct cgroup *c, int parent, unsigned slot,
    const struct grant_limits *l, struct why *why)
{
	char name[16];

	cgroup_init(c);
	c->slot = slot;
	name_slot(name, slot);
	if (mkdirat(parent, name, 0755) == -1)
		return why_set(why, "cannot make the control group %s: %s",
		    name, strerror(errno));
	c->dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir == -1) {
		why_set(why, "cannot open the control group %s: %s", name,
		    strerror(errno));
		goto fail;
	}
	if (write_limits(c->dir, l, why) == -1)
		goto fail;
	c->events = openat(c->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (c->events == -1) {
		why_set(why, "cannot open cgroup.events: %s", strerror(errno));
		goto fail;
	}
	return 0;
fail:
	cgroup_close(c, parent);
	errno = EBADMSG;
	return -1;
}

int
cgroup_kill(const struct cgroup *c)
{
	/* Without it the end only takes longer. */
	(void)write_text(c->dir, "cpu.max", "max");
	return write_text(c->dir, "cgroup.kill", "1");
}

static bool
is_empty(int events)
{
	char text[256];
	ssize_t n;

	if (lseek(events, 0, SEEK_SET) == -1)
		return false;
	n = read(events, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 && find_number(text, "populated") == 0;
}

bool
cgroup_is_empty(const struct cgroup *c)
{
	return is_empty(c->events);
}

void
cgroup_read(const struct cgroup *c, struct cgroup_figures *f)
{
	char text[TEXT_FILE_MAX];

	memset(f, 0, sizeof(*f));
	if (read_text(c->dir, "cpu.stat", text) == 0)
		f->cpu_us = find_number(text, "usage_usec");
	if (read_text(c->dir, "memory.peak", text) == 0)
		f->memory_peak = strtoull(text, NULL, 10);
	if (read_text(c->dir, "memory.events", text) == 0) {
		f->oom_kills = find_number(text, "oom_kill");
		f->over_limit = find_number(text, "oom");
	}
}

int
cgroup_close(struct cgroup *c, int parent)
{
	char name[16];

	name_slot(name, c->slot);
	if (unlinkat(parent, name, AT_REMOVEDIR) == -1 && errno == EBUSY)
		return -1;
	if (c->dir != -1)
		close(c->dir);
	if (c->events != -1)
		close(c->events);
	cgroup_init(c);
	return 0;
}

/* Kills and removes one slot's group, if it is there. */
static int
clear_slot(struct cgroup *c, int parent, struct why *why)
{
	char name[16];
	struct pollfd pfd = { .events = POLLPRI };

	name_slot(name, c->slot);
	c->dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir == -1 && errno == ENOENT)
		return 0;
	if (c->dir == -1 || cgroup_kill(c) == -1)
		return why_set(why, "cannot end what is left in the control "
		    "group %s: %s", name, strerror(errno));
	c->events = openat(c->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	pfd.fd = c->events;
	while (c->events != -1 && !is_empty(c->events))
		if (poll(&pfd, 1, CLEAR_MS) == 0)
			break;
	if (cgroup_close(c, parent) == -1)
		return why_set(why, "processes in the control group %s do not "
		    "end; restart the appliance", name);
	return 0;
}

int
cgroup_clear(int parent, unsigned n, struct why *why)
{
	for (unsigned slot = 0; slot < n; slot++) {
		struct cgroup c;
		int rc;

		cgroup_init(&c);
		c.slot = slot;
		rc = clear_slot(&c, parent, why);
		if (c.dir != -1)
			close(c.dir);
		if (c.events != -1)
			close(c.events);
		if (rc == -1)
			return -1;
	}
	return 0;
}
