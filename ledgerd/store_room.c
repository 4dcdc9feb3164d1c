/*
 * The room of the ledger's file: see store.h.
 */
#include "store.h"

#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PAGE_HEAD	16		/* before a value in its own pages */
#define NODE_HEAD	10		/* of an entry, with its pointer */
#define ROOM_STEP	(256u << 10)	/* few calls, little waste */
#define ZEROS		(64u << 10)	/* as many in one write */
/*
 * Pages that a transaction writes besides those of its leaves: in each of four
 * trees (our two tables, LMDB's list of tables, its free list) the path from
 * the root to the last page, page splits, and entries of the free list.
 */
#define PAGES_FIXED	96

uint64_t
store_room_needed(size_t leaves, size_t bytes)
{
	uint64_t pages = bytes / PAGE + 2 * leaves + leaves / 32 + PAGES_FIXED;

	return pages * PAGE;
}

/*
 * Writes zeros where the next transactions will write.  These then overwrite
 * blocks that the file has, so that their flushes write no metadata of the file
 * system.  The zeros themselves are flushed with the next commit.
 */
static int
write_zeros(int fd, uint64_t from, uint64_t end)
{
	static const char zeros[ZEROS];

	while (from < end) {
		size_t len = end - from < ZEROS ? (size_t)(end - from) : ZEROS;
		ssize_t n = pwrite(fd, zeros, len, (off_t)from);

		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0)
			from += (uint64_t)n;
	}
	return 0;
}

/*
 * Allocates disk blocks at the end of the file.  On a file system without
 * fallocate(2) it only extends the file: store_open() expects the length that
 * LMDB records, and LMDB does not write every page that it counts.
 */
static int
allocate(int fd, uint64_t from, uint64_t end)
{
	int rc;

	do
		rc = fallocate(fd, 0, (off_t)from, (off_t)(end - from));
	while (rc == -1 && errno == EINTR);
	if (rc == -1 && errno == EOPNOTSUPP)
		rc = ftruncate(fd, (off_t)end);
	return rc;
}

int
store_make_room(struct store *s, uint64_t need)
{
	MDB_envinfo info;
	uint64_t used, end;
	off_t size;
	int fd, rc;

	mdb_env_info(s->env, &info);
	used = ((uint64_t)info.me_last_pgno + 1) * PAGE;
	if (used + need > info.me_mapsize)
		return MDB_MAP_FULL;
	if (used + need <= s->room)
		return 0;
	end = (used + need + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
	if (end > info.me_mapsize)
		end = info.me_mapsize;
	mdb_env_get_fd(s->env, &fd);
	size = lseek(fd, 0, SEEK_END);
	if (allocate(fd, s->room, end) == -1 ||
	    write_zeros(fd, s->room > used ? s->room : used, end) == -1) {
		rc = errno;	/* free what was allocated */
		(void)!ftruncate(fd, size);
		return rc;
	}
	s->room = end;
	return 0;
}

uint64_t
store_room(const struct store *s, uint64_t kept)
{
	const uint64_t fixed = kept + store_room_needed(1, 0);
	uint64_t used, end;
	struct statvfs st;
	MDB_envinfo info;
	int fd;

	mdb_env_info(s->env, &info);
	mdb_env_get_fd(s->env, &fd);
	if (fstatvfs(fd, &st) == -1)
		return 0;
	used = ((uint64_t)info.me_last_pgno + 1) * PAGE + fixed;
	end = s->room + (uint64_t)st.f_bavail * st.f_frsize;
	if (end > info.me_mapsize)
		end = info.me_mapsize;
	return used < end ? end - used : 0;
}

/* A leaf over half a page gets its own pages.  Each leaf adds two nodes. */
uint64_t
store_cost(size_t len)
{
	const uint64_t hashes = 2 * (NODE_HEAD + STORE_KEY + TREE_HASH);

	if (len <= PAGE / 2)
		return len + NODE_HEAD + STORE_KEY + hashes;
	return (len + PAGE_HEAD + PAGE - 1) / PAGE * PAGE + hashes;
}
