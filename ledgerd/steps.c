#include "steps.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "leaf.h"
#include "lib/clock.h"

#define TRIES		10
#define APART_NS	10000000	/* 10 ms, far below STEP_MS */
#define MEMBER_MAX	128

/*
 * Reads the boot's clock before and after, and again if this process had to
 * wait between.
 */
void
moment_now(struct moment *m)
{
	uint64_t before, wall, after;

	for (int i = 0; i < TRIES; i++) {
		before = clock_ns(CLOCK_BOOTTIME);
		wall = clock_ns(CLOCK_REALTIME);
		after = clock_ns(CLOCK_BOOTTIME);
		m->wall = (int64_t)(wall / 1000000);
		m->uptime = (int64_t)(before / 1000000);
		if (after - before < APART_NS)
			return;
	}
}

bool
step_between(const struct moment *before, const struct moment *now,
    struct clock_step *s)
{
	int64_t apart;

	s->from = before->wall + (now->uptime - before->uptime);
	s->to = now->wall;
	apart = s->to - s->from;
	return apart >= STEP_MS || apart <= -STEP_MS;
}

bool
step_since(int64_t leaf_wall, const struct moment *now, struct clock_step *s)
{
	s->from = leaf_wall;
	s->to = now->wall;
	return s->from - s->to >= STEP_CHIP_MS;
}

static int
get_member(const char *text, size_t len, const char *name,
    char value[MEMBER_MAX])
{
	size_t n;
	const char *at = leaf_member(text, len, name, &n);

	if (at == NULL || n >= MEMBER_MAX) {
		errno = EBADMSG;
		return -1;
	}
	memcpy(value, at, n);
	value[n] = '\0';
	return 0;
}

/* Reads seconds with three decimals, "12.345". */
static int
parse_uptime(const char *text, int64_t *ms)
{
	unsigned long long s;
	unsigned frac;
	int end = 0;

	if (isdigit((unsigned char)*text) &&
	    sscanf(text, "%15llu.%3u%n", &s, &frac, &end) == 2 &&
	    text[end] == '\0' && end >= 5 && text[end - 4] == '.') {
		*ms = (int64_t)s * 1000 + frac;
		return 0;
	}
	errno = EBADMSG;
	return -1;
}

int
moment_of_leaf(const char *text, size_t len, const char *boot_id,
    struct moment *m, bool *this_boot)
{
	char value[MEMBER_MAX];

	*this_boot = get_member(text, len, "boot", value) == 0 &&
	    strcmp(value, boot_id) == 0 &&
	    get_member(text, len, "uptime", value) == 0 &&
	    parse_uptime(value, &m->uptime) == 0;
	if (get_member(text, len, "time", value) == -1)
		return -1;
	return clock_parse_ms(value, &m->wall);
}
