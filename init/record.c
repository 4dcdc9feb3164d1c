#include "record.h"

#include <sys/wait.h>

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

void
record_init(struct recorder *r, int in, int out,
    const struct msg_init_boot *boot)
{
	ledger_pipe_init(&r->pipe, in, out, boot);
	for (int i = 0; i < SERVICE_N; i++)
		r->ends[i] = (struct record_ends){ .left = RECORD_ENDS };
	r->waits_for = 0;
	r->deadline = tain_infinite;
	r->stopped_sent = false;
}

void
record_ready(struct recorder *r, uint64_t ready_ms)
{
	LEDGER_PIPE_ADD(&r->pipe, appliance_ready,
	    .ready_ms = event_u64(ready_ms));
}

void
record_degraded(struct recorder *r, const char *part, const char *name,
    const char *message)
{
	LEDGER_PIPE_ADD(&r->pipe, appliance_degraded, .part = part,
	    .name = name, .message = message);
}

void
record_reason(struct recorder *r, enum service_id i, const char *reason)
{
	if (reason == NULL || r->ends[i].reason == NULL)
		r->ends[i].reason = reason;
}

static void
refill(struct record_ends *e, uint64_t now_ms)
{
	while (now_ms - e->refilled_ms >= RECORD_ENDS_MS &&
	    e->left < RECORD_ENDS) {
		e->left++;
		e->refilled_ms += RECORD_ENDS_MS;
	}
	if (e->left == RECORD_ENDS)
		e->refilled_ms = now_ms;
}

static uint32_t
add_end(struct recorder *r, const struct record_ends *e, const struct super *s)
{
	const char *cause = "spawn";
	int status = 0;

	if (s->pid != 0 && WIFSIGNALED(s->wstat)) {
		cause = "signal";
		status = WTERMSIG(s->wstat);
	} else if (s->pid != 0) {
		cause = "exit";
		status = WEXITSTATUS(s->wstat);
	}
	return LEDGER_PIPE_ADD(&r->pipe, service_ended, .service = s->name,
	    .cause = cause, .status = event_u64((uint64_t)status),
	    .reason = e->reason == NULL ? "" : e->reason,
	    .up_ms = event_u64(super_age_ms(s)),
	    .then = s->state == SUPER_DOWN ? "stop" : "restart",
	    .restarts = event_u64(s->restarts),
	    .unrecorded = event_u64(e->unrecorded));
}

/* Once for each time that its delay has grown to the longest. */
static void
check_failing(struct recorder *r, struct record_ends *e, const struct super *s)
{
	const bool failing = super_keeps_failing(s);

	if (failing && !e->failing)
		record_degraded(r, "service", s->name,
		    "it ends again and again; see the console for why");
	e->failing = failing;
}

void
record_end(struct recorder *r, enum service_id i, const struct super *s,
    uint64_t now_ms)
{
	struct record_ends *e = &r->ends[i];

	refill(e, now_ms);
	if (e->left == 0 || add_end(r, e, s) == 0) {
		e->unrecorded++;
	} else {
		e->left--;
		e->unrecorded = 0;
	}
	e->reason = NULL;
	check_failing(r, e, s);
}

static void
wait_for(struct recorder *r, uint32_t seq)
{
	tain wait;

	r->waits_for = seq;
	tain_from_millisecs(&wait, RECORD_WAIT_MS);
	tain_add_g(&r->deadline, &wait);
}

static const char *
word(enum halt how)
{
	return how == HALT_REBOOT ? "reboot" : "poweroff";
}

void
record_stopping(struct recorder *r, enum halt how, const char *ordered_by,
    const char *service)
{
	r->how = how;
	wait_for(r, LEDGER_PIPE_ADD(&r->pipe, appliance_stopping,
	    .ordered_by = ordered_by, .service = service, .how = word(how)));
}

void
record_stopped(struct recorder *r)
{
	if (r->stopped_sent)
		return;
	r->stopped_sent = true;
	wait_for(r, LEDGER_PIPE_ADD(&r->pipe, appliance_stopped,
	    .how = word(r->how)));
}

bool
record_holds(struct recorder *r, bool ledgerd)
{
	const bool waits = ledger_pipe_waits(&r->pipe, r->waits_for);

	if (waits && ledgerd && tain_future(&r->deadline))
		return true;
	if (waits && ledgerd)
		log_info("the stop is not recorded after %d ms; stopping all "
		    "the same", RECORD_WAIT_MS);
	else if (waits)
		log_info("the stop is not recorded: ledgerd is not up");
	r->waits_for = 0;
	r->deadline = tain_infinite;
	return false;
}
