/* casemate compare */
#include "casemate.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "lib/consistency.h"
#include "lib/log.h"
#include "say.h"
#include "treefile.h"
#include "verified.h"

/* A complete subtree whose hash a file shows; see lib/tree.h. */
struct known_node {
	unsigned	level;
	uint64_t	index;
	unsigned char	hash[TREE_HASH];
};

/* All that a file shows: two on each level of the leaf's path. */
struct known_nodes {
	size_t			n;
	struct known_node	list[2 * TREE_LEVELS + 2];
};

struct comparison {
	const char	*keyfile, *prooffile;
	struct treefile	 a, b;		/* a is not the larger one */
};

/* Not an incomplete node at the right edge: it is another in a larger tree. */
static void
know(struct known_nodes *k, uint64_t size, unsigned level, uint64_t index,
    const unsigned char hash[TREE_HASH])
{
	struct known_node *node = &k->list[k->n];

	if (level >= TREE_LEVELS || index >= size >> level)
		return;
	node->level = level;
	node->index = index;
	memcpy(node->hash, hash, TREE_HASH);
	k->n++;
}

/* The leaf, its path, and the siblings that prove it. */
static void
know_path(struct known_nodes *k, const struct receipt *r, uint64_t size)
{
	uint64_t at = r->index, last = size - 1;
	unsigned char hash[TREE_HASH];
	size_t used = 0;

	tree_hash_leaf(r->leaf, r->leaf_len, hash);
	know(k, size, 0, at, hash);
	for (unsigned l = 0; last != 0; l++, at >>= 1, last >>= 1) {
		const unsigned char *sibling = r->proof.hash[used];

		if ((at ^ 1) > last)
			continue;
		used++;
		know(k, size, l, at ^ 1, sibling);
		if ((at & 1) != 0)
			tree_hash_children(sibling, hash, hash);
		else
			tree_hash_children(hash, sibling, hash);
		know(k, size, l + 1, at >> 1, hash);
	}
}

static void
know_all(struct known_nodes *k, const struct treefile *t)
{
	const uint64_t size = t->c.size;

	k->n = 0;
	if (t->receipt != NULL)
		know_path(k, t->receipt, size);
	else if (size != 0)
		know(k, size, (unsigned)__builtin_ctzll(size),
		    (size & (size - 1)) == 0 ? 0 : UINT64_MAX, t->c.root);
}

/* The first node that both show, with two hashes; NULL when there is none. */
static const struct known_node *
find_conflict(const struct known_nodes *a, const struct known_nodes *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++)
			if (a->list[i].level == b->list[j].level &&
			    a->list[i].index == b->list[j].index &&
			    memcmp(a->list[i].hash, b->list[j].hash,
			    TREE_HASH) != 0)
				return &a->list[i];
	return NULL;
}

static int
say_two_pasts(const struct comparison *c, uint64_t first, uint64_t last)
{
	say("TWO PASTS: %s and %s are both signed by %s+%08" PRIx32 ", and do "
	    "not agree about leaves %" PRIu64 " to %" PRIu64, c->a.path,
	    c->b.path, c->a.c.origin, c->a.key_id, first, last);
	say("the appliance, or who has its key, has signed two ledgers: keep "
	    "both files, which prove it, and do not trust it");
	return -1;
}

static int
compare_nodes(const struct comparison *c)
{
	static struct known_nodes a, b;
	const struct known_node *node;
	uint64_t first;

	know_all(&a, &c->a);
	know_all(&b, &c->b);
	node = find_conflict(&a, &b);
	if (node == NULL)
		return 0;
	first = node->index << node->level;
	return say_two_pasts(c, first, first + ((uint64_t)1 << node->level) -
	    1);
}

static int
check_related(const struct comparison *c)
{
	const struct treefile *a = &c->a, *b = &c->b;

	if (strcmp(a->c.origin, b->c.origin) == 0 && a->key_id == b->key_id)
		return 0;
	say("%s is of the log %s+%08" PRIx32 " and %s of %s+%08" PRIx32
	    ": these are unrelated logs, so there is nothing to compare",
	    a->path, a->c.origin, a->key_id, b->path, b->c.origin, b->key_id);
	return -1;
}

