/* casemate ledger evidence */
#include "client/casemate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/need.h"
#include "client/say.h"
#include "evidence.h"
#include "lib/receipt.h"
#include "oneleaf.h"
#include "proving.h"
#include "wholefolder.h"

#define OWN_FILES	3	/* the leaf, its proof, its disclosures */

/* The evidence, and what proves the leaf. */
static int
save(const struct oneleaf *o, const struct evidence *e)
{
	struct wholefolder_file *f = need_alloc(e->n + OWN_FILES, sizeof(*f));
	struct receipt *r = need_alloc(1, sizeof(*r));
	char *proof = need_printf("%" PRIu64 ".tlog-proof", o->leaf);
	char *beside = verified_disclosures_path(proof);
	struct why w = { "" };
	size_t n = 0;
	int ret;

	/* It has been verified. */
	receipt_parse(r, o->receipt.data, o->receipt.len, &w);
	for (; n < e->n; n++)
		f[n] = (struct wholefolder_file){ e->file[n].name,
		    e->file[n].data.data, e->file[n].data.len };
	f[n++] = (struct wholefolder_file){ "leaf.json", r->leaf, r->leaf_len };
	f[n++] = (struct wholefolder_file){ proof, o->receipt.data,
	    o->receipt.len };
	if (o->disclosures.len != 0)
		f[n++] = (struct wholefolder_file){ beside,
		    o->disclosures.data, o->disclosures.len };
	ret = wholefolder_save(o->output, f, n);
	free(beside);
	free(proof);
	free(r);
	free(f);
	return ret;
}

static int
check(struct oneleaf *o, struct evidence *e)
{
	struct why w = { "" };

	if (evidence_read(e, &o->query, &w) == 0 &&
	    evidence_check(e, &o->verified.leaf, &w) == 0)
		return 0;
	say("EVIDENCE VERIFICATION FAILED: leaf %" PRIu64 ": %s; do not trust "
	    "this appliance", o->leaf, w.text);
	return -1;
}

static int
give(struct oneleaf *o, struct evidence *e)
{
	if (check(o, e) == -1)
		return -1;
	if (e->n == 0) {
		say("leaf %" PRIu64 " has no evidence beside it, or it was "
		    "forgotten; `casemate ledger' gives its receipt", o->leaf);
		return -1;
	}
	if (save(o, e) == -1)
		return -1;
	for (size_t i = 0; i < e->n; i++)
		if (e->file[i].digest != NULL)
			say_progress("%s: %s has its digest", e->file[i].name,
			    e->file[i].digest);
	proving_print(o->output, e, &o->verified);
	return 0;
}

static int
evidence(struct oneleaf *o)
{
	struct evidence e = { 0 };
	int ret;

	if (wholefolder_check(o->output) == -1 ||
	    oneleaf_ask(o, VERB_EVIDENCE) == -1)
		return -1;
	ret = give(o, &e);
	evidence_free(&e);
	return ret;
}

static int
run(int argc, char *argv[])
{
	struct oneleaf o = { .query.session.wait_s = APPLIANCE_WAIT_S };
	const char *word;

	if (opts_parse(&cmd_ledger_evidence, &o, argc, argv, &word) == -1 ||
	    oneleaf_parse(&o, &word, 1) == -1)
		return CMD_USAGE;
	return oneleaf_exit(&o, evidence(&o));
}

static const struct opt opts[] = {
	QUERY_OPTS(offsetof(struct oneleaf, query)),
	{ "output", 'o', OPT_TEXT, offsetof(struct oneleaf, output), "DIR",
	    "the new folder for its files", .needed = OPT_FORM_1 },
	{ 0 },
};

const struct cmd cmd_ledger_evidence = {
	.name = "evidence",
	.summary = "save what is kept beside a leaf, verified",
	.forms = { "N" },
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
};
