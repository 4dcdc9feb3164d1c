#include "serve.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

#include "decide.h"
#include "lib/clock.h"
#include "lib/log.h"

#define ANSWER_MAX	81920	/* the longest: JOB_GRANT */

/* An answer under way: only one at a time. */
static unsigned char answer[ANSWER_MAX];

static void
check_end(struct get *g, const char *what)
{
	if (get_end(g) == -1)
		die(EXIT_PEER, "malformed %s", what);
}

static void
do_keyd_info(struct keyd *k, struct get *g)
{
	struct put p;

	check_end(g, "KEYD_INFO");
	put_init(&p, answer, sizeof(answer));
	put_cstr(&p, k->authority.vkey);
	put_cstr(&p, k->authority.mode);
	shares_put(&p, &k->authority.site.settings.shares);
	chan_send(&k->runner, MSG_KEYD_INFO_IS, &p);
}

static void
put_deny(struct put *p, uint32_t seq, const struct decision *d)
{
	put_u32(p, seq);
	put_u8(p, (uint8_t)d->reason);
	put_cstr(p, d->why.text);
	put_u8(p, d->signed_command);
	who_put(p, &d->who);
}

static void
put_explained(struct put *p, uint32_t seq, const struct decision *d)
{
	put_u32(p, seq);
	put_u8(p, d->reason == 0);
	put_string(p, d->explanation, d->explanation_len);
	put_cstr(p, d->who.submitter);
}

static struct bytes
get_bytes(struct get *g)
{
	struct bytes b;

	b.p = get_string(g, &b.len, SUBMIT_MAX);
	return b;
}

static void
do_job_decide(struct keyd *k, struct get *g)
{
	static struct decision d;	/* too large for a stack's liking */
	static struct submission s;
	struct put p;
	uint32_t seq;

	seq = get_u32(g);
	runtimes_get(g, &s.runtimes);
	share_left_get(g, &s.left);
	s.command = get_bytes(g);
	s.command_sig = get_bytes(g);
	s.manifest = get_bytes(g);
	s.manifest_sig = get_bytes(g);
	check_end(g, "JOB_DECIDE");
	decide(&k->authority, &s, clock_unix_s(), &d);
	put_init(&p, answer, sizeof(answer));
	if (d.measure) {
		put_u32(&p, seq);
		put_cstr(&p, d.grant.manifest.runtime);
		put_cstr(&p, d.who.submitter);
		chan_send(&k->runner, MSG_JOB_MEASURE, &p);
	} else if (d.explained) {
		put_explained(&p, seq, &d);
		chan_send(&k->runner, MSG_JOB_EXPLAINED, &p);
	} else if (d.reason != 0) {
		put_deny(&p, seq, &d);
		chan_send(&k->runner, MSG_JOB_DENY, &p);
	} else {
		put_u32(&p, seq);
		grant_put(&p, &d.grant);
		chan_send(&k->runner, MSG_JOB_GRANT, &p);
	}
	grant_free(&d.grant);
}

/* Who ordered what, as far as it was verified and read. */
static void
put_reading(struct put *p, const struct decision *d)
{
	put_u8(p, (uint8_t)d->command.verb);
	put_u64(p, d->command.first);
	put_u32(p, d->command.count);
	put_cstr(p, d->command.job);
	put_cstr(p, d->who.job);
	put_cstr(p, d->who.submitter);
	put_string(p, d->who.command_sha256, DIGEST_LEN);
}

static void
do_read_decide(struct keyd *k, struct get *g)
{
	static struct decision d;
	static struct read_order o;
	struct put p;
	uint32_t seq;

	seq = get_u32(g);
	share_left_get(g, &o.left);
	o.command = get_bytes(g);
	o.command_sig = get_bytes(g);
	kept_jobs_get(g, &o.jobs);
	check_end(g, "READ_DECIDE");
	decide_reading(&k->authority, &o, clock_unix_s(), &d);
	if (d.reason == REASON_COMMAND)		/* half read, perhaps */
		memset(&d.command, 0, sizeof(d.command));
	put_init(&p, answer, sizeof(answer));
	put_u32(&p, seq);
	if (d.reason != 0) {
		put_u8(&p, (uint8_t)d.reason);
		put_cstr(&p, d.why.text);
		put_u8(&p, d.signed_command);
	}
	put_reading(&p, &d);
	chan_send(&k->runner, d.reason != 0 ? MSG_QUERY_DENY : MSG_QUERY_GRANT,
	    &p);
	grant_free(&d.grant);
}

static void
do_checkpoint_sign(struct keyd *k, struct get *g)
{
	struct authority *a = &k->authority;
	char text[NOTE_NAME_MAX + 96], note[NOTE_NAME_MAX * 2 + 256];
	unsigned char root[DIGEST_LEN];
	struct put t, n, p;
	struct why w;
	uint64_t size;

	size = get_u64(g);
	get_fixed(g, root, sizeof(root));
	check_end(g, "CHECKPOINT_SIGN");
	put_init(&p, answer, sizeof(answer));
	put_u64(&p, size);
	if (head_advance(&a->head, size, root, &w) == -1) {
		if (errno != EPERM)
			die(EXIT_SYSTEM, "%s", w.text);
		log_info("checkpoint denied: %s", w.text);
		put_cstr(&p, w.text);
		chan_send(&k->ledgerd, MSG_CHECKPOINT_DENIED, &p);
		return;
	}
	put_init(&t, text, sizeof(text));
	checkpoint_format(&t, a->key.note.name, size, root);
	put_init(&n, note, sizeof(note));
	note_sign(&n, &a->key.note, a->key.secret, text, t.len);
	if (t.err != 0 || n.err != 0)
		die(EXIT_BUG, "checkpoint too long");
	put_string(&p, note, n.len);
	chan_send(&k->ledgerd, MSG_CHECKPOINT_SIGNED, &p);
}

/* Who may ask what; msg.def says what else can never come. */
static const struct {
	enum msg	 type;
	void		(*handle)(struct keyd *, struct get *);
} requests[] = {
	{ MSG_KEYD_INFO, do_keyd_info },
	{ MSG_JOB_DECIDE, do_job_decide },
	{ MSG_QUERY_DECIDE, do_read_decide },
	{ MSG_CHECKPOINT_SIGN, do_checkpoint_sign },
};

static void
dispatch(struct keyd *k, enum msg type, struct get *g)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].type == type) {
			requests[i].handle(k, g);
			return;
		}
	die(EXIT_PEER, "message 0x%x is no request", (unsigned)type);
}

/*
 * Reads while there is room for answers: who does not read them waits for its
 * next.  Requests carry all that they need, so a conversation that starts anew
 * leaves nothing to drop.
 */
static void
serve_chan(struct keyd *k, struct chan *c)
{
	enum chan_event event;
	enum msg type;
	struct get g;

	chan_flush(c);
	while (chan_room(c) >= ANSWER_MAX &&
	    (event = chan_next(c, &type, &g)) != CHAN_NONE)
		if (event == CHAN_MSG)
			dispatch(k, type, &g);
}

void
serve_turn(struct keyd *k)
{
	struct pollfd pfd[4];

	chan_poll(&k->runner, pfd);
	chan_poll(&k->ledgerd, pfd + 2);
	if (chan_room(&k->runner) < ANSWER_MAX)
		pfd[0].events = 0;
	if (chan_room(&k->ledgerd) < ANSWER_MAX)
		pfd[2].events = 0;
	if (poll(pfd, 4, -1) == -1 && errno != EINTR)
		die_errno("poll");
	serve_chan(k, &k->runner);
	serve_chan(k, &k->ledgerd);
}
