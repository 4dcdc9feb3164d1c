#include "nonces.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/sha256.h"
#include "state.h"
#include "lib/wire.h"

#define NONCES_FILE	"nonces"
#define VERSION_1	"casemate-nonces@v1"	/* without owners */
#define VERSION_2	"casemate-nonces@v2"
#define HEAD_LEN	(4 + sizeof(VERSION_2) - 1 + 8 + STATE_CHECK_LEN)
#define RECORD_LEN	(DIGEST_LEN + OWNER_ID_LEN + 8 + STATE_CHECK_LEN)
#define FILE_MAX	(HEAD_LEN + (NONCES_MAX + 1) * RECORD_LEN)
#define TABLE_MIN	1024
#define SECTOR		512	/* the smallest of any disk */

/* The formats that are read; the first is also written. */
static const struct format {
	const char	*version;
	size_t		 owner_len, record_len;
} formats[] = {
	{ VERSION_2, OWNER_ID_LEN, RECORD_LEN },
	{ VERSION_1, 0, RECORD_LEN - OWNER_ID_LEN },
};

#define NFORMATS	(sizeof(formats) / sizeof(formats[0]))

static_assert(sizeof(VERSION_1) == sizeof(VERSION_2), "HEAD_LEN is of both");

static void
put_header(unsigned char head[HEAD_LEN], const char *version, uint64_t floor)
{
	struct put p;

	put_init(&p, head, HEAD_LEN);
	put_cstr(&p, version);
	put_u64(&p, floor);
	state_check(head, p.len, head + p.len);
}

/* Returns the file's format, or NULL if the header is damaged. */
static const struct format *
get_header(const unsigned char head[HEAD_LEN], uint64_t *floor)
{
	unsigned char again[HEAD_LEN];
	struct get g;

	get_init(&g, head + HEAD_LEN - STATE_CHECK_LEN - 8, 8);
	*floor = get_u64(&g);
	for (size_t i = 0; i < NFORMATS; i++) {
		put_header(again, formats[i].version, *floor);
		if (memcmp(again, head, HEAD_LEN) == 0)
			return &formats[i];
	}
	return NULL;
}

static void
put_record(unsigned char record[RECORD_LEN], const struct format *f,
    const struct nonce *n)
{
	struct put p;

	put_init(&p, record, RECORD_LEN);
	put_raw(&p, n->digest, DIGEST_LEN);
	put_raw(&p, n->owner, f->owner_len);
	put_u64(&p, n->not_after);
	state_check(record, p.len, record + p.len);
}

static int
get_record(const unsigned char *record, const struct format *f,
    struct nonce *n)
{
	unsigned char again[RECORD_LEN];
	struct get g;

	*n = (struct nonce){ .not_after = 0 };
	memcpy(n->digest, record, DIGEST_LEN);
	memcpy(n->owner, record + DIGEST_LEN, f->owner_len);
	get_init(&g, record + DIGEST_LEN + f->owner_len, 8);
	n->not_after = get_u64(&g);
	put_record(again, f, n);
	return n->not_after != 0 && memcmp(again, record, f->record_len) == 0 ?
	    0 : -1;
}

/* Returns the digest's place in the table, or a free place for it. */
static struct nonce *
find(const struct nonces *all, const unsigned char digest[DIGEST_LEN])
{
	size_t at = 0;

	for (size_t i = 0; i < sizeof(at); i++)
		at = at << 8 | digest[i];
	for (;; at++) {
		struct nonce *n = &all->table[at & (all->cap - 1)];

		if (n->not_after == 0 ||
		    memcmp(n->digest, digest, DIGEST_LEN) == 0)
			return n;
	}
}

/* Makes room for one more, so that at most half of the table is used. */
static int
grow(struct nonces *all)
{
	struct nonces bigger = *all;

	if (all->cap >= 2 * (all->n + 1))
		return 0;
	bigger.cap = all->cap == 0 ? TABLE_MIN : 2 * all->cap;
	bigger.table = calloc(bigger.cap, sizeof(*bigger.table));
	if (bigger.table == NULL)
		return -1;
	for (size_t i = 0; i < all->cap; i++)
		if (all->table[i].not_after != 0)
			*find(&bigger, all->table[i].digest) = all->table[i];
	free(all->table);
	*all = bigger;
	return 0;
}

static int
insert(struct nonces *all, const struct nonce *n)
{
	if (grow(all) == -1)
		return -1;
	*find(all, n->digest) = *n;
	all->n++;
	return 0;
}

/* Returns the file's bytes for the table; malloc'd, or NULL. */
static unsigned char *
format_file(const struct nonces *all, size_t *lenp)
{
	unsigned char *file = malloc(HEAD_LEN + all->n * RECORD_LEN);
	size_t len = HEAD_LEN;

	if (file == NULL)
		return NULL;
	put_header(file, formats->version, all->floor);
	for (size_t i = 0; i < all->cap; i++) {
		if (all->table[i].not_after == 0)
			continue;
		put_record(file + len, formats, &all->table[i]);
		len += RECORD_LEN;
	}
	*lenp = len;
	return file;
}

