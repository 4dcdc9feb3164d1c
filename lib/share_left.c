#include "share_left.h"

#include <errno.h>
#include <string.h>

#include "log.h"

/* Where it is, or the list's end. */
static size_t
find(const struct share_left *l, enum share share, const char *signer)
{
	size_t i = 0;

	while (i < l->n && (l->list[i].share != share ||
	    strcmp(l->list[i].signer, signer) != 0))
		i++;
	return i;
}

uint64_t
share_left_of(const struct share_left *l, enum share share, const char *signer)
{
	const size_t i = find(l, share, signer);

	return i == l->n ? UINT64_MAX : l->list[i].left;
}

uint64_t *
share_left_entry(struct share_left *l, enum share share, const char *signer,
    uint64_t whole)
{
	const size_t i = find(l, share, signer);

	if (i == SHARE_LEFT_MAX)
		die(EXIT_BUG, "more than %d shares are taken", SHARE_LEFT_MAX);
	if (i == l->n) {
		memcpy(l->list[i].signer, signer, strlen(signer) + 1);
		l->list[i].share = share;
		l->list[i].left = whole;
		l->n++;
	}
	return &l->list[i].left;
}

void
share_left_put(struct put *p, const struct share_left *l)
{
	put_u32(p, (uint32_t)l->n);
	for (size_t i = 0; i < l->n; i++) {
		put_cstr(p, l->list[i].signer);
		put_u8(p, (uint8_t)l->list[i].share);
		put_u64(p, l->list[i].left);
	}
}

static void
get_left(struct get *g, struct share_left *l)
{
	uint8_t share;

	get_cstr(g, l->list[l->n].signer, sizeof(l->list[l->n].signer));
	share = get_u8(g);
	if (share >= SHARE_COUNT)
		g->err = EBADMSG;
	l->list[l->n].share = (enum share)share;
	l->list[l->n].left = get_u64(g);
	l->n++;
}

void
share_left_get(struct get *g, struct share_left *l)
{
	uint32_t n = get_u32(g);

	l->n = 0;
	if (n > SHARE_LEFT_MAX)
		g->err = EBADMSG;
	while (g->err == 0 && l->n < n)
		get_left(g, l);
}
