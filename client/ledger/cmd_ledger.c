/* casemate ledger */
#include "client/casemate.h"

#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "client/query.h"
#include "client/save.h"
#include "client/say.h"
#include "lib/filekind.h"
#include "lib/log.h"

struct read_ledger {
	struct client_query query;
	uint64_t	 from, count;	/* count 0: to the end */
	const char	*receipts;	/* the folder, or NULL */
	bool		 made;		/* the folder is ours */
	bool		 redact;	/* no disclosures */
	bool		 chained;	/* the leaf before has this hash: */
	unsigned char	 last[TREE_HASH];
	uint64_t	 nlost;		/* leaves that cannot be read */
	struct lost {
		uint64_t	 n;	/* up to `from', for one reason: */
		char		 why[TEXT_MAX];
	} lost;				/* not told yet */
};

/* The leaf must name the hash of the one before it. */
static int
check_chain(struct read_ledger *l, const struct verified *v, struct why *w)
{
	const char *prev = leaf_get(&v->leaf, "prev");
	char hex[2 * TREE_HASH + 1];

	for (size_t i = 0; i < TREE_HASH; i++)
		snprintf(hex + 2 * i, 3, "%02x", l->last[i]);
	if (!l->chained || strcmp(hex, prev) == 0)
		return 0;
	return why_set(w, "it does not follow the leaf before it");
}

/* verified_free() in any case. */
static int
check_leaf(struct read_ledger *l, const struct query_data *receipt,
    const struct query_data *disclosures, struct verified *v, struct why *w)
{
	if (verified_check(v, receipt->data, receipt->len,
	    l->query.session.appliance.vkey, w) == -1)
		return -1;
	if (v->index != l->from)
		return why_set(w, "it is for leaf %" PRIu64, v->index);
	if (check_chain(l, v, w) == -1)
		return -1;
	return verified_disclose(v, disclosures->data, disclosures->len, w);
}

static char *
receipt_path(const struct read_ledger *l)
{
	return need_printf("%s/%" PRIu64 ".tlog-proof", l->receipts, l->from);
}

/* Before anything is asked: a receipt can be written into the folder. */
static int
check_folder(const struct read_ledger *l)
{
	struct save first;
	struct stat st;
	char *path;
	int ret;

	if (stat(l->receipts, &st) == -1) {
		say_errno("%s: cannot make the folder", l->receipts);
		return -1;
	}
	if (!S_ISDIR(st.st_mode)) {
		say("%s: is %s; give a folder for the receipts", l->receipts,
		    filekind_word(st.st_mode));
		return -1;
	}
	path = receipt_path(l);
	ret = save_open(&first, path, 0644);
	save_close(&first);
	free(path);
	return ret;
}

/* Makes the folder for the receipts if it is not there. */
static int
open_folder(struct read_ledger *l)
{
	l->made = mkdir(l->receipts, 0777) == 0;
	if (!l->made && errno != EEXIST) {
		say_errno("%s: cannot make the folder", l->receipts);
		return -1;
	}
	return check_folder(l);
}

/*
 * The disclosures first: a receipt is never without them.  A folder that has
 * some from before is not a redacted export.
 */
static int
save_disclosures(const struct read_ledger *l, const char *path,
    const struct query_data *d)
{
	if (l->redact && access(path, F_OK) == 0) {
		say("%s: is there already, and discloses what --redact leaves "
		    "out; give another folder", path);
		return -1;
	}
	if (l->redact || d->len == 0)
		return 0;
	return file_save(path, d->data, d->len, 0600);
}

static int
save_receipt(const struct read_ledger *l, const struct query_data *receipt,
    const struct query_data *disclosures)
{
	char *path, *beside;
	int ret = 0;

	if (l->receipts == NULL)
		return 0;
	path = receipt_path(l);
	beside = verified_disclosures_path(path);
	ret = save_disclosures(l, beside, disclosures);
	if (ret == 0)
		ret = file_save(path, receipt->data, receipt->len, 0644);
	free(beside);
	free(path);
	return ret;
}

static void
tell_lost(struct read_ledger *l)
{
	const uint64_t first = l->from - l->lost.n;

	if (l->lost.n == 1)
		say("leaf %" PRIu64 " cannot be read: %s", first, l->lost.why);
	else if (l->lost.n != 0)
		say("leaves %" PRIu64 " to %" PRIu64 " cannot be read: %s",
		    first, l->from - 1, l->lost.why);
	l->lost.n = 0;
}

/* In place of a receipt the appliance says why it cannot read the leaf. */
static void
take_lost(struct read_ledger *l, const struct query_data *d)
{
	char why[sizeof(l->lost.why)];

	snprintf(why, sizeof(why), "%.*s", (int)(d->len < sizeof(why) ? d->len :
	    sizeof(why) - 1), (const char *)d->data);
	if (strcmp(why, l->lost.why) != 0)
		tell_lost(l);
	strcpy(l->lost.why, why);
	l->lost.n++;
	l->nlost++;
	l->from++;
	l->chained = false;
}

