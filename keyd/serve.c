#include "serve.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "decide.h"
#include "lib/clock.h"
#include "lib/fds.h"
#include "lib/log.h"

/* chan_poll() fills two for each. */
enum { SLOT_RUNNER, SLOT_LEDGERD = SLOT_RUNNER + 2, SLOT_N = SLOT_LEDGERD + 2 };

static void
do_info(void *ctx, const struct msg_keyd_info *m)
{
	struct keyd *k = ctx;
	struct authority *a = &k->authority;

	(void)m;
	MSG_SEND(&k->runner, keyd_info_is, .vkey = a->vkey, .mode = a->mode,
	    .shares = &a->site.settings.shares);
}

/* The copy shares the grant's memory. */
static void
send_denial(struct keyd *k, uint32_t seq, const struct decision *d)
{
	static struct denial denial;	/* too large for the stack */

	denial.grant = d->grant;
	MSG_SEND(&k->runner, job_deny, .seq = seq,
	    .reason = (uint8_t)d->reason, .message = d->why.text,
	    .is_signed = d->signed_command, .denial = &denial);
	explicit_bzero(&denial, sizeof(denial));
}

static void
send_decision(struct keyd *k, uint32_t seq, struct decision *d)
{
	if (d->measure)
		MSG_SEND(&k->runner, job_measure, .seq = seq,
		    .runtime = d->grant.manifest.runtime,
		    .submitter = d->who.submitter);
	else if (d->explained)
		MSG_SEND(&k->runner, job_explained, .seq = seq,
		    .submitter = d->who.submitter,
		    .explained = { .allowed = d->reason == 0,
		    .text = { d->explanation, d->explanation_len } });
	else if (d->reason != 0)
		send_denial(k, seq, d);
	else
		MSG_SEND(&k->runner, job_grant, .seq = seq,
		    .grant = &d->grant);
}

static void
do_job_decide(void *ctx, const struct msg_job_decide *m)
{
	static struct decision d;	/* too large for the stack */
	const struct submission s = {
		.command = m->submit.command,
		.command_sig = m->submit.command_sig,
		.manifest = m->submit.manifest,
		.manifest_sig = m->submit.manifest_sig,
		.runtimes = m->runtimes, .left = m->left,
	};
	struct keyd *k = ctx;

	decide(&k->authority, &s, clock_unix_s(), &d);
	send_decision(k, m->seq, &d);
	grant_free(&d.grant);
}

static void
do_query_decide(void *ctx, const struct msg_query_decide *m)
{
	static struct decision d;
	const struct query_submission q = {
		.command = m->read.command,
		.command_sig = m->read.command_sig,
		.left = m->left, .jobs = m->jobs,
	};
	struct command *c = &d.command;
	struct keyd *k = ctx;

	decide_query(&k->authority, &q, clock_unix_s(), &d);
	if (d.reason == REASON_COMMAND)		/* may be partially parsed */
		memset(c, 0, sizeof(*c));
	if (d.reason == 0)
		MSG_SEND(&k->runner, query_grant, .seq = m->seq,
		    .verb = (uint8_t)c->verb, .first = c->first,
		    .count = c->count, .second = c->second,
		    .job = c->job, .field = c->field,
		    .fields = d.fields, .who = &d.who);
	else
		MSG_SEND(&k->runner, query_deny, .seq = m->seq,
		    .reason = (uint8_t)d.reason, .message = d.why.text,
		    .is_signed = d.signed_command, .verb = (uint8_t)c->verb,
		    .first = c->first, .count = c->count,
		    .second = c->second, .job = c->job, .field = c->field,
		    .who = &d.who);
	grant_free(&d.grant);
}

/* A new ledgerd says again which ledger it has. */
static void
do_ledger_reset(void *ctx)
{
	struct keyd *k = ctx;

	k->authority.ledger_there = false;
}

static void
do_ledger_opened(void *ctx, const struct msg_ledger_opened *m)
{
	const struct identity_ledger l = { m->source, m->checkpoint };
	struct keyd *k = ctx;
	const struct sitefiles *files = &k->authority.site.files;

	authority_see_ledger(&k->authority, &l);
	MSG_SEND(&k->ledgerd, site_is, .sha256 = files->sha256,
	    .heartbeat_s = k->authority.site.settings.heartbeat_s,
	    .files = (uint32_t)files->n, .names = files->names,
	    .bytes = files->bytes);
}

/* Any part may be asked for again: a new ledgerd begins from the first. */
static void
do_site_read(void *ctx, const struct msg_site_read *m)
{
	struct keyd *k = ctx;
	const struct sitefiles *files = &k->authority.site.files;
	const struct sitefile *f;
	uint64_t left;

	if (m->file >= files->n || m->offset > files->list[m->file].len)
		die(EXIT_PEER, "ledgerd broke the protocol: it asks for byte %"
		    PRIu64 " of the site's file %" PRIu32, m->offset, m->file);
	f = &files->list[m->file];
	left = f->len - m->offset;
	MSG_SEND(&k->ledgerd, site_part, .file = m->file,
	    .offset = m->offset, .path = f->path, .size = f->len,
	    .data = { (const unsigned char *)f->data + m->offset,
	    left < DATA_MAX ? (size_t)left : DATA_MAX });
}

