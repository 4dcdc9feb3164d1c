#include "appliance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "lib/clock.h"
#include "say.h"
#include "verified.h"
#include "client/vm/ended.h"
#include "client/vm/lock.h"
#include "client/vm/names.h"
#include "client/vm/state.h"

#define TRY_MS		10000	/* one connection with its greeting */
#define TRIES_RECORDED	3	/* each adds a leaf and a nonce */

/* Pauses: while nothing answers, and after a refusal as busy. */
static const struct backoff pause_open = { 100, 2000 };
static const struct backoff pause_busy = { 300, 5000 };
static const struct backoff pause_recorded = { 1000, 10000 };

/* The key that `up' saw when it started this appliance. */
static int
load_known_key(struct appliance *a)
{
	char *path = state_file(a->name, "appliance.vkey");
	int ret = -1;

	if (path != NULL)
		ret = verified_load_key(path, a->vkey);
	free(path);
	a->vkey_from = "the one that `casemate up' started";
	return ret;
}

static void
say_down(const char *name)
{
	char *advice;

	if (lock_last(name) == LOCK_UP) {
		say("%s: casemate up is starting it; try again when that has "
		    "ended", name);
		return;
	}
	advice = names_advise(name);
	say("%s: no appliance of this name is up; start it with "
	    "`casemate up --name %s --site DIR', or name another with --on%s",
	    name, name, advice);
	free(advice);
}

static int
resolve_name(struct appliance *a)
{
	struct vm_state s;

	strcpy(a->name, a->target.name);
	switch (state_load(a->name, &s)) {
	case STATE_ERROR:
		return -1;
	case STATE_DOWN:
		say_down(a->name);
		return -1;
	case STATE_STALE:
		say("%s: no longer runs: %s; start it again with "
		    "`casemate up --name %s --site DIR'", a->name,
		    ended_stale_text(a->name, &s), a->name);
		return -1;
	case STATE_UP:
		break;
	}
	return state_target(a->name, &s, &a->target);
}

void
appliance_keep_key(struct appliance *a, const char *vkey)
{
	if (a->vkey[0] == '\0')
		a->vkey_from = "the one that answered first";
	strcpy(a->vkey, vkey);
}

int
appliance_find(struct appliance *a, const char *on, const char *keyfile,
    uint64_t wait_s)
{
	struct why w = { "" };

	memset(a, 0, sizeof(*a));
	if (target_parse(&a->target, on == NULL ? TARGET_DEFAULT : on, &w)
	    == -1) {
		say("--on: %s", w.text);
		return -1;
	}
	target_format(a->where, sizeof(a->where), &a->target);
	if (a->target.kind == TARGET_NAME && resolve_name(a) == -1)
		return -1;
	if (keyfile != NULL) {
		if (verified_load_key(keyfile, a->vkey) == -1)
			return -1;
		a->vkey_from = keyfile;
	} else if (a->name[0] != '\0' && load_known_key(a) == -1) {
		return -1;
	}
	a->wait_s = wait_s;
	appliance_restart_wait(a);
	return 0;
}

void
appliance_restart_wait(struct appliance *a)
{
	a->deadline = clock_ms() + a->wait_s * 1000;
	a->busy = pause_busy;
	a->recorded = pause_recorded;
	a->nrecorded = 0;
	a->told = false;
}

/* Prints once for a command what it waits for, and for how long. */
static void
tell(struct appliance *a, const char *what)
{
	if (!a->told)
		say_progress("%s: %s (trying again for up to %llu s: --wait)",
		    a->where, what, (unsigned long long)a->wait_s);
	a->told = true;
}

/* The last pause ends at the deadline, for one more try. */
static void
pause_until_deadline(const struct appliance *a, unsigned ms)
{
	const unsigned left = (unsigned)clock_left_ms(a->deadline);

	backoff_sleep(left < ms ? left : ms);
}

bool
appliance_wait_busy(struct appliance *a, const char *message, bool recorded)
{
	if (clock_left_ms(a->deadline) == 0)
		return false;
	if (recorded && a->nrecorded++ == TRIES_RECORDED) {
		say("%s: was busy %d times, and each is in its ledger; not "
		    "tried again", a->where, TRIES_RECORDED + 1);
		return false;
	}
	tell(a, message);
	pause_until_deadline(a, backoff_next(recorded ? &a->recorded :
	    &a->busy));
	return true;
}

/* False, and says so, when the VM of a known appliance has ended. */
static bool
still_runs(const struct appliance *a)
{
	struct vm_state s;

	if (a->name[0] == '\0' || state_load(a->name, &s) == STATE_UP)
		return true;
	say("%s: its VM has ended: %s; `casemate up --name %s' starts it again",
	    a->name, ended_text(ended_load(a->name)), a->name);
	return false;
}

static int
check_key(const struct appliance *a, const struct hello *h)
{
	if (a->vkey[0] == '\0' || strcmp(a->vkey, h->vkey) == 0)
		return 0;
	say("%s: THIS IS ANOTHER APPLIANCE: its key is %s, but %s has %s; "
	    "nothing was sent to it", a->where, h->vkey, a->vkey_from,
	    a->vkey);
	return -1;
}

/* Complains unless CONN_LATER. */
static enum conn_result
check_connection(struct appliance *a, struct conn *c, const struct hello *h,
    struct why *w)
{
	if (check_key(a, h) == -1)
		return CONN_NEVER;
	return history_check(c, h->vkey, a->where, &a->shown, w);
}

int
appliance_connect(struct appliance *a, struct conn *c, struct hello *h)
{
	struct backoff pauses = pause_open;

	for (;;) {
		struct why w = { "" };
		int left = clock_left_ms(a->deadline);
		enum conn_result result;

		if (left < 1000)
			left = 1000;
		result = conn_open(c, &a->target,
		    left < TRY_MS ? left : TRY_MS, h, &w);
		if (result == CONN_OK) {
			result = check_connection(a, c, h, &w);
			if (result == CONN_OK)
				return 0;
			conn_close(c);
			if (result == CONN_NEVER)
				return -1;
		}
		if (!still_runs(a))
			return -1;
		if (result == CONN_NEVER || clock_left_ms(a->deadline) == 0) {
			say("%s: %s", a->where, w.text);
			return -1;
		}
		if (pauses.next_ms == pauses.most_ms)	/* some 3 s */
			tell(a, w.text);
		pause_until_deadline(a, backoff_next(&pauses));
	}
}