/* Opens the file that has this name now, for appending. */
static int
reopen(struct nonces *all)
{
	int fd = openat(all->dirfd, NONCES_FILE, O_WRONLY | O_NOFOLLOW |
	    O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (all->fd != -1)
		close(all->fd);
	all->fd = fd;
	return 0;
}

/* Writes a new file from the table and appends to that from now on. */
static int
rewrite(struct nonces *all, struct why *w)
{
	unsigned char *file;
	size_t len;
	int rc;

	file = format_file(all, &len);
	if (file == NULL)
		return why_set(w, "out of memory");
	rc = state_replace(all->dirfd, NONCES_FILE, file, len, w);
	free(file);
	if (rc == -1)
		return -1;
	if (reopen(all) == -1)
		die_errno(NONCES_FILE);	/* the old one was replaced */
	all->filelen = len;
	return 0;
}

static int
compare_ends(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * Chooses the not_after up to which nonces are dropped: of those that have
 * passed the NONCES_DROPPED'th, or the last.  0 if none has passed.  Returns
 * -1 when out of memory.
 */
static int
choose_floor(const struct nonces *all, uint64_t now, uint64_t *floor)
{
	uint64_t *ends = calloc(all->n + 1, sizeof(*ends));
	size_t n = 0;

	if (ends == NULL)
		return -1;
	for (size_t i = 0; i < all->cap; i++) {
		const uint64_t end = all->table[i].not_after;

		if (end != 0 && end < now)
			ends[n++] = end;
	}
	qsort(ends, n, sizeof(*ends), compare_ends);
	*floor = n == 0 ? 0 :
	    ends[n < NONCES_DROPPED ? n - 1 : NONCES_DROPPED - 1];
	free(ends);
	return 0;
}

/* Makes a table of the nonces that end after the floor. */
static int
keep_above(const struct nonces *all, struct nonces *kept)
{
	kept->table = NULL;
	kept->cap = kept->n = 0;
	for (size_t i = 0; i < all->cap; i++)
		if (all->table[i].not_after > kept->floor &&
		    insert(kept, &all->table[i]) == -1)
			return -1;
	return grow(kept);	/* an empty table needs places, too */
}

/* Drops the nonces that ended first and rewrites the file. */
static int
drop_ended(struct nonces *all, uint64_t now, struct why *w)
{
	struct nonces kept = *all;
	uint64_t floor = 0;
	int rc = choose_floor(all, now, &floor);

	if (rc == 0 && floor == 0)
		return 0;
	kept.floor = floor;
	if (rc == -1 || (rc = keep_above(all, &kept)) == -1)
		why_set(w, "out of memory");
	if (rc == 0)
		rc = rewrite(&kept, w);
	if (rc == -1) {
		if (kept.table != all->table)
			free(kept.table);
		return -1;
	}
	free(all->table);
	*all = kept;
	return 0;
}

static int
damaged(struct why *w)
{
	return why_set(w, NONCES_FILE ": damaged, so it is not known which "
	    "commands ran; put back the data disk from a copy, or give the "
	    "appliance an empty data disk (it will have another identity)");
}

/*
 * A disk writes whole sectors.  If the file had grown and a sector was not
 * written, that sector reads as zeros.  The part of a valid record in a sector
 * is never all zeros.
 */
static bool
has_unwritten_sector(const unsigned char *file, size_t at, size_t len)
{
	const size_t end = at + len;

	while (at < end) {
		size_t next = (at / SECTOR + 1) * SECTOR, i = at;

		if (next > end)
			next = end;
		while (i < next && file[i] == 0)
			i++;
		if (i == next)
			return true;
		at = next;
	}
	return false;
}

/* Whether a power loss can have left this of the last record. */
static bool
is_torn(const unsigned char *file, size_t at, size_t len, size_t record_len)
{
	if (len - at != record_len)
		return len - at < record_len;
	return has_unwritten_sector(file, at, record_len);
}

/*
 * Fills the table from the file's bytes.  Returns 1 if the file must be
 * rewritten, 0 if it can be appended to.
 */
static int
parse_file(struct nonces *all, const unsigned char *file, size_t len,
    struct why *w)
{
	const struct format *f = NULL;
	struct nonce n;

	if (len >= HEAD_LEN)
		f = get_header(file, &all->floor);
	if (f == NULL)
		return damaged(w);
	for (size_t at = HEAD_LEN; at < len; at += f->record_len) {
		if (len - at < f->record_len ||
		    get_record(file + at, f, &n) == -1) {
			if (!is_torn(file, at, len, f->record_len))
				return damaged(w);
			log_info(NONCES_FILE ": the last record was cut short "
			    "by a power loss; its job was never granted");
			return 1;
		}
		if (insert(all, &n) == -1)
			return why_set(w, "out of memory");
	}
	return f != formats;
}

/* Appends to the file from now on, or rewrites it first. */
static int
use_file(struct nonces *all, bool again, struct why *w)
{
	if (grow(all) == -1)	/* an empty table needs places, too */
		return why_set(w, "out of memory");
	if (again)
		return rewrite(all, w);
	if (reopen(all) == -1)
		return why_set(w, NONCES_FILE ": cannot be opened for "
		    "writing: %s; check the disk that it is on",
		    strerror(errno));
	return 0;
}

int
nonces_create(int dirfd, struct why *w)
{
	unsigned char head[HEAD_LEN];

	put_header(head, formats->version, 0);
	return state_replace(dirfd, NONCES_FILE, head, sizeof(head), w);
}

static void
count(struct nonces *all, uint64_t now)
{
	owners_count_begin(&all->owners, now);
	for (size_t i = 0; i < all->cap; i++)
		if (all->table[i].not_after != 0)
			owners_count(&all->owners, all->table[i].owner,
			    all->table[i].not_after);
	owners_count_end(&all->owners);
}

int
nonces_share(struct nonces *all, const struct signers *signers,
    const struct shares *shares, uint64_t now, struct why *w)
{
	owners_free(&all->owners);
	if (owners_init(&all->owners, signers, shares, NONCES_MAX) == -1)
		return why_set(w, "out of memory");
	count(all, now);
	return 0;
}

/* Without a site no places are reserved. */
static int
share_with_all(struct nonces *all, struct why *w)
{
	const struct signers none = { NULL, 0 };
	struct shares shares;

	shares_init(&shares);
	return nonces_share(all, &none, &shares, 0, w);
}

int
nonces_open(struct nonces *all, int dirfd, struct why *w)
{
	unsigned char *file = malloc(FILE_MAX);
	size_t len = 0;
	int rc;

	*all = (struct nonces){ .dirfd = dirfd, .fd = -1 };
	if (file == NULL)
		return why_set(w, "out of memory");
	rc = state_read(dirfd, NONCES_FILE, file, FILE_MAX, &len, w);
	if (rc == 0)
		rc = parse_file(all, file, len, w);
	free(file);
	all->filelen = len;
	if (rc != -1)
		rc = use_file(all, rc == 1, w);
	if (rc == 0)
		rc = share_with_all(all, w);
	if (rc == -1)
		nonces_close(all);
	return rc;
}

void
nonces_close(struct nonces *all)
{
	free(all->table);
	owners_free(&all->owners);
	if (all->fd != -1)
		close(all->fd);
	*all = (struct nonces){ .dirfd = -1, .fd = -1 };
}

/*
 * Appends and syncs one record.  If a full disk left a part of it, truncates
 * the file; if that fails, the file's content is not known.
 */
static int
append(struct nonces *all, const struct nonce *n, struct why *w)
{
	unsigned char record[RECORD_LEN];

	put_record(record, formats, n);
	if (state_write_at(all->fd, record, sizeof(record), all->filelen)
	    == 0) {
		all->filelen += sizeof(record);
		return 0;
	}
	why_set(w, "the command's nonce cannot be recorded (%s); free space "
	    "on the appliance's data disk, or replace it", strerror(errno));
	if (ftruncate(all->fd, (off_t)all->filelen) == -1 ||
	    fdatasync(all->fd) == -1)
		die_errno(NONCES_FILE);
	return -1;
}

/* Counts again if the last count would refuse. */
static enum owners_room
find_room(struct nonces *all, const struct nonce *n, uint64_t now)
{
	enum owners_room room;

	if (owners_stale(&all->owners, now))
		count(all, now);
	room = owners_room(&all->owners, n->owner);
	if (room == ROOM_FREE || all->owners.counted_at == now)
		return room;
	count(all, now);
	return owners_room(&all->owners, n->owner);
}

/* Returns NONCE_FRESH if there is room, else NONCE_FULL or _FAILED with *w. */
static enum nonce_result
make_room(struct nonces *all, const struct nonce *n, const char *principal,
    uint64_t now, struct why *w)
{
	enum owners_room room = find_room(all, n, now);

	if (room == ROOM_FREE && all->n >= NONCES_MAX) {
		if (drop_ended(all, now, w) == -1)
			return NONCE_FAILED;
		if (all->n >= NONCES_MAX)
			room = ROOM_NONE;
	}
	if (room != ROOM_FREE) {
		owners_refuse(&all->owners, room, principal, w);
		return NONCE_FULL;
	}
	if (grow(all) == 0)
		return NONCE_FRESH;
	why_set(w, "out of memory");
	return NONCE_FAILED;
}

enum nonce_result
nonces_take(struct nonces *all, const struct nonce_of *of, uint64_t now,
    struct why *w)
{
	struct nonce n = { .not_after = of->not_after };
	enum nonce_result rc;

	sha256(of->nonce, of->len, n.digest);
	owner_id(n.owner, of->principal);
	if (find(all, n.digest)->not_after != 0)
		return NONCE_USED;
	if (of->not_after <= all->floor)
		return NONCE_ENDED;
	if ((rc = make_room(all, &n, of->principal, now, w)) != NONCE_FRESH)
		return rc;
	if (append(all, &n, w) == -1)
		return NONCE_FAILED;
	*find(all, n.digest) = n;
	all->n++;
	owners_add(&all->owners, n.owner, n.not_after);
	return NONCE_FRESH;
}
