/*
 * ledger_bench DIR: appends per second of ledgerd's store in DIR, and their
 * ratio to bare LMDB puts of the same bytes with the same commits.
 *
 * Prints lines `ledger_append_N RATE ops/s RATIO of bare LMDB' for N leaves in
 * one commit.  The two commit in turn, so that a slower machine slows both.
 */
#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "leaf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "lib/stdfds.h"
#include "sampleleaf.h"
#include "store.h"

#define MIB		1024
#define SECONDS		4	/* for each row: some hundred commits */

static const unsigned batches[] = { 1, 8, 64 };

struct bare {
	MDB_env		*env;
	MDB_dbi		 dbi;
	uint64_t	 next;
};

struct rate {
	uint64_t	ops;
	double		seconds;
};

static double
now(void)
{
	return (double)clock_ns(CLOCK_MONOTONIC) / 1e9;
}

static void
must(int rc, const char *what)
{
	if (rc != 0)
		die(EXIT_SYSTEM, "%s: %s", what, mdb_strerror(rc));
}

/* The leaf of these fields. */
static size_t
make_leaf(const struct store *s, struct bytes fields, struct leaf_data *data,
    char text[LEAF_MAX])
{
	const struct event_info *info = event_info(EVENT_JOB_FINISHED);
	static const unsigned char site[DIGEST_LEN];
	struct leaf leaf = {
		.index = s->next.tree.size, .source = "casemate/bench",
		.type = info->type, .prev = s->next.last,
		.boot = "2d52c50e-5b1e-4c3d-8d43-1b2c5a2f2b3d", .site = site,
	};
	struct put p;

	if (leaf_data_make(data, info, fields, (struct bytes){ "", 0 },
	    NULL) == -1)
		die(EXIT_BUG, "the leaf cannot be written");
	leaf.data = data->text;
	clock_gettime(CLOCK_REALTIME, &leaf.time);
	clock_gettime(CLOCK_BOOTTIME, &leaf.uptime);
	put_init(&p, text, LEAF_MAX);
	leaf_format(&p, &leaf);
	return p.len;
}

static void
append_store(struct store *s, struct bytes fields, unsigned n)
{
	static char text[LEAF_MAX];
	int rc = store_begin(s, n, n * LEAF_MAX);

	for (unsigned i = 0; rc == 0 && i < n; i++) {
		struct leaf_data data;
		size_t len = make_leaf(s, fields, &data, text);

		rc = store_put(s, (struct bytes){ text, len }, data.beside);
		leaf_data_free(&data);
	}
	if (rc == 0)
		rc = store_commit(s);
	if (rc == -1)
		die(EXIT_SYSTEM, "append: %s", store_error(s));
}

/* The record's bytes and nothing else: no tree, no hash, no room kept. */
static void
append_bare(struct bare *b, unsigned n, size_t len)
{
	static char text[LEAF_MAX];
	MDB_txn *txn;

	must(mdb_txn_begin(b->env, NULL, 0, &txn), "begin");
	for (unsigned i = 0; i < n; i++) {
		MDB_val k = { .mv_size = sizeof(b->next),
		    .mv_data = &b->next };
		MDB_val v = { .mv_size = len, .mv_data = text };

		must(mdb_put(txn, b->dbi, &k, &v, MDB_APPEND), "put");
		b->next++;
	}
	must(mdb_txn_commit(txn), "commit");
}

static void
open_bare(struct bare *b, const char *dir)
{
	MDB_txn *txn;

	b->next = 0;
	must(mdb_env_create(&b->env), "LMDB");
	must(mdb_env_set_mapsize(b->env, (size_t)MIB << 20), "map size");
	must(mdb_env_open(b->env, dir, MDB_NOLOCK, 0600), dir);
	must(mdb_txn_begin(b->env, NULL, 0, &txn), "begin");
	must(mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, &b->dbi), "table");
	must(mdb_txn_commit(txn), "commit");
}

/* One commit of each, by turns, added to the rates. */
static void
measure(struct store *s, struct bare *b, struct bytes fields, unsigned n,
    size_t len, struct rate *ours, struct rate *theirs)
{
	double start = now(), middle, end;

	append_store(s, fields, n);
	middle = now();
	append_bare(b, n, len);
	end = now();
	ours->ops += n;
	ours->seconds += middle - start;
	theirs->ops += n;
	theirs->seconds += end - middle;
}

static size_t
record_len(const struct store *s, struct bytes fields)
{
	static char text[LEAF_MAX];
	struct leaf_data data;
	size_t len = make_leaf(s, fields, &data, text) + 1 + data.beside.len;

	leaf_data_free(&data);
	return len;
}

static void
bench(struct store *s, struct bare *b)
{
	struct bytes fields = sampleleaf_fields();

	s->next = s->tip;
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		struct rate ours = { 0 }, theirs = { 0 };
		double rate;

		while (ours.seconds + theirs.seconds < SECONDS)
			measure(s, b, fields, batches[i],
			    record_len(s, fields), &ours, &theirs);
		rate = (double)ours.ops / ours.seconds;
		printf("ledger_append_%u %.0f ops/s %.2f of bare LMDB\n",
		    batches[i], rate,
		    rate / ((double)theirs.ops / theirs.seconds));
		fflush(stdout);
	}
}

/* DIR/name, made new. */
static char *
make_dir(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) == -1)
		die_errno("memory");
	if (mkdir(path, 0700) == -1)
		die_errno("%s", path);
	return path;
}

static void
remove_dir(char *path)
{
	char *file;

	if (asprintf(&file, "%s/data.mdb", path) == -1)
		die_errno("memory");
	unlink(file);
	rmdir(path);
	free(file);
	free(path);
}

int
main(int argc, char *argv[])
{
	char *ours, *theirs;
	struct store s;
	struct bare b;
	struct why why;

	stdfds_fill();
	log_init("ledger_bench");
	if (argc != 2)
		die(EXIT_USAGE, "usage: ledger_bench DIR");
	ours = make_dir(argv[1], "ledger_bench.store");
	theirs = make_dir(argv[1], "ledger_bench.lmdb");
	if (store_open(&s, ours, MIB, &why) == -1)
		die(EXIT_SYSTEM, "%s", why.text);
	open_bare(&b, theirs);
	bench(&s, &b);
	store_close(&s);
	mdb_env_close(b.env);
	remove_dir(ours);
	remove_dir(theirs);
	return stdfds_flush() == 0 ? EXIT_OK : EXIT_SYSTEM;
}
