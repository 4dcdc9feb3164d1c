#include "ledger_pipe.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "packet.h"

#define PACKETS_PER_TURN	8	/* ledgerd cannot keep init here */

static unsigned char bytes[INIT_FIELDS_MAX];
static struct put fields;

void
ledger_pipe_init(struct ledger_pipe *p, int in, int out,
    const struct msg_init_boot *boot)
{
	memset(p, 0, sizeof(*p));
	p->in = in;
	p->out = out;
	p->boot = boot;
}

static struct ledger_pipe_event *
event_at(struct ledger_pipe *p, size_t n)
{
	return &p->events[(p->head + n) % LEDGER_PIPE_EVENTS];
}

struct put *
ledger_pipe_fields(void)
{
	put_init(&fields, bytes, sizeof(bytes));
	return &fields;
}

static size_t
space(enum event event)
{
	return event == EVENT_APPLIANCE_STOPPING ||
	    event == EVENT_APPLIANCE_STOPPED ? LEDGER_PIPE_EVENTS :
	    LEDGER_PIPE_EVENTS - LEDGER_PIPE_SPARE;
}

uint32_t
ledger_pipe_add(struct ledger_pipe *p, enum event event)
{
	struct ledger_pipe_event *e = event_at(p, p->len);

	if (p->len >= space(event) || fields.err != 0) {
		if (p->dropped++ == 0)
			log_info("%s and what follows is not recorded: "
			    "ledgerd does not reply", event_info(event)->type);
		return 0;
	}
	e->seq = ++p->last_seq;
	e->event = event;
	e->len = fields.len;
	memcpy(e->fields, fields.base, fields.len);
	p->len++;
	if (p->there && p->len == 1 && p->next == LEDGER_PIPE_QUIET)
		p->next = LEDGER_PIPE_EVENT;
	ledger_pipe_flush(p);
	return e->seq;
}

static int
send_event(struct ledger_pipe *p)
{
	const struct ledger_pipe_event *e = event_at(p, 0);

	return PACKET_SEND(p->out, init_event, .seq = e->seq,
	    .event = (uint8_t)e->event, .fields = { e->fields, e->len });
}

bool
ledger_pipe_flush(struct ledger_pipe *p)
{
	if (p->next == LEDGER_PIPE_WELCOME &&
	    PACKET_SEND(p->out, chan_welcome, p->epoch) == 0)
		p->next = LEDGER_PIPE_BOOT;
	if (p->next == LEDGER_PIPE_BOOT &&
	    (msg_put_init_boot(packet_payload(), p->boot),
	    packet_send(p->out, MSG_INIT_BOOT)) == 0)
		p->next = p->len == 0 ? LEDGER_PIPE_QUIET : LEDGER_PIPE_EVENT;
	if (p->next == LEDGER_PIPE_EVENT && send_event(p) == 0)
		p->next = LEDGER_PIPE_QUIET;
	return p->next != LEDGER_PIPE_QUIET;
}

/* The number of events without space is an event, once there is space. */
static void
report_dropped(struct ledger_pipe *p)
{
	char message[96];

	if (p->dropped == 0 || p->len >= space(EVENT_APPLIANCE_DEGRADED))
		return;
	snprintf(message, sizeof(message), "%u events were not recorded: "
	    "ledgerd did not reply", p->dropped);
	p->dropped = 0;
	LEDGER_PIPE_ADD(p, appliance_degraded, .part = "events", .name = "",
	    .message = message);
}

static int
take_done(struct ledger_pipe *p, const struct msg_init_event_done *m)
{
	const struct ledger_pipe_event *e = event_at(p, 0);

	if (p->len == 0 || p->next != LEDGER_PIPE_QUIET || m->seq != e->seq)
		return -1;
	if (m->failure[0] != '\0')
		log_info("%s is not recorded: %s", event_info(e->event)->type,
		    m->failure);
	p->head = (p->head + 1) % LEDGER_PIPE_EVENTS;
	p->len--;
	if (p->len != 0)
		p->next = LEDGER_PIPE_EVENT;
	report_dropped(p);
	ledger_pipe_flush(p);
	return 0;
}

static int
take(struct ledger_pipe *p, enum packet packet, enum msg type, struct get *g)
{
	struct msg_chan_hello hello;
	struct msg_init_event_done done;

	if (packet == PACKET_HELLO && msg_get_chan_hello(g, &hello) == 0) {
		p->there = true;
		p->epoch = hello.epoch;
		p->next = LEDGER_PIPE_WELCOME;
		ledger_pipe_flush(p);
		return 0;
	}
	if (packet == PACKET_MSG && type == MSG_INIT_EVENT_DONE &&
	    msg_get_init_event_done(g, &done) == 0)
		return take_done(p, &done);
	return -1;
}

int
ledger_pipe_read(struct ledger_pipe *p)
{
	enum packet packet;
	enum msg type;
	struct get g;

	for (int i = 0; i < PACKETS_PER_TURN; i++) {
		packet = packet_read(p->in, &type, &g);
		if (packet == PACKET_NONE)
			break;
		if (take(p, packet, type, &g) == -1)
			return -1;
	}
	return 0;
}

bool
ledger_pipe_waits(const struct ledger_pipe *p, uint32_t seq)
{
	return seq != 0 && p->len != 0 &&
	    seq >= p->events[p->head].seq && seq <= p->last_seq;
}
