#include "probe.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe_attempt.h"

#define FOUND_MAX	(TEXT_MAX - 128)	/* the rest is the message */

/* A call with zero arguments, denied before the kernel looks at them. */
bool
probe_call(long nr)
{
	return syscall(nr, 0, 0, 0, 0, 0, 0) != -1 ||
	    (errno != EPERM && errno != ENOSYS);
}

bool
probe_prctl(long option)
{
	return prctl((int)option, 0, 0, 0, 0) != -1 ||
	    (errno != EPERM && errno != ENOSYS);
}

bool
probe_open(const char *path, int flags)
{
	return open(path, flags | O_CLOEXEC, 0600) != -1;
}

static bool
applies(const struct probe_attempt *a, uint32_t capabilities)
{
	return (a->with & ~capabilities) == 0 &&
	    (a->without & capabilities) == 0;
}

/* Appends a name if there is room, else ", and more". */
static void
add_found(char found[FOUND_MAX], const char *what)
{
	static const char more[] = ", and more";
	size_t used = strlen(found), room = FOUND_MAX - used;

	if (strstr(found, more) != NULL)
		return;
	if (strlen(what) + 2 + sizeof(more) <= room)
		snprintf(found + used, room, "%s%s", used == 0 ? "" : ", ",
		    what);
	else
		memcpy(found + used, more, sizeof(more));
}

static const struct probe_attempt *const tables[] = {
	probe_kernel, probe_memory, probe_files,
};

#define NTABLES	(sizeof(tables) / sizeof(tables[0]))

int
probe_one(const char *what)
{
	for (size_t i = 0; i < NTABLES; i++)
		for (const struct probe_attempt *a = tables[i];
		    a->what != NULL; a++)
			if (strcmp(a->what, what) == 0)
				return a->try(a->arg);
	return -1;
}

const char *
probe_name(enum capability c, size_t i)
{
	for (size_t t = 0; t < NTABLES; t++)
		for (const struct probe_attempt *a = tables[t];
		    a->what != NULL; a++)
			if (capability_has(a->without, c) && i-- == 0)
				return a->what;
	return NULL;
}

/* Makes a table's attempts.  Adds to *n; returns how many were denied. */
static size_t
run_table(const struct probe_attempt *a, uint32_t capabilities,
    char found[FOUND_MAX], size_t *n)
{
	size_t denied = 0;

	for (; a->what != NULL; a++) {
		if (!applies(a, capabilities))
			continue;
		++*n;
		if (a->try(a->arg))
			add_found(found, a->what);
		else
			denied++;
	}
	return denied;
}

int
probe_run(uint32_t capabilities, char text[PROBE_TEXT_MAX], struct why *why)
{
	size_t n = 0, denied = 0;
	char found[FOUND_MAX] = "";

	for (size_t i = 0; i < NTABLES; i++)
		denied += run_table(tables[i], capabilities, found, &n);
	snprintf(text, PROBE_TEXT_MAX, "%zu/%zu denied", denied, n);
	if (denied == n)
		return 0;
	return why_set(why, "the live probe found the sandbox open (%s): a job "
	    "could %s", text, found);
}