static void
print_leaf(const struct read_ledger *l, struct verified *v)
{
	struct buf text = { 0 };

	if (l->redact)
		disclosed_redact(&v->withheld);
	disclosed_put(&text, &v->withheld, &v->leaf);
	query_print_json((const char *)text.data, text.len);
	buf_free(&text);
}

/* Verifies one receipt, saves it and prints its leaf. */
static int
take_leaf(struct read_ledger *l, const struct query_data *receipt)
{
	struct query_data disclosures;
	struct verified v = { 0 };
	struct why w = { "" };
	int ret;

	query_next_in(&l->query, QUERY_DISCLOSURES, &disclosures);
	tell_lost(l);
	ret = check_leaf(l, receipt, &disclosures, &v, &w);
	if (ret == -1)
		say("RECEIPT VERIFICATION FAILED: leaf %" PRIu64 ": %s; do not "
		    "trust this appliance", l->from, w.text);
	else
		ret = query_compare(&l->query, receipt);
	if (ret == 0)
		ret = save_receipt(l, receipt, &disclosures);
	if (ret == 0) {
		print_leaf(l, &v);
		memcpy(l->last, v.hash, sizeof(l->last));
		l->chained = true;
		l->from++;
	}
	verified_free(&v);
	return ret;
}

static int
take_part(struct read_ledger *l, const struct query_data *d)
{
	switch (d->stream) {
	case QUERY_DATA:
		return take_leaf(l, d);
	case QUERY_LOST:
		take_lost(l, d);
		return 0;
	default:
		say("%s: the appliance broke the protocol: disclosures without "
		    "a leaf", l->query.session.appliance.where);
		return -1;
	}
}

static int
take_leaves(struct read_ledger *l, uint64_t first, uint32_t count)
{
	struct query_data d;

	while (l->from - first < count && query_next(&l->query, &d))
		if (take_part(l, &d) == -1)
			return -1;
	return 0;
}

/*
 * The leaves of one query.  1 when there may be more, 0 when not.  If ledgerd
 * stops meanwhile, the answer ends with a refusal; the leaves before that are
 * verified by their own receipts.
 */
static int
read_some(struct read_ledger *l)
{
	const uint64_t first = l->from, left = l->count;
	struct command what = { .verb = VERB_LEDGER, .first = first };

	what.count = left == 0 || left > COMMAND_LEAVES_MAX ?
	    COMMAND_LEAVES_MAX : (uint32_t)left;
	if (query_run(&l->query, &what) == -1) {
		if (l->query.session.end.refused &&
		    l->query.session.end.code == REASON_LEDGER)
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
ledger(struct read_ledger *l)
{
	const uint64_t wanted = l->count, first = l->from;
	int more;

	if (l->receipts != NULL && open_folder(l) == -1)
		return -1;
	if (session_open(&l->query.session) == -1)
		return -1;
	do
		more = read_some(l);
	while (more == 1 && !ferror(stdout));
	tell_lost(l);
	if (more == 0 && l->from - first < wanted) {
		say("the ledger ends before leaf %" PRIu64, l->from);
		return -1;
	}
	return more == -1 || l->nlost != 0 ? -1 : 0;
}

static int
run(int argc, char *argv[])
{
	struct read_ledger l = { .query.session.wait_s = APPLIANCE_WAIT_S };
	int ret;

	if (opts_parse(&cmd_ledger, &l, argc, argv, NULL) == -1)
		return CMD_USAGE;
	ret = ledger(&l);
	if (l.made)
		rmdir(l.receipts);	/* unless a receipt is in it */
	return query_exit(&l.query, ret);
}

#define AT(member)	offsetof(struct read_ledger, member)

static const struct opt opts[] = {
	QUERY_OPTS(AT(query)),
	{ "from", 0, OPT_NUMBER, AT(from), "N", "the first leaf (default 0)",
	    .max = INT64_MAX },
	{ "count", 0, OPT_NUMBER, AT(count), "N",
	    "so many leaves (default all)",
	    .min = 1, .max = INT64_MAX },
	{ "receipts", 0, OPT_TEXT, AT(receipts), "DIR",
	    .help = "write each leaf's receipt into this folder" },
	{ "redact", 0, OPT_FLAG, AT(redact), NULL,
	    .help = "show marks for all withheld fields" },
	{ 0 },
};

static const struct cmd *const commands[] = {
#define CMD(name)
#define POLICY_CMD(name)
#define LEDGER_CMD(name)	&cmd_ledger_##name,
#include "client/cmd.def"
#undef CMD
#undef POLICY_CMD
#undef LEDGER_CMD
	NULL
};

const struct cmd cmd_ledger = {
	.name = "ledger",
	.summary = "print its ledger, verifying each leaf",
	.forms = { "" },
	.opts = opts,
	.run = run,
	.subcommands = commands,
};
