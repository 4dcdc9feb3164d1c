#include "prove.h"

#include <string.h>

#include "runner.h"
#include "say.h"

static void
leave(struct proves *p, size_t i)
{
	if (i == 0 && p->asked)
		p->orphan = true;
	p->n--;
	memmove(&p->list[i], &p->list[i + 1],
	    (p->n - i) * sizeof(p->list[0]));
}

void
prove_join(struct runner *r, uint32_t conn, const struct client_prove *m)
{
	struct proves *p = &r->proves;

	if (p->n == PROVES_MAX) {
		say_busy(r, conn, REASON_BUSY, "too many clients wait for "
		    "proofs; try again");
		return;
	}
	p->list[p->n++] = (struct prove){ .conn = conn, .first = m->first,
	    .second = m->second, .deadline_ms = now_ms() + PROVE_MS };
}

static size_t
find(const struct proves *p, uint32_t conn)
{
	size_t i = 0;

	while (i < p->n && p->list[i].conn != conn)
		i++;
	return i;
}

bool
prove_has(const struct proves *p, uint32_t conn)
{
	return find(p, conn) != p->n;
}

bool
prove_leave(struct proves *p, uint32_t conn)
{
	const size_t i = find(p, conn);

	if (i == p->n)
		return false;
	leave(p, i);
	return true;
}

void
prove_clear(struct proves *p)
{
	p->n = 0;
	p->orphan = p->asked;
}

static void
refuse_first(struct runner *r, enum reason reason, const char *message)
{
	say_busy(r, r->proves.list[0].conn, reason, message);
	leave(&r->proves, 0);
}

void
prove_refuse(struct runner *r, enum reason reason, const char *message)
{
	while (r->proves.n != 0)
		refuse_first(r, reason, message);
}

/* Takes a reply: false when it is not ours. */
static bool
take_reply(struct proves *p, uint32_t seq, bool *orphanp)
{
	if (!p->asked || p->seq != seq)
		return false;
	*orphanp = p->orphan;
	p->asked = p->orphan = false;
	return true;
}

bool
prove_done(struct runner *r, const struct msg_ledger_proof *m)
{
	struct proves *p = &r->proves;
	bool orphan;

	if (!take_reply(p, m->seq, &orphan))
		return false;
	if (!orphan) {
		say_proof(r, p->list[0].conn, m);
		leave(p, 0);
	}
	return true;
}

bool
prove_failed(struct runner *r, uint32_t seq, const char *message)
{
	bool orphan;

	if (!take_reply(&r->proves, seq, &orphan))
		return false;
	if (!orphan)
		refuse_first(r, REASON_LEDGER, message);
	return true;
}

void
prove_ledger_reset(struct proves *p)
{
	p->asked = p->orphan = false;
}

void
prove_turn(struct runner *r)
{
	struct proves *p = &r->proves;

	if (p->n == 0 || p->asked || !r->ledgerd_up ||
	    !chan_fits(&r->ledgerd))
		return;
	p->asked = true;
	p->seq = say_prove(r, p->list[0].first, p->list[0].second, 0);
}

uint64_t
prove_deadline(const struct proves *p)
{
	return p->n == 0 ? UINT64_MAX : p->list[0].deadline_ms;
}

void
prove_timeout(struct runner *r)
{
	while (prove_deadline(&r->proves) <= now_ms())
		refuse_first(r, REASON_LEDGER, LEDGERD_SILENT);
}