static int
verify(struct comparison *c)
{
	char vkey[VKEY_MAX + 1];
	struct note_key key;
	struct why w = { "" };

	if (verified_load_key(c->keyfile, vkey) == -1)
		return -1;
	if (note_parse_vkey(&key, vkey, strlen(vkey), &w) == -1) {
		say("%s: %s", c->keyfile, w.text);
		return -1;
	}
	if (treefile_verify(&c->a, &key) == -1)
		return -1;
	return treefile_verify(&c->b, &key);
}

/* The file of `casemate ledger consistency -o'. */
static int
check_proof(const struct comparison *c)
{
	const struct checkpoint *a = &c->a.c, *b = &c->b.c;
	struct consistency proof;
	struct buf text = { 0 };
	struct why w = { "" };
	int ret = -1;

	if (file_read(AT_FDCWD, c->prooffile, FILE_FOLLOW, c->prooffile,
	    CONSISTENCY_MAX, &text, NULL) == -1)
		goto out;
	if (consistency_parse(&proof, buf_str(&text), text.len, &w) == -1)
		say("%s: %s", c->prooffile, w.text);
	else if (proof.first != a->size || tree_verify_consistency(a->size,
	    a->root, b->size, b->root, &proof.proof) == -1)
		say("%s: does not prove that the ledger of %s begins with that "
		    "of %s; make it with `casemate ledger consistency %s %s "
		    "-o FILE': if it fails for this one, too, they are two "
		    "pasts", c->prooffile, c->b.path, c->a.path, c->a.path,
		    c->b.path);
	else
		ret = 0;
out:
	buf_free(&text);
	return ret;
}

static void
print_result(const struct comparison *c)
{
	const uint64_t a = c->a.c.size, b = c->b.c.size;

	if (a == b)
		printf("the same ledger of %" PRIu64 " leaves\n", a);
	else if (c->prooffile != NULL)
		printf("one past, proved: the ledger of %" PRIu64 " leaves "
		    "begins with the one of %" PRIu64 "\n", b, a);
	else
		printf("no contradiction, as far as the two show; to prove "
		    "that the ledger of %" PRIu64 " leaves begins with the one "
		    "of %" PRIu64 ", give --proof\n", b, a);
}

static int
compare(struct comparison *c)
{
	if (check_related(c) == -1 || verify(c) == -1)
		return -1;
	if (c->a.c.size == c->b.c.size && memcmp(c->a.c.root, c->b.c.root,
	    TREE_HASH) != 0)
		return say_two_pasts(c, 0, c->a.c.size - 1);
	if (compare_nodes(c) == -1)
		return -1;
	if (c->a.c.size != c->b.c.size && c->prooffile != NULL &&
	    check_proof(c) == -1)
		return -1;
	print_result(c);
	return 0;
}

/* Loads both, the one of the smaller tree first. */
static int
load(struct comparison *c, const char *const files[2])
{
	struct treefile larger;

	if (treefile_load(&c->a, files[0]) == -1 ||
	    treefile_load(&c->b, files[1]) == -1)
		return -1;
	if (c->a.c.size > c->b.c.size) {
		larger = c->a;
		c->a = c->b;
		c->b = larger;
	}
	return 0;
}

static int
run(int argc, char *argv[])
{
	struct comparison c = { 0 };
	const char *files[2];
	int ret;

	if (opts_parse(&cmd_compare, &c, argc, argv, files) == -1)
		return CMD_USAGE;
	ret = load(&c, files);
	if (ret == 0)
		ret = compare(&c);
	treefile_free(&c.a);
	treefile_free(&c.b);
	return ret == 0 ? EXIT_OK : EXIT_REFUSED;
}

#define AT(member)	offsetof(struct comparison, member)

static const struct opt opts[] = {
	{ "appliance", 'a', OPT_TEXT, AT(keyfile), "KEYFILE",
	    "the file with the appliance's public key",
	    .needed = OPT_FORM_1 },
	{ "proof", 0, OPT_TEXT, AT(prooffile), "FILE",
	    .help = "what `casemate ledger consistency -o' wrote" },
	{ 0 },
};

const struct cmd cmd_compare = {
	.name = "compare",
	.summary = "whether two receipts can be of one ledger",
	.forms = { "RECEIPT RECEIPT" },
	.min_args = 2,
	.max_args = 2,
	.opts = opts,
	.run = run,
};