static void
do_checkpoint_sign(void *ctx, const struct msg_checkpoint_sign *m)
{
	struct keyd *k = ctx;
	struct authority *a = &k->authority;
	char text[NOTE_NAME_MAX + 96], note[NOTE_TEXT_MAX];
	struct put t, n;
	struct why w;

	if (!a->ledger_there)
		die(EXIT_PEER, "ledgerd broke the protocol: it has not said "
		    "which ledger to sign for");
	if (authority_may_sign(a, &w) == -1 ||
	    head_advance(&a->head, m->size, m->root, &w) == -1) {
		if (errno != EPERM)
			die(EXIT_SYSTEM, "%s", w.text);
		log_info("checkpoint denied: %s", w.text);
		MSG_SEND(&k->ledgerd, checkpoint_denied, .size = m->size,
		    .message = w.text);
		return;
	}
	put_init(&t, text, sizeof(text));
	checkpoint_format(&t, a->key.note.name, m->size, m->root);
	put_init(&n, note, sizeof(note));
	note_sign(&n, &a->key.note, a->key.secret, text, t.len);
	if (t.err != 0 || n.err != 0)
		die(EXIT_BUG, "checkpoint too long");
	MSG_SEND(&k->ledgerd, checkpoint_signed, .size = m->size,
	    .note = { note, n.len });
}

/*
 * A peer's requests are read only while a reply fits: one that does not read
 * its replies waits for the next.
 */
static bool
runner_fits(const void *ctx)
{
	const struct keyd *k = ctx;

	return chan_fits(&k->runner);
}

static bool
ledgerd_fits(const void *ctx)
{
	const struct keyd *k = ctx;

	return chan_fits(&k->ledgerd);
}

/*
 * The runner's requests carry all that they need, so there is nothing to drop
 * when its conversation starts again.
 */
static const struct chan_row runner_rows[] = {
	CHAN_WHILE(runner_fits),
	CHAN_ON(keyd_info, do_info),
	CHAN_ON(job_decide, do_job_decide),
	CHAN_ON(query_decide, do_query_decide),
};

static const struct chan_row ledgerd_rows[] = {
	CHAN_WHILE(ledgerd_fits),
	CHAN_ON_RESET(do_ledger_reset),
	CHAN_ON(ledger_opened, do_ledger_opened),
	CHAN_ON(site_read, do_site_read),
	CHAN_ON(checkpoint_sign, do_checkpoint_sign),
};

/* Logs that there is no site; exits if a required data disk is missing. */
static void
check_site(const struct site *s, const char *mode)
{
	if (s->absent)
		log_info("no site: no key may sign, every job is refused; "
		    "pass the output of `casemate site DIR' as initrd");
	if (s->settings.data_required && strcmp(mode, "ephemeral") == 0)
		die(EXIT_REFUSED, "there is no data disk, and settings.yaml "
		    "says `data: required'; attach a disk with the serial "
		    "casemate-data");
}

void
serve_open(struct keyd *k, const char *mode)
{
	struct why w;

	if (authority_open(&k->authority, FD_KEYD_STATE, FD_KEYD_SITE,
	    clock_unix_s(), &w) == -1)
		die(EXIT_REFUSED, "%s", w.text);
	close(FD_KEYD_SITE);
	k->authority.mode = mode;
	check_site(&k->authority.site, mode);
	chan_init(&k->runner, FD_KEYD_RUNNER_IN, FD_KEYD_RUNNER_OUT,
	    PEER_KEYD, PEER_RUNNER);
	chan_init(&k->ledgerd, FD_KEYD_LEDGERD_IN, FD_KEYD_LEDGERD_OUT,
	    PEER_KEYD, PEER_LEDGERD);
}

void
serve_turn(struct keyd *k)
{
	struct pollfd pfd[SLOT_N];

	chan_poll(&k->runner, pfd + SLOT_RUNNER);
	chan_poll(&k->ledgerd, pfd + SLOT_LEDGERD);
	if (!chan_fits(&k->runner))
		pfd[SLOT_RUNNER].events = 0;
	if (!chan_fits(&k->ledgerd))
		pfd[SLOT_LEDGERD].events = 0;
	if (poll(pfd, SLOT_N, -1) == -1 && errno != EINTR)
		die_errno("poll");
	chan_flush(&k->runner);
	chan_flush(&k->ledgerd);
	CHAN_DISPATCH(&k->runner, runner_rows, k);
	CHAN_DISPATCH(&k->ledgerd, ledgerd_rows, k);
}
