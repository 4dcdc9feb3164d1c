/* casemate ledger --key KEY [--from N] [--count N] [--receipts DIR] */
#include "casemate.h"

#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "lib/log.h"
#include "query.h"
#include "lib/receipt.h"
#include "say.h"

struct ledger {
	struct reader	 reader;
	uint64_t	 from, count;	/* count 0: to the end */
	const char	*receipts;	/* folder, or NULL */
	bool		 chained;	/* the hash of the leaf before: */
	unsigned char	 last[TREE_HASH];
};

/* The leaf names the one before it. */
static int
check_chain(struct ledger *l, const struct evidence *e, struct why *w)
{
	const char *prev = leaf_get(&e->leaf, "prev");
	char hex[2 * TREE_HASH + 1];

	for (size_t i = 0; i < TREE_HASH; i++)
		snprintf(hex + 2 * i, 3, "%02x", l->last[i]);
	if (!l->chained || strcmp(hex, prev) == 0)
		return 0;
	return why_set(w, "it does not follow the leaf before it");
}

static int
check_leaf(struct ledger *l, const struct piece *p, struct why *w)
{
	struct evidence e = { 0 };
	int ret;

	ret = evidence_check(&e, p->data, p->len, l->reader.reach.pinned, w);
	if (ret == 0 && e.index != l->from)
		ret = why_set(w, "it is of leaf %" PRIu64, e.index);
	if (ret == 0)
		ret = check_chain(l, &e, w);
	evidence_free(&e);
	return ret;
}

static int
save_receipt(const struct ledger *l, const struct piece *p)
{
	char *path;
	int ret;

	if (l->receipts == NULL)
		return 0;
	path = need_printf("%s/%" PRIu64 ".tlog-proof", l->receipts, l->from);
	ret = file_save(path, p->data, p->len, 0644);
	free(path);
	return ret;
}

/* One receipt: proven, kept, its leaf printed. */
static int
take_leaf(struct ledger *l, const struct piece *p)
{
	static struct receipt r;
	struct why w = { "" };

	if (check_leaf(l, p, &w) == -1 ||
	    receipt_parse(&r, p->data, p->len, &w) == -1) {
		say("THE RECEIPT OF LEAF %" PRIu64 " IS NOT TRUE: %s; do not "
		    "trust this appliance", l->from, w.text);
		return -1;
	}
	if (save_receipt(l, p) == -1)
		return -1;
	reader_print_json((const char *)r.leaf, r.leaf_len);
	tree_hash_leaf(r.leaf, r.leaf_len, l->last);
	l->chained = true;
	l->from++;
	return 0;
}

static int
take_leaves(struct ledger *l, uint64_t first, uint32_t count)
{
	struct piece p;

	while (l->from - first < count && reader_next(&l->reader, &p))
		if (take_leaf(l, &p) == -1)
			return -1;
	return 0;
}

/*
 * One command's leaves.  1 when there may be more, 0 when not.  Where the
 * appliance's disk has lost a leaf it ends with a refusal, and the leaves
 * before that one prove themselves.
 */
static int
read_some(struct ledger *l)
{
	const uint64_t first = l->from, left = l->count;
	struct command what = { .verb = VERB_LEDGER, .first = first };

	what.count = left == 0 || left > COMMAND_LEAVES_MAX ?
	    COMMAND_LEAVES_MAX : (uint32_t)left;
	if (reader_run(&l->reader, &what) == -1) {
		if (l->reader.refused && l->reader.reason == REASON_LEDGER)
			take_leaves(l, first, what.count);
		return -1;
	}
	if (take_leaves(l, first, what.count) == -1)
		return -1;
	if (l->from - first < what.count)
		return 0;
	l->count -= left == 0 ? 0 : what.count;
	return left == 0 || l->count != 0;
}

static int
ledger(struct ledger *l)
{
	const uint64_t wanted = l->count, first = l->from;
	int more;

	if (l->receipts != NULL && mkdir(l->receipts, 0777) == -1 &&
	    errno != EEXIST) {
		say_errno("%s: cannot make the folder", l->receipts);
		return -1;
	}
	if (reader_init(&l->reader) == -1)
		return -1;
	while ((more = read_some(l)) == 1)
		continue;
	if (more == 0 && l->from - first < wanted) {
		say("the ledger ends before leaf %" PRIu64, l->from);
		return -1;
	}
	return more;
}

int
cmd_ledger(int argc, char *argv[])
{
	struct ledger l = { .reader = { .wait_s = REACH_WAIT_S } };
	const struct opt table[] = {
		READER_OPTS(&l.reader),
		{ "from", 0, OPT_NUMBER, &l.from, 0, INT64_MAX },
		{ "count", 0, OPT_NUMBER, &l.count, 1, INT64_MAX },
		{ "receipts", 0, OPT_TEXT, &l.receipts, 0, 0 },
		{ 0 },
	};

	if (reader_parse(&l.reader, table, argc, argv, NULL, 0) == -1)
		return CMD_USAGE;
	return reader_exit(&l.reader, ledger(&l));
}
