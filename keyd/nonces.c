#include "nonces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sha256.h"
#include "state.h"
#include "wire.h"

#define NONCES_FILE	"nonces"
#define NONCES_VERSION	"casemate-nonces@v1"
#define HEAD_LEN	(4 + sizeof(NONCES_VERSION) - 1 + 8 + STATE_CHECK_LEN)
#define RECORD_LEN	(DIGEST_LEN + 8 + STATE_CHECK_LEN)
#define FILE_MAX	(HEAD_LEN + (NONCES_MAX + 1) * RECORD_LEN)
#define TABLE_MIN	1024

static void
put_header(unsigned char head[HEAD_LEN], uint64_t floor)
{
	struct put p;

	put_init(&p, head, HEAD_LEN);
	put_cstr(&p, NONCES_VERSION);
	put_u64(&p, floor);
	state_check(head, p.len, head + p.len);
}

static int
get_header(const unsigned char head[HEAD_LEN], uint64_t *floor)
{
	unsigned char again[HEAD_LEN];
	struct get g;

	get_init(&g, head + HEAD_LEN - STATE_CHECK_LEN - 8, 8);
	*floor = get_u64(&g);
	put_header(again, *floor);
	return memcmp(again, head, HEAD_LEN) == 0 ? 0 : -1;
}

static void
put_record(unsigned char record[RECORD_LEN], const struct nonce *n)
{
	struct put p;

	put_init(&p, record, RECORD_LEN);
	put_raw(&p, n->digest, DIGEST_LEN);
	put_u64(&p, n->not_after);
	state_check(record, p.len, record + p.len);
}

static int
get_record(const unsigned char record[RECORD_LEN], struct nonce *n)
{
	unsigned char again[RECORD_LEN];
	struct get g;

	memcpy(n->digest, record, DIGEST_LEN);
	get_init(&g, record + DIGEST_LEN, 8);
	n->not_after = get_u64(&g);
	put_record(again, n);
	return n->not_after != 0 && memcmp(again, record, RECORD_LEN) == 0 ?
	    0 : -1;
}

/* The digest's place in the table, or the free place where it belongs. */
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

/* Makes room for one more: at most half of the places are taken. */
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

/* All live nonces as the file's bytes; malloc'd, or NULL. */
static unsigned char *
format_file(const struct nonces *all, size_t *lenp)
{
	unsigned char *file = malloc(HEAD_LEN + all->n * RECORD_LEN);
	size_t len = HEAD_LEN;

	if (file == NULL)
		return NULL;
	put_header(file, all->floor);
	for (size_t i = 0; i < all->cap; i++) {
		if (all->table[i].not_after == 0)
			continue;
		put_record(file + len, &all->table[i]);
		len += RECORD_LEN;
	}
	*lenp = len;
	return file;
}

/* Goes on with the file that has this name now. */
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

/* Writes a new file of the table and goes on with that. */
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
		die_errno(NONCES_FILE);	/* the old one is gone by now */
	all->filelen = len;
	return 0;
}

/* The file has just what the table has: nothing ended, nothing is torn. */
static bool
is_current(const struct nonces *all, const struct nonces *live)
{
	return live->n == all->n &&
	    all->filelen == HEAD_LEN + all->n * RECORD_LEN;
}

/* Brings the file up to the table, with a new one only if it must be. */
static int
sync_file(const struct nonces *all, struct nonces *live, struct why *w)
{
	if (!is_current(all, live))
		return rewrite(live, w);
	if (live->fd == -1 && reopen(live) == -1)
		return why_set(w, NONCES_FILE ": cannot be opened for "
		    "writing: %s; check the disk that it is on",
		    strerror(errno));
	return 0;
}

/* A table of what is live now; the floor rises over the rest. */
static int
prune(struct nonces *all, uint64_t now, struct why *w)
{
	struct nonces live = { .dirfd = all->dirfd, .fd = all->fd,
	    .floor = all->floor, .filelen = all->filelen };

	for (size_t i = 0; i < all->cap; i++) {
		const struct nonce *n = &all->table[i];

		if (n->not_after >= now) {
			if (insert(&live, n) == -1)
				goto bad;
		} else if (n->not_after > live.floor) {
			live.floor = n->not_after;
		}
	}
	if (grow(&live) == -1)		/* an empty table too has places */
		goto bad;
	if (sync_file(all, &live, w) == -1) {
		free(live.table);
		return -1;
	}
	free(all->table);
	*all = live;
	return 0;
bad:
	free(live.table);
	return why_set(w, "out of memory");
}

/* Fills the table from the file's bytes. */
static int
parse_file(struct nonces *all, const unsigned char *file, size_t len,
    struct why *w)
{
	struct nonce n;

	if (len < HEAD_LEN || get_header(file, &all->floor) == -1)
		goto damaged;
	for (size_t at = HEAD_LEN; at < len; at += RECORD_LEN) {
		bool torn = len - at <= RECORD_LEN;

		if (len - at < RECORD_LEN ||
		    get_record(file + at, &n) == -1) {
			if (!torn)
				goto damaged;
			log_info(NONCES_FILE ": the last record was cut short "
			    "by a power loss; its job was never granted");
			break;
		}
		if (insert(all, &n) == -1)
			return why_set(w, "out of memory");
	}
	return 0;
damaged:
	return why_set(w, NONCES_FILE ": damaged, so it is not known which "
	    "commands ran; put back the data disk from a copy, or give the "
	    "appliance an empty data disk (it will have another identity)");
}

int
nonces_create(int dirfd, struct why *w)
{
	unsigned char head[HEAD_LEN];

	put_header(head, 0);
	return state_replace(dirfd, NONCES_FILE, head, sizeof(head), w);
}

int
nonces_open(struct nonces *all, int dirfd, uint64_t now, struct why *w)
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
	if (rc == 0)
		rc = prune(all, now, w);
	if (rc == -1)
		nonces_close(all);
	return rc;
}

void
nonces_close(struct nonces *all)
{
	free(all->table);
	if (all->fd != -1)
		close(all->fd);
	*all = (struct nonces){ .dirfd = -1, .fd = -1 };
}

/*
 * Appends and syncs one record.  What a full disk left of it is cut off again;
 * where even that fails nobody knows what is in the file.
 */
static int
append(struct nonces *all, const struct nonce *n, struct why *w)
{
	unsigned char record[RECORD_LEN];

	put_record(record, n);
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

enum nonce_result
nonces_take(struct nonces *all, const void *nonce, size_t len,
    uint64_t not_after, uint64_t now, struct why *w)
{
	struct nonce n = { .not_after = not_after };

	sha256(nonce, len, n.digest);
	if (find(all, n.digest)->not_after != 0)
		return NONCE_USED;
	if (not_after <= all->floor)
		return NONCE_ENDED;
	if (all->n >= NONCES_MAX && prune(all, now, w) == -1)
		return NONCE_FAILED;
	if (all->n >= NONCES_MAX)
		return NONCE_FULL;
	if (grow(all) == -1) {
		why_set(w, "out of memory");
		return NONCE_FAILED;
	}
	if (append(all, &n, w) == -1)
		return NONCE_FAILED;
	*find(all, n.digest) = n;
	all->n++;
	return NONCE_FRESH;
}
