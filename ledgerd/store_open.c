/* Opening the ledger and checking its tip: see store.h. */
#include "store.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/filekind.h"
#include "lib/log.h"

#define TABLES		3
#define DATA		"data.mdb"
#define NEW		"new"		/* folder of an unfinished ledger */

#define NOT_A_LEDGER	"data.mdb is not a ledger: is this the right data " \
	"disk?  It was left as it is; start with another disk, or move that " \
	"file away"

#define NOT_THIS_FORMAT	"data.mdb is LMDB's but neither a " STORE_FORMAT \
	" nor a " STORE_FORMAT_OLD "; it was left as it is: start with " \
	"another disk, or move that file away"

static noreturn void
assert_failed(MDB_env *env, const char *text)
{
	(void)env;
	die(EXIT_SYSTEM, STORE_DAMAGED "%s" STORE_REPAIR, text);
}

/* The message for an error of LMDB or the system. */
static int
explain(struct why *w, const char *what, int rc)
{
	if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG)
		return why_set(w, "%s: the data disk is full; enlarge it or "
		    "start with a larger one", what);
	if (rc == MDB_MAP_FULL)
		return why_set(w, "%s: data.mdb has reached its largest size; "
		    "keep this data disk and start with a new one", what);
	return why_set(w, "%s: %s; check the data disk, and that no file on "
	    "it is immutable", what, mdb_strerror(rc));
}

/* Opens and locks the folder, so that this process is the only writer. */
static int
open_dir(struct store *s, const char *dir, struct why *w)
{
	s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir == -1)
		return explain(w, "the ledger's folder", errno);
	if (flock(s->dir, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return why_set(w, "the ledger is in use by another process; "
		    "stop that first");
	return explain(w, "lock on the ledger's folder", errno);
}

static int
open_env(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	int rc = mdb_env_create(&s->env);

	if (rc == 0)
		rc = mdb_env_set_maxdbs(s->env, TABLES);
	if (rc == 0)
		rc = mdb_env_set_mapsize(s->env, max_mib << 20);
	if (rc == 0)
		rc = mdb_env_set_assert(s->env, assert_failed);
	if (rc == 0)
		rc = mdb_env_open(s->env, dir, MDB_NOLOCK | MDB_NOTLS, 0600);
	if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH ||
	    rc == MDB_CORRUPTED)
		return why_set(w, NOT_A_LEDGER);
	return rc == 0 ? 0 : explain(w, DATA, rc);
}

/* LMDB opens its file by name and would accept any kind of file. */
static int
check_kind(struct store *s, struct why *w)
{
	struct stat st;

	if (filekind_check_at(s->dir, DATA, w) == -1 && errno != ENOENT)
		return -1;
	if (fstatat(s->dir, NEW, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode))
		return why_set(w, NEW ": is %s and must be a folder; "
		    FILEKIND_ADVICE, filekind_word(st.st_mode));
	return 0;
}

/* LMDB would write a new database into an empty file. */
static int
check_length(struct store *s, struct why *w)
{
	struct stat st;

	if (fstatat(s->dir, DATA, &st, 0) == -1)
		return explain(w, DATA, errno);
	if (st.st_size == 0)
		return why_set(w, STORE_DAMAGED "the file is empty"
		    STORE_REPAIR);
	return 0;
}

/* LMDB maps the file, so that it must be as long as its header says. */
static int
check_end(struct store *s, struct why *w)
{
	struct stat st;

	if (fstat(s->pages.fd, &st) == -1)
		return explain(w, DATA, errno);
	if (s->pages.end * PAGE > (uint64_t)st.st_size)
		return why_set(w, STORE_DAMAGED "the end of the file is missing"
		    STORE_REPAIR);
	return 0;
}

