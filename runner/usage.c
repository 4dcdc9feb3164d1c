#include "usage.h"

#include <string.h>

#include "lib/log.h"
#include "runner.h"

enum {
#define SHARE(name, setting, least, most, usual, what, todo) MOST_##name = most,
#include "lib/share.def"
#undef SHARE
};
_Static_assert(MOST_JOBS == JOB_SLOTS, "of all slots, as share.def says");
_Static_assert(MOST_READS == QUERIES, "of all readers, as share.def says");

static uint64_t
whole(const struct runner *r, enum share share)
{
	if (share == SHARE_BUNDLES)
		return shares_part(&r->shares, share, r->budget.total);
	if (share == SHARE_LEDGER)
		return shares_part(&r->shares, share, r->usage.room);
	return r->shares.most[share];
}

static void
take(const struct runner *r, struct share_left *l, enum share share,
    const char *signer, uint64_t n)
{
	uint64_t *left;

	if (n == 0 || signer[0] == '\0')
		return;
	left = share_left_entry(l, share, signer, whole(r, share));
	*left -= n < *left ? n : *left;
}

static void
take_jobs(const struct runner *r, const struct job *asking,
    struct share_left *l)
{
	for (int i = 0; i < JOB_SLOTS; i++) {
		const struct job *j = &r->jobs[i];

		if (j->state == JOB_FREE || j == asking)
			continue;
		take(r, l, SHARE_JOBS, j->who.submitter, 1);
		take(r, l, SHARE_BUNDLES, j->who.submitter, j->bundle.len);
	}
}

static void
take_queries(const struct runner *r, struct share_left *l)
{
	for (int i = 0; i < QUERIES; i++)
		if (r->queries[i].state != QUERY_FREE)
			take(r, l, SHARE_READS, r->queries[i].who.submitter,
			    1);
}

/*
 * Only signers who have used theirs up.  There are more of them than places in
 * the list only when the ledger is full.
 */
static void
take_leaves(const struct runner *r, struct share_left *l)
{
	const uint64_t part = whole(r, SHARE_LEDGER);

	for (size_t i = 0; i < r->usage.n && l->n < SHARE_LEFT_MAX; i++)
		if (r->usage.by[i].bytes >= part)
			take(r, l, SHARE_LEDGER, r->usage.by[i].signer, part);
}

/* Only while requests wait: a single signer may have all of it. */
static void
take_keyd(const struct runner *r, struct share_left *l)
{
	const uint64_t limit = now_ms() + USAGE_KEYD_MS;

	if (r->keyd_queue.n == 0)
		return;
	for (size_t i = 0; i < r->usage.n && l->n < SHARE_LEFT_MAX; i++)
		if (r->usage.by[i].even_ms > limit)
			take(r, l, SHARE_KEYD, r->usage.by[i].signer,
			    UINT64_MAX);
}

void
usage_left(const struct runner *r, const struct job *asking,
    struct share_left *l)
{
	l->n = 0;
	take_jobs(r, asking, l);
	take_queries(r, l);
	take_leaves(r, l);
	take_keyd(r, l);
}

static size_t
entry(struct usage *t, const char *signer)
{
	size_t i = 0;

	while (i < t->n && strcmp(t->by[i].signer, signer) != 0)
		i++;
	if (i < t->n)
		return i;
	if (t->n == SIGNERS_MAX)
		die(EXIT_PEER, "keyd names more signers than a site can have");
	memcpy(t->by[t->n++].signer, signer, strlen(signer) + 1);
	return i;
}

void
usage_add_leaf(struct runner *r, const char *signer, uint64_t bytes)
{
	if (signer[0] != '\0')
		r->usage.by[entry(&r->usage, signer)].bytes += bytes;
}

void
usage_add_keyd(struct runner *r, const char *signer, uint64_t ms)
{
	const uint64_t percent = r->shares.most[SHARE_KEYD], now = now_ms();
	uint64_t *even;

	if (signer[0] == '\0')
		return;
	even = &r->usage.by[entry(&r->usage, signer)].even_ms;
	*even = (*even > now ? *even : now) + ms * (100 - percent) / percent;
}
