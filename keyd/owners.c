#include "owners.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/command.h"
#include "lib/sha256.h"

#define COUNT_EVERY_S	60	/* a count reads about 7 MiB of memory */

void
owner_id(unsigned char id[OWNER_ID_LEN], const char *principal)
{
	unsigned char digest[SHA256_LEN];

	sha256(principal, strlen(principal), digest);
	memcpy(id, digest, OWNER_ID_LEN);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, ((const struct owner *)b)->id, OWNER_ID_LEN);
}

static struct owner *
find(const struct owners *all, const unsigned char id[OWNER_ID_LEN])
{
	if (all->n == 0)
		return NULL;
	return bsearch(id, all->list, all->n, sizeof(*all->list), compare);
}

/* A principal with several keys is one owner. */
static void
add_owner(struct owners *all, const char *principal)
{
	struct owner o = { .live = 0 };
	size_t at = 0;

	owner_id(o.id, principal);
	if (find(all, o.id) != NULL)
		return;
	while (at < all->n && compare(o.id, &all->list[at]) > 0)
		at++;
	memmove(all->list + at + 1, all->list + at,
	    (all->n - at) * sizeof(o));
	all->list[at] = o;
	all->n++;
}

int
owners_init(struct owners *all, const struct signers *signers,
    const struct shares *shares, size_t places)
{
	*all = (struct owners){ .shares = *shares, .places = places };
	all->list = calloc(signers->n + 1, sizeof(*all->list));
	if (all->list == NULL)
		return -1;
	for (size_t i = 0; i < signers->n; i++)
		add_owner(all, signers->list[i].principal);
	all->limit = shares_part(shares, SHARE_NONCES, places);
	all->reserve = all->n == 0 ? 0 : places / 2 / all->n;
	if (all->reserve > all->limit)
		all->reserve = all->limit;
	return 0;
}

void
owners_free(struct owners *all)
{
	free(all->list);
	*all = (struct owners){ .n = 0 };
}

void
owners_count_begin(struct owners *all, uint64_t now)
{
	all->counted_at = now;
	all->pledged = 0;
	all->first_end = UINT64_MAX;
	for (size_t i = 0; i < all->n; i++) {
		all->list[i].live = 0;
		all->list[i].first_end = UINT64_MAX;
	}
}

static void
note_end(uint64_t *first, uint64_t not_after)
{
	if (not_after < *first)
		*first = not_after;
}

/* Whether its command's window cannot have begun yet. */
static bool
is_ahead(uint64_t not_after, uint64_t now)
{
	return not_after > now &&
	    not_after - now > COMMAND_WINDOW_MAX + COMMAND_SKEW_MAX;
}

void
owners_count(struct owners *all, const unsigned char id[OWNER_ID_LEN],
    uint64_t not_after)
{
	struct owner *o = find(all, id);

	if (not_after < all->counted_at)
		return;
	note_end(&all->first_end, not_after);
	if (o == NULL || is_ahead(not_after, all->counted_at)) {
		all->pledged++;
		return;
	}
	o->live++;
	note_end(&o->first_end, not_after);
}

void
owners_count_end(struct owners *all)
{
	for (size_t i = 0; i < all->n; i++)
		all->pledged += all->list[i].live > all->reserve ?
		    all->list[i].live : all->reserve;
}

void
owners_add(struct owners *all, const unsigned char id[OWNER_ID_LEN],
    uint64_t not_after)
{
	struct owner *o = find(all, id);

	note_end(&all->first_end, not_after);
	if (o == NULL || o->live >= all->reserve)
		all->pledged++;
	if (o == NULL)
		return;
	o->live++;
	note_end(&o->first_end, not_after);
}

enum owners_room
owners_room(const struct owners *all, const unsigned char id[OWNER_ID_LEN])
{
	const struct owner *o = find(all, id);

	if (o != NULL && o->live >= all->limit)
		return ROOM_LIMIT;
	if (o != NULL && o->live < all->reserve)
		return ROOM_FREE;
	return all->pledged < all->places ? ROOM_FREE : ROOM_NONE;
}

bool
owners_stale(const struct owners *all, uint64_t now)
{
	return now < all->counted_at || now - all->counted_at > COUNT_EVERY_S;
}

int
owners_refuse(const struct owners *all, enum owners_room room,
    const char *principal, struct why *w)
{
	unsigned char id[OWNER_ID_LEN];
	const struct owner *o;
	struct why share;

	owner_id(id, principal);
	o = find(all, id);
	if (room == ROOM_LIMIT && o != NULL) {
		shares_refuse(&all->shares, SHARE_NONCES, principal, &share);
		return why_set(w, "%s; the first of these %zu ends in %" PRIu64
		    " s", share.text, o->live, o->first_end - all->counted_at);
	}
	return why_set(w, "the appliance has no place for one more nonce: of "
	    "%zu, what is not taken is reserved for signers who have fewer "
	    "than %zu; submit again in %" PRIu64 " s, when the first of the "
	    "commands has ended", all->places, all->reserve,
	    all->first_end == UINT64_MAX ? 0 :
	    all->first_end - all->counted_at);
}
