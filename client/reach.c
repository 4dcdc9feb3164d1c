#include "reach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "evidence.h"
#include "say.h"
#include "state.h"

#define TRY_MS		10000	/* one connection with its greeting */
#define PAUSE_MS	100	/* between two tries */

int64_t
reach_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
reach_pause_ms(unsigned ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}

/* The key that `up' saw when it started this appliance. */
static int
pin_known(struct reach *r)
{
	char *path = state_file(r->name, "appliance.vkey");
	int ret = -1;

	if (path != NULL)
		ret = vkey_load(path, r->pinned);
	free(path);
	r->pinned_by = "the one that `casemate up' started";
	return ret;
}

static int
resolve_name(struct reach *r)
{
	struct state s;

	strcpy(r->name, r->target.name);
	switch (state_load(r->name, &s)) {
	case STATE_ERROR:
		return -1;
	case STATE_DOWN:
		say("%s: no appliance of this name is up; start it with "
		    "`casemate up --name %s --site DIR', or say where one is "
		    "with --on", r->name, r->name);
		return -1;
	case STATE_STALE:
		say("%s: is not running any more; start it again with "
		    "`casemate up --name %s --site DIR'", r->name, r->name);
		return -1;
	case STATE_UP:
		break;
	}
	return state_target(r->name, &s, &r->target);
}

int
reach_init(struct reach *r, const char *on, const char *keyfile,
    uint64_t wait_s)
{
	struct why w = { "" };

	memset(r, 0, sizeof(*r));
	if (target_parse(&r->target, on == NULL ? TARGET_DEFAULT : on, &w)
	    == -1) {
		say("--on: %s", w.text);
		return -1;
	}
	target_format(r->where, sizeof(r->where), &r->target);
	if (r->target.kind == TARGET_NAME && resolve_name(r) == -1)
		return -1;
	if (keyfile != NULL) {
		if (vkey_load(keyfile, r->pinned) == -1)
			return -1;
		r->pinned_by = keyfile;
	} else if (r->name[0] != '\0' && pin_known(r) == -1) {
		return -1;
	}
	r->deadline = reach_now_ms() + (int64_t)wait_s * 1000;
	return 0;
}

/* Whether there is anybody to wait for. */
static bool
still_runs(const struct reach *r)
{
	struct state s;

	if (r->name[0] == '\0' || state_load(r->name, &s) == STATE_UP)
		return true;
	say("%s: its VM has ended; `casemate up --name %s' starts it again",
	    r->name, r->name);
	return false;
}

static int
check_key(const struct reach *r, const struct hello *h)
{
	if (r->pinned[0] == '\0' || strcmp(r->pinned, h->vkey) == 0)
		return 0;
	say("%s: THIS IS ANOTHER APPLIANCE: its key is %s, but %s has %s; "
	    "nothing was sent to it", r->where, h->vkey, r->pinned_by,
	    r->pinned);
	return -1;
}

int
reach_open(const struct reach *r, struct conn *c, struct hello *h)
{
	for (;;) {
		struct why w = { "" };
		int64_t left = r->deadline - reach_now_ms();
		enum conn_result result;

		if (left < 1000)
			left = 1000;
		result = conn_open(c, &r->target,
		    left < TRY_MS ? (int)left : TRY_MS, h, &w);
		if (result == CONN_OK) {
			if (check_key(r, h) == 0)
				return 0;
			conn_close(c);
			return -1;
		}
		if (!still_runs(r))
			return -1;
		if (result == CONN_NEVER || reach_now_ms() >= r->deadline) {
			say("%s: %s", r->where, w.text);
			return -1;
		}
		reach_pause_ms(PAUSE_MS);
	}
}
