/* init: the facts of this boot, and its events, one at a time. */
#include "ledgerd.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "own.h"

/* What stays free behind an event of init's; see RESERVE. */
static size_t
reserve(enum event event)
{
	if (event == EVENT_APPLIANCE_STOPPING ||
	    event == EVENT_APPLIANCE_STOPPED)
		return 0;
	return event == EVENT_SERVICE_ENDED ? RESERVE_JOBS : RESERVE;
}

static void
do_boot(void *ctx, const struct msg_init_boot *m)
{
	struct ledgerd *l = ctx;
	struct boot_facts *b = &l->boot;

	snprintf(b->image, sizeof(b->image), "%s", m->image);
	snprintf(b->runtimes, sizeof(b->runtimes), "%s", m->runtimes);
	snprintf(b->command_line, sizeof(b->command_line), "%s",
	    m->command_line);
	memcpy(b->image_sha256, m->image_sha256, DIGEST_LEN);
	memcpy(b->build_sha256, m->build_sha256, DIGEST_LEN);
	b->cpus = m->cpus;
	b->memory_bytes = m->memory_bytes;
	l->boot_there = true;
}

/*
 * The meta table has the boot and the number of init's last event, so that an
 * event which was committed before this process started is not repeated.
 */
static void
event_mark(const struct ledgerd *l, uint32_t seq, char mark[INIT_MARK_MAX])
{
	snprintf(mark, INIT_MARK_MAX, "%s %" PRIu32, l->boot_id, seq);
}

static bool
is_recorded(struct ledgerd *l, uint32_t seq)
{
	const size_t boot = strlen(l->boot_id);
	char mark[INIT_MARK_MAX + 1];
	size_t len;

	if (store_get(&l->store, "init", mark, INIT_MARK_MAX, &len) == -1)
		return false;
	mark[len] = '\0';
	return strncmp(mark, l->boot_id, boot) == 0 && mark[boot] == ' ' &&
	    seq <= strtoul(mark + boot + 1, NULL, 10);
}

static void
do_event(void *ctx, const struct msg_init_event *m)
{
	const struct event_info *info = event_info(m->event);
	struct ledgerd *l = ctx;
	struct init_event *e = &l->init_event;
	struct leaf_data data;

	if (info == NULL || info->from != PEER_INIT ||
	    e->state != INIT_EVENT_NONE)
		die(EXIT_PEER, "init broke the protocol: event %u is not "
		    "expected", m->event);
	if (leaf_data_make(&data, info, m->fields, (struct bytes){ "", 0 },
	    NULL) == -1)
		die(EXIT_PEER, "init broke the protocol: malformed fields of "
		    "%s", info->type);
	*e = (struct init_event){ .state = INIT_EVENT_WAITS, .seq = m->seq,
	    .info = info, .data = data };
}

static void
do_reset(void *ctx)
{
	struct ledgerd *l = ctx;

	l->init_event.state = INIT_EVENT_NONE;
	leaf_data_free(&l->init_event.data);
}

static const struct chan_row rows[] = {
	CHAN_ON_RESET(do_reset),
	CHAN_ON(init_boot, do_boot),
	CHAN_ON(init_event, do_event),
};

void
init_read(struct ledgerd *l)
{
	CHAN_DISPATCH(&l->init, rows, l);
}

/*
 * `stopped' is the last leaf.  When init sends it, the runner has ended, and
 * all that the runner sent is in the pipe.  While the queue is full, replies
 * wait for a checkpoint.  Replies that no longer fit have no reader: the rest
 * of the pipe stays unread then.
 */
static bool
runner_is_done(const struct ledgerd *l)
{
	struct pollfd pfd = { .fd = l->runner.in, .events = POLLIN };

	if (l->queue.settled < l->queue.len)
		return false;
	return !chan_fits(&l->runner) ||
	    (!queue_is_full(&l->queue) && poll(&pfd, 1, 0) == 0);
}

void
init_record(struct ledgerd *l)
{
	struct init_event *e = &l->init_event;
	const bool last = e->state == INIT_EVENT_WAITS &&
	    e->info->nr == EVENT_APPLIANCE_STOPPED;
	char mark[INIT_MARK_MAX];
	struct own_leaf leaf;

	if (!l->ready || e->state != INIT_EVENT_WAITS ||
	    (last && !runner_is_done(l)))
		return;
	event_mark(l, e->seq, mark);
	leaf = (struct own_leaf){ .event = e->info, .data = e->data,
	    .name = "init", .value = mark,
	    .reserve = reserve((enum event)e->info->nr) };
	if (l->stopped)
		e->failure = "the last leaf is written";
	else if (!is_recorded(l, e->seq))
		e->failure = commit_own(l, &leaf);
	e->state = INIT_EVENT_SETTLED;
	leaf_data_free(&e->data);
	l->stopped |= last;
	if (last && e->failure == NULL)
		l->want_size = l->store.tip.tree.size;
}

/* The reply to `stopped' waits for a checkpoint that covers it. */
void
init_answer(struct ledgerd *l)
{
	struct init_event *e = &l->init_event;

	if (e->state != INIT_EVENT_SETTLED ||
	    (l->stopped && l->checkpoint.size < l->want_size))
		return;
	MSG_SEND(&l->init, init_event_done, .seq = e->seq,
	    .failure = e->failure == NULL ? "" : e->failure);
	e->state = INIT_EVENT_NONE;
}
