/* casemate ledger consistency */
#include "client/casemate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/history.h"
#include "client/query.h"
#include "client/save.h"
#include "client/say.h"
#include "client/treefile.h"
#include "lib/consistency.h"
#include "lib/log.h"

/* One of the two trees: a size, or a file with a checkpoint. */
struct named_tree {
	const char	*word;		/* NULL: the newest checkpoint's */
	uint64_t	 size;		/* 0 for that */
	bool		 is_file;
	struct treefile	 file;
	bool		 known;		/* its checkpoint, verified: */
	struct checkpoint c;
};

struct ask_consistency {
	struct client_query query;
	const char	*out;		/* -o, or NULL */
	struct save	 save;		/* of it */
	struct named_tree first, second;
};

static int
name_tree(struct named_tree *t, const char *word)
{
	t->word = word;
	if (word == NULL)
		return 0;
	if (checkpoint_parse_number(&t->size, word, strlen(word)) == 0)
		return 0;
	t->is_file = true;
	if (treefile_load(&t->file, word) == -1)
		return -1;
	t->size = t->file.c.size;
	return 0;
}

static int
check_sizes(const struct ask_consistency *a)
{
	const uint64_t first = a->first.size, second = a->second.size;

	if (first == 0) {
		say("%s: a tree without leaves is the beginning of every tree; "
		    "name one with at least 1", a->first.word);
		return -1;
	}
	if (a->second.word == NULL || second >= first)
		return 0;
	say("%s has %" PRIu64 " leaves and %s has %" PRIu64 "; name the "
	    "smaller one first", a->first.word, first, a->second.word, second);
	return -1;
}

static int
verify_tree(struct named_tree *t, const struct note_key *key)
{
	if (!t->is_file || t->known)
		return 0;
	if (treefile_verify(&t->file, key) == -1)
		return -1;
	t->c = t->file.c;
	t->known = true;
	return 0;
}

/* The files must be of this appliance.  Its key may not yet be known. */
static int
verify_files(struct ask_consistency *a, struct note_key *key)
{
	const char *vkey = a->query.session.appliance.vkey;
	struct why w = { "" };

	if (vkey[0] == '\0')
		return 0;
	if (note_parse_vkey(key, vkey, strlen(vkey), &w) == -1) {
		say("the appliance's key is malformed: %s", w.text);
		return -1;
	}
	if (verify_tree(&a->first, key) == -1)
		return -1;
	return verify_tree(&a->second, key);
}

static int
say_forked(const struct ask_consistency *a, const char *what)
{
	say("THE LEDGER FORKED: %s; do not trust this appliance, and keep %s "
	    "and its answer%s", what, a->first.word, a->out == NULL ?
	    " (-o FILE)" : "");
	return -1;
}

/* The checkpoint in the answer must be of the second tree. */
static int
take_note(struct ask_consistency *a, const struct consistency *c,
    const struct note_key *key)
{
	const struct appliance *from = &a->query.session.appliance;
	struct checkpoint now;
	struct why w = { "" };

	if (c->note == NULL)
		return 0;
	if (checkpoint_verify(key, c->note, c->note_len, c->note_line, &now,
	    &w) == -1) {
		say("the appliance's answer is not valid: %s", w.text);
		return -1;
	}
	if (now.size < a->first.size || (a->second.size != 0 &&
	    now.size != a->second.size)) {
		say("the appliance's answer is for %" PRIu64 " leaves, which "
		    "were not asked for", now.size);
		return -1;
	}
	if (history_add_note(from->vkey, from->where, (struct bytes){ c->note,
	    c->note_len }, &from->shown) == -1)
		return -1;
	if (a->second.known && memcmp(now.root, a->second.c.root,
	    sizeof(now.root)) != 0)
		return say_forked(a, "it signed two different ledgers of the "
		    "same size");
	a->second.c = now;
	a->second.size = now.size;
	a->second.known = true;
	return 0;
}

/* What was shown, in one sentence; what was not is a failure unless saved. */
static int
conclude(struct ask_consistency *a, const struct consistency *c)
{
	const struct named_tree *first = &a->first, *second = &a->second;

	if (!first->known || !second->known) {
		printf("not verified: there is no checkpoint of %" PRIu64
		    " leaves here to compare with; name a file that has one\n",
		    first->known ? second->size : first->size);
		return a->out != NULL ? 0 : -1;
	}
	if (tree_verify_consistency(first->size, first->c.root, second->size,
	    second->c.root, &c->proof) == -1)
		return say_forked(a, "the appliance does not prove that the "
		    "larger ledger begins with the smaller one");
	printf("proved: the first %" PRIu64 " of %s's %" PRIu64 " leaves are "
	    "those of %s; none was changed or removed\n", first->size,
	    second->c.origin, second->size, first->word);
	return 0;
}

static int
take_answer(struct ask_consistency *a)
{
	struct query_data d = { 0 };
	struct consistency c;
	struct note_key key;
	struct why w = { "" };

	if (!query_next(&a->query, &d) || d.stream != 1) {
		say("the proof cannot be made: %.*s", (int)d.len,
		    d.len == 0 ? "" : (const char *)d.data);
		return -1;
	}
	if (a->out != NULL && save_data(&a->save, d.data, d.len) == -1)
		return -1;
	if (consistency_parse(&c, d.data, d.len, &w) == -1 ||
	    c.first != a->first.size) {
		say("the appliance's answer is not the proof that was asked "
		    "for: %s", w.text);
		return -1;
	}
	if (verify_files(a, &key) == -1 || take_note(a, &c, &key) == -1)
		return -1;
	return conclude(a, &c);
}

static int
ask(struct ask_consistency *a, const char *const words[2])
{
	struct command what = { .verb = VERB_CONSISTENCY };
	struct note_key key;

	if (name_tree(&a->first, words[0]) == -1 ||
	    name_tree(&a->second, words[1]) == -1 || check_sizes(a) == -1 ||
	    (a->out != NULL && save_open(&a->save, a->out, 0644) == -1) ||
	    session_open(&a->query.session) == -1 ||
	    verify_files(a, &key) == -1)
		return -1;
	what.first = a->first.size;
	what.second = a->second.size;
	if (query_run(&a->query, &what) == -1)
		return -1;
	return take_answer(a);
}

static int
run(int argc, char *argv[])
{
	struct ask_consistency a = {
		.query.session.wait_s = APPLIANCE_WAIT_S, .save.fd = -1 };
	const char *words[2] = { NULL, NULL };
	int ret;

	if (opts_parse(&cmd_ledger_consistency, &a, argc, argv, words) == -1)
		return CMD_USAGE;
	ret = ask(&a, words);
	save_close(&a.save);
	treefile_free(&a.first.file);
	treefile_free(&a.second.file);
	return query_exit(&a.query, ret);
}

#define AT(member)	offsetof(struct ask_consistency, member)

static const struct opt opts[] = {
	QUERY_OPTS(AT(query)),
	{ "output", 'o', OPT_TEXT, AT(out), "FILE",
	    .help = "write the proof to this file" },
	{ 0 },
};

const struct cmd cmd_ledger_consistency = {
	.name = "consistency",
	.summary = "prove that it has only grown between two checkpoints",
	.forms = { "SIZE|FILE [SIZE|FILE]" },
	.min_args = 1,
	.max_args = 2,
	.opts = opts,
	.run = run,
};
