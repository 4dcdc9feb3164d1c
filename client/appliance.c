#include "appliance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "verified.h"
#include "say.h"
#include "client/vm/state.h"

#define TRY_MS		10000	/* one connection with its greeting */
#define TRIES_RECORDED	3	/* each is a leaf and a nonce for ever */

/* Pauses: while nothing answers, and after a refusal as busy. */
static const struct backoff pause_open = { 100, 2000 };
static const struct backoff pause_busy = { 300, 5000 };
static const struct backoff pause_recorded = { 1000, 10000 };

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
	r->wait_s = wait_s;
	reach_restart(r);
	return 0;
}

void
reach_restart(struct reach *r)
{
	r->deadline = clock_ms() + r->wait_s * 1000;
	r->busy = pause_busy;
	r->recorded = pause_recorded;
	r->nrecorded = 0;
	r->told = false;
}

/* Once for an order: what this waits for, and for how long. */
static void
tell(struct reach *r, const char *what)
{
	if (!r->told)
		say_progress("%s: %s (trying again for up to %llu s: --wait)",
		    r->where, what, (unsigned long long)r->wait_s);
	r->told = true;
}

/* The last pause ends at the deadline, for one more try. */
static void
pause_until_deadline(const struct reach *r, unsigned ms)
{
	const unsigned left = (unsigned)clock_left_ms(r->deadline);

	reach_pause_ms(left < ms ? left : ms);
}

bool
reach_busy(struct reach *r, const char *message, bool recorded)
{
	if (clock_left_ms(r->deadline) == 0)
		return false;
	if (recorded && r->nrecorded++ == TRIES_RECORDED) {
		say("%s: was busy %d times, and each is in its ledger; not "
		    "tried again", r->where, TRIES_RECORDED + 1);
		return false;
	}
	tell(r, message);
	pause_until_deadline(r, backoff_next(recorded ? &r->recorded :
	    &r->busy));
	return true;
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
reach_open(struct reach *r, struct conn *c, struct hello *h)
{
	struct backoff pauses = pause_open;

	for (;;) {
		struct why w = { "" };
		int left = clock_left_ms(r->deadline);
		enum conn_result result;

		if (left < 1000)
			left = 1000;
		result = conn_open(c, &r->target,
		    left < TRY_MS ? left : TRY_MS, h, &w);
		if (result == CONN_OK) {
			if (check_key(r, h) == 0)
				return 0;
			conn_close(c);
			return -1;
		}
		if (!still_runs(r))
			return -1;
		if (result == CONN_NEVER || clock_left_ms(r->deadline) == 0) {
			say("%s: %s", r->where, w.text);
			return -1;
		}
		if (pauses.next_ms == pauses.most_ms)	/* some 3 s */
			tell(r, w.text);
		pause_until_deadline(r, backoff_next(&pauses));
	}
}