/* Checks the file before LMDB, which trusts it, opens it. */
static int
check_pages(struct store *s, struct why *w)
{
	s->pages.fd = openat(s->dir, DATA, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (s->pages.fd == -1)
		return explain(w, DATA, errno);
	if (pages_load(&s->pages, s->pages.fd) == -1) {
		if (errno == ENOTSUP)
			return why_set(w, NOT_A_LEDGER);
		return why_set(w, STORE_DAMAGED "page %" PRIu64 ", which says "
		    "where the others are, is not as it was written"
		    STORE_REPAIR, s->pages.bad);
	}
	return check_end(s, w);
}

static int
open_tables(struct store *s, MDB_txn *txn, unsigned flags)
{
	int rc = mdb_dbi_open(txn, "leaf", flags, &s->leaf);

	if (rc == 0)
		rc = mdb_dbi_open(txn, "node", flags, &s->node);
	if (rc == 0)
		rc = mdb_dbi_open(txn, NULL, 0, &s->names);
	if (rc == 0 && s->metas.entries > 0)
		rc = mdb_dbi_open(txn, "meta", 0, &s->meta);
	return rc;
}

static int
make_tables(struct store *s, struct why *w)
{
	int rc;

	tree_init(&s->tip.tree);
	if (store_begin(s, 0, 0) == -1)
		return explain(w, "a new ledger", s->rc);
	rc = open_tables(s, s->txn, MDB_CREATE);
	if (rc != 0) {
		store_abort(s);
		return explain(w, "a new ledger", rc);
	}
	if (store_set(s, "format", STORE_FORMAT, strlen(STORE_FORMAT)) == -1 ||
	    store_commit(s) == -1)
		return explain(w, "a new ledger", s->rc);
	return 0;
}

/*
 * Makes a new ledger in the folder NEW and renames it once it is complete and
 * on disk, so that a crash leaves either no ledger or an empty one.
 */
static int
make_new(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	char path[PATH_MAX];

	if (faccessat(s->dir, DATA, F_OK, 0) == 0)
		return 0;
	if (errno != ENOENT)
		return explain(w, DATA, errno);
	unlinkat(s->dir, NEW "/" DATA, 0);	/* left by a crash */
	snprintf(path, sizeof(path), "%s/" NEW, dir);
	if (mkdirat(s->dir, NEW, 0700) == -1 && errno != EEXIST)
		return explain(w, "a new ledger", errno);
	if (open_env(s, path, max_mib, w) == -1 || make_tables(s, w) == -1)
		return -1;
	mdb_env_close(s->env);	/* it is opened again by its name */
	s->env = NULL;
	s->room = 0;
	if (renameat(s->dir, NEW "/" DATA, s->dir, DATA) == -1 ||
	    unlinkat(s->dir, NEW, AT_REMOVEDIR) == -1 || fsync(s->dir) == -1)
		return explain(w, "a new ledger", errno);
	return 0;
}

/* Gets LMDB's handles of the tables. */
static int
find_dbis(struct store *s)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return rc;
	rc = open_tables(s, txn, 0);
	if (rc == 0)
		rc = mdb_txn_commit(txn);	/* keeps the tables open */
	else
		mdb_txn_abort(txn);
	return rc;
}

static int
find_tables(struct store *s, struct why *w)
{
	char format[64];
	size_t len = 0;

	if (store_load(s) == -1 && errno == EBADMSG)
		return why_set(w, STORE_DAMAGED "%s" STORE_REPAIR,
		    store_error(s));
	if (s->rc == ENOENT ||
	    (store_get(s, "format", format, sizeof(format) - 1, &len) == -1 &&
	    errno != EBADMSG))
		return why_set(w, NOT_THIS_FORMAT);
	if (len == 0)
		return why_set(w, STORE_DAMAGED "%s" STORE_REPAIR,
		    store_error(s));
	format[len] = '\0';
	s->upgraded_from = "";
	if (strcmp(format, STORE_FORMAT_OLD) == 0)
		s->upgraded_from = STORE_FORMAT_OLD;
	else if (strcmp(format, STORE_FORMAT) != 0)
		return why_set(w, NOT_THIS_FORMAT);
	return 0;
}

static int
open_lmdb(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	int rc;

	if (open_env(s, dir, max_mib, w) == -1)
		return -1;
	rc = find_dbis(s);
	return rc == 0 ? 0 : explain(w, DATA, rc);
}

int
store_open(struct store *s, const char *dir, size_t max_mib, struct why *w)
{
	memset(s, 0, sizeof(*s));
	s->dir = s->pages.fd = -1;
	if (open_dir(s, dir, w) == -1 || check_kind(s, w) == -1 ||
	    make_new(s, dir, max_mib, w) == -1 ||
	    check_length(s, w) == -1 || check_pages(s, w) == -1 ||
	    find_tables(s, w) == -1 || store_load_tip(s, w) == -1 ||
	    store_explain_append(s, w) == -1 ||
	    open_lmdb(s, dir, max_mib, w) == -1) {
		store_close(s);
		return -1;
	}
	return 0;
}

void
store_close(struct store *s)
{
	store_abort(s);
	if (s->env != NULL)
		mdb_env_close(s->env);
	if (s->pages.fd != -1)
		close(s->pages.fd);
	if (s->dir != -1)
		close(s->dir);
	s->env = NULL;
	s->dir = s->pages.fd = -1;
}
