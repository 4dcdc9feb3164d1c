#include "own.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commit.h"
#include "lib/clock.h"
#include "lib/log.h"

/*
 * COMMIT_OWN(l, ledger_heartbeat, .idle_ms = ...): commits one event that
 * ledgerd itself writes.
 */
#define COMMIT_OWN(l, name, ...)					\
	(event_put_##name(own_fields(),					\
	    &(struct event_##name){ __VA_ARGS__ }),			\
	    commit_fields(l, (enum event)EVENT_NUMBER_##name))

static struct put fields;

static struct put *
own_fields(void)
{
	static unsigned char bytes[EVENT_MAX];

	put_init(&fields, bytes, sizeof(bytes));
	return &fields;
}

/* NULL, or why nothing was written. */
static const char *
commit_fields(struct ledgerd *l, enum event event)
{
	struct own_leaf leaf = {
		.event = event_info(event),
		.reserve = event == EVENT_APPLIANCE_STARTED ? 0 : RESERVE,
		.name = event == EVENT_APPLIANCE_STARTED ? "boot" : NULL,
		.value = l->boot_id,
	};
	struct bytes evidence = { "", 0 };
	const char *failure;

	if (event == EVENT_APPLIANCE_STARTED)
		evidence = site_take_evidence(&l->site_take);
	leaf.site = evidence.len == 0 ? NULL : l->site;
	if (fields.err != 0 || leaf_data_make(&leaf.data, leaf.event,
	    (struct bytes){ fields.base, fields.len }, evidence, NULL) == -1)
		die(EXIT_BUG, "the fields of %s are too long",
		    leaf.event->type);
	if (evidence.len != 0)
		site_take_free(&l->site_take);	/* the leaf has a copy */
	failure = commit_own(l, &leaf);
	leaf_data_free(&leaf.data);
	return failure;
}

/* Logs once for each event in a row that was not written. */
static void
check_written(struct ledgerd *l, const char *what, const char *failure)
{
	if (failure != NULL && !l->own_failing)
		log_info("%s is not recorded: %s", what, failure);
	l->own_failing = failure != NULL;
}

/* Once in each boot, even if the process starts again. */
static void
record_start(struct ledgerd *l)
{
	const struct boot_facts *b = &l->boot;
	char boot[BOOT_ID_MAX];
	const char *failure;
	size_t len;

	if (store_get(&l->store, "boot", boot, sizeof(boot), &len) == 0 &&
	    len == strlen(l->boot_id) && memcmp(boot, l->boot_id, len) == 0)
		return;
	failure = COMMIT_OWN(l, appliance_started,
	    .version = CASEMATE_VERSION, .mode = l->mode,
	    .boot_id = l->boot_id, .image = b->image,
	    .image_sha256 = b->image_sha256, .build_sha256 = b->build_sha256,
	    .runtimes = b->runtimes, .command_line = b->command_line,
	    .cpus = event_u64(b->cpus),
	    .memory_bytes = event_u64(b->memory_bytes),
	    .upgraded_from = l->store.upgraded_from);
	if (failure != NULL)
		die(EXIT_REFUSED, "this start cannot be recorded: %s",
		    failure);
}

/* Returns whether it is recorded. */
static bool
record_step(struct ledgerd *l, const struct clock_step *s, const char *noticed)
{
	char from[CLOCK_MS_TEXT_MAX], to[CLOCK_MS_TEXT_MAX];
	const bool back = s->to < s->from;
	const char *failure;

	failure = COMMIT_OWN(l, clock_stepped,
	    .from = clock_format_ms(from, s->from),
	    .to = clock_format_ms(to, s->to),
	    .direction = back ? "back" : "forward",
	    .step_ms = event_u64((uint64_t)(back ? s->from - s->to :
	    s->to - s->from)), .noticed = noticed);
	check_written(l, "a step of the clock", failure);
	return failure == NULL;
}

/*
 * The last leaf's text is the only record of the clocks before this process.
 * If it is of this boot, it is what look_at_clock() compares with first.
 */
static bool
find_step_at_start(struct ledgerd *l, struct clock_step *s)
{
	static char text[LEAF_MAX];
	const uint64_t size = l->store.tip.tree.size;
	struct moment last, now;
	bool this_boot;
	size_t len;

	moment_now(&now);
	l->last = now;
	if (size == 0 || store_leaf(&l->store, size - 1, text, sizeof(text),
	    &len) == -1 ||
	    moment_of_leaf(text, len, l->boot_id, &last, &this_boot) == -1)
		return false;
	if (this_boot)
		l->last = last;
	return !this_boot && step_since(last.wall, &now, s);
}

void
own_start(struct ledgerd *l)
{
	struct clock_step s;
	const bool stepped = find_step_at_start(l, &s);

	record_start(l);
	site_take_free(&l->site_take);
	if (stepped)
		(void)record_step(l, &s, "start");
	l->last_commit_ms = clock_ms();
}

/* A step that cannot be recorded stays to be recorded. */
static void
look_at_clock(struct ledgerd *l)
{
	struct moment now;
	struct clock_step s;

	moment_now(&now);
	if (step_between(&l->last, &now, &s) &&
	    record_step(l, &s, "running"))
		l->last = now;
}

void
own_note_damage(struct ledgerd *l, uint64_t index, const char *why)
{
	if (l->damage_noted)
		return;
	l->damage_noted = l->damage_due = true;
	snprintf(l->damage_text, sizeof(l->damage_text), "leaf %" PRIu64
	    " cannot be read: %s", index, why);
}

static void
record_damage(struct ledgerd *l)
{
	if (!l->damage_due)
		return;
	l->damage_due = false;
	check_written(l, "damage", COMMIT_OWN(l, appliance_degraded,
	    .part = "ledger", .name = "", .message = l->damage_text));
}

static uint64_t
heartbeat_ms(const struct ledgerd *l)
{
	return l->heartbeat_s == 0 ? CLOCK_NEVER :
	    l->last_commit_ms + (uint64_t)l->heartbeat_s * 1000;
}

int
own_wait_ms(const struct ledgerd *l)
{
	if (!l->ready || l->stopped)
		return -1;
	return l->damage_due ? 0 : clock_left_ms(heartbeat_ms(l));
}

/* With a checkpoint, which then covers all leaves. */
static void
record_heartbeat(struct ledgerd *l)
{
	const uint64_t now = clock_ms();
	const char *failure;

	if (now < heartbeat_ms(l))
		return;
	failure = COMMIT_OWN(l, ledger_heartbeat,
	    .interval_s = event_u64(l->heartbeat_s),
	    .idle_ms = event_u64(now - l->last_commit_ms));
	check_written(l, "the heartbeat", failure);
	l->last_commit_ms = now;
	if (failure == NULL)
		l->want_size = l->store.tip.tree.size;
}

void
own_turn(struct ledgerd *l)
{
	if (!l->ready || l->stopped)
		return;
	look_at_clock(l);
	record_damage(l);
	record_heartbeat(l);
}
