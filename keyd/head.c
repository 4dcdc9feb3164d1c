#include "head.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "state.h"
#include "lib/wire.h"

#define HEAD_FILE	"head"
#define HEAD_VERSION	"casemate-head@v1"
#define SLOT_STEP	4096	/* no two slots share a sector */
#define SLOTS		2
#define SLOT_LEN	(4 + sizeof(HEAD_VERSION) - 1 + 8 + 8 + 4 + \
			    DIGEST_LEN + STATE_CHECK_LEN)
#define FILE_LEN	(SLOT_STEP + SLOT_LEN)

static void
put_slot(unsigned char slot[SLOT_LEN], const struct head *h)
{
	struct put p;

	put_init(&p, slot, SLOT_LEN);
	put_cstr(&p, HEAD_VERSION);
	put_u64(&p, h->seq);
	put_u64(&p, h->size);
	put_string(&p, h->root, DIGEST_LEN);
	state_check(slot, p.len, slot + p.len);
}

static bool
get_slot(const unsigned char slot[SLOT_LEN], struct head *h)
{
	unsigned char check[STATE_CHECK_LEN];
	char version[sizeof(HEAD_VERSION)];
	struct get g;

	state_check(slot, SLOT_LEN - STATE_CHECK_LEN, check);
	if (memcmp(check, slot + SLOT_LEN - STATE_CHECK_LEN,
	    STATE_CHECK_LEN) != 0)
		return false;
	get_init(&g, slot, SLOT_LEN - STATE_CHECK_LEN);
	get_cstr(&g, version, sizeof(version));
	h->seq = get_u64(&g);
	h->size = get_u64(&g);
	get_fixed(&g, h->root, DIGEST_LEN);
	return get_end(&g) == 0 && strcmp(version, HEAD_VERSION) == 0;
}

int
head_create(int dirfd, struct why *w)
{
	unsigned char file[FILE_LEN] = { 0 };
	struct head h = { .fd = -1 };

	put_slot(file, &h);
	put_slot(file + SLOT_STEP, &h);
	return state_replace(dirfd, HEAD_FILE, file, sizeof(file), w);
}

int
head_open(struct head *h, int dirfd, struct why *w)
{
	unsigned char file[FILE_LEN];
	struct head slot = { .fd = -1 };
	bool found = false;
	size_t len;

	*h = slot;
	if (state_read(dirfd, HEAD_FILE, file, sizeof(file), &len, w) == -1)
		return -1;
	for (size_t i = 0; len == sizeof(file) && i < SLOTS; i++) {
		if (!get_slot(file + i * SLOT_STEP, &slot))
			continue;
		if (!found || slot.seq > h->seq)
			*h = slot;
		found = true;
	}
	if (!found)
		return why_set(w, HEAD_FILE ": damaged, so the newest "
		    "checkpoint is not known; " STATE_ADVICE);
	h->fd = openat(dirfd, HEAD_FILE, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (h->fd == -1)
		return why_set(w, HEAD_FILE ": %s; check the data disk",
		    strerror(errno));
	return 0;
}

void
head_close(struct head *h)
{
	if (h->fd != -1)
		close(h->fd);
	h->fd = -1;
}

static int
refuse(struct why *w, const struct head *h, uint64_t size)
{
	if (size < h->size)
		why_set(w, "a checkpoint of size %" PRIu64 " was signed "
		    "already, so none of size %" PRIu64 " will be: the ledger "
		    "was put back to an older state; put back the newest one",
		    h->size, size);
	else
		why_set(w, "a checkpoint of size %" PRIu64 " with another "
		    "root was signed already: the ledger was changed; put "
		    "back the true one", size);
	errno = EPERM;
	return -1;
}

int
head_advance(struct head *h, uint64_t size,
    const unsigned char root[DIGEST_LEN], struct why *w)
{
	unsigned char slot[SLOT_LEN];
	struct head next = { .fd = h->fd, .seq = h->seq + 1, .size = size };
	bool same = memcmp(root, h->root, DIGEST_LEN) == 0;

	if (h->seq != 0 && (size < h->size || (size == h->size && !same)))
		return refuse(w, h, size);
	if (h->seq != 0 && size == h->size)
		return 0;	/* it is on disk already */
	memcpy(next.root, root, DIGEST_LEN);
	put_slot(slot, &next);
	if (state_write_at(h->fd, slot, sizeof(slot),
	    (size_t)(next.seq % SLOTS) * SLOT_STEP) == -1) {
		int saved = errno;

		why_set(w, HEAD_FILE ": %s; check the data disk",
		    strerror(saved));
		errno = saved;
		return -1;
	}
	*h = next;
	return 0;
}
