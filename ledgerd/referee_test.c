/*
 * Go's golang.org/x/mod, which is none of our code, on what ledgerd's store and
 * keyd's notes make: checkpoints, inclusion and consistency proofs of trees of
 * 1 to 2,000 leaves, and damaged ones.  Both must accept and refuse the same.
 */
#include <sys/wait.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "ledgerd/test/fill.h"
#include "lib/base64.h"
#include "lib/note.h"

#define LEAVES		2000
#define ALL_UP_TO	64	/* of smaller trees, all; of others some: */
#define SPREAD		5
#define LINES_MAX	200000

static struct store s;
static struct note_key key;
static unsigned char secret[NOTE_SECRET_LEN], roots[LEAVES + 1][TREE_HASH];
static FILE *commands;
static bool ours[LINES_MAX];	/* our verdict on each line */
static size_t nlines, ngood;

/* Ends a line, with our verdict. */
static void
end_line(bool good)
{
	putc('\n', commands);
	ATF_REQUIRE(nlines < LINES_MAX);
	ours[nlines++] = good;
	ngood += good;
}

static void
write_base64(const void *data, size_t len)
{
	static char text[BASE64_LEN(LEAF_MAX)];
	struct put p;

	put_init(&p, text, sizeof(text));
	base64_put(&p, data, len);
	ATF_REQUIRE_EQ(0, p.err);
	fprintf(commands, " %.*s", (int)p.len, text);
}

static void
write_proof(const struct proof *p)
{
	for (size_t i = 0; i < p->count; i++)
		write_base64(p->hash[i], TREE_HASH);
}

static void
make_key(void)
{
	unsigned char pub[NOTE_KEY_LEN];
	char vkey[VKEY_MAX + 1];

	ATF_REQUIRE(sodium_init() != -1);
	crypto_sign_keypair(pub, secret);
	ATF_REQUIRE_EQ(0, note_key_init(&key, "casemate/test", pub));
	note_format_vkey(vkey, &key);
	fputs("key", commands);
	write_base64(vkey, strlen(vkey));
	end_line(true);
}

static void
judge_note(uint64_t size, const char *note, size_t len)
{
	struct checkpoint c;
	size_t text_len;
	struct why w;

	fprintf(commands, "note %llu", (unsigned long long)size);
	write_base64(note, len);
	end_line(note_verify(&key, note, len, 1, &text_len, &w) == 0 &&
	    checkpoint_parse(&c, note, text_len, &w) == 0 && c.size == size);
}

/* The checkpoint of each size, whole, changed and cut. */
static void
judge_checkpoint(uint64_t size)
{
	char text[NOTE_TEXT_MAX], note[NOTE_TEXT_MAX];
	struct put t, n;
	struct tree tree;

	ATF_REQUIRE_EQ(0, store_tree(&s, size, &tree));
	tree_root(&tree, roots[size]);
	put_init(&t, text, sizeof(text));
	checkpoint_format(&t, key.name, size, roots[size]);
	put_init(&n, note, sizeof(note));
	note_sign(&n, &key, secret, text, t.len);
	judge_note(size, note, n.len);
	judge_note(size, note, n.len - 1);
	note[size * 7 % n.len] ^= 0x20;	/* never only bits under padding */
	judge_note(size, note, n.len);
}

static void
judge_record(uint64_t size, uint64_t index, const void *leaf, size_t len,
    const struct proof *p)
{
	unsigned char hash[TREE_HASH];

	fprintf(commands, "record %llu %llu", (unsigned long long)size,
	    (unsigned long long)index);
	write_base64(leaf, len);
	write_proof(p);
	tree_hash_leaf(leaf, len, hash);
	end_line(tree_verify(hash, index, size, p, roots[size]) == 0);
}

static void
judge_tree(uint64_t first, uint64_t second, const struct proof *p)
{
	fprintf(commands, "tree %llu %llu", (unsigned long long)first,
	    (unsigned long long)second);
	write_proof(p);
	end_line(tree_verify_consistency(first, roots[first], second,
	    roots[second], p) == 0);
}

/* One of the ways to change a proof; all of them in turn. */
static void
damage(struct proof *p)
{
	static unsigned turn;
	const unsigned at = p->count == 0 ? 0 : turn / 3 % (unsigned)p->count;

	if (turn % 3 == 0 || p->count == 0)
		memset(p->hash[p->count++], 5, TREE_HASH);
	else if (turn % 3 == 1)
		p->hash[at][turn % TREE_HASH] ^= 1;
	else
		p->count--;
	turn++;
}

static void
judge_leaf(uint64_t size, uint64_t index)
{
	static char leaf[LEAF_MAX];
	struct proof p;
	size_t len;

	ATF_REQUIRE_EQ(0, store_prove_leaf(&s, index, size, roots[size], leaf,
	    sizeof(leaf), &len, &p));
	judge_record(size, index, leaf, len, &p);
	judge_record(size, index + 1, leaf, len, &p);
	damage(&p);
	judge_record(size, index, leaf, len, &p);
}

static void
judge_pair(uint64_t first, uint64_t second)
{
	struct proof p;

	ATF_REQUIRE_EQ(0, store_prove_consistency(&s, first, roots[first],
	    second, roots[second], &p));
	judge_tree(first, second, &p);
	damage(&p);
	judge_tree(first, second, &p);
}

/* A number below n: of a small n all in turn, else some of them. */
static uint64_t
choose(uint64_t turn, uint64_t n)
{
	if (n <= ALL_UP_TO || turn == 0)
		return turn;
	return turn == 1 ? n - 1 : (turn * 611953 + n * 37) % n;
}

static void
judge_size(uint64_t size)
{
	const uint64_t turns = size <= ALL_UP_TO ? size : SPREAD;

	judge_checkpoint(size);
	for (uint64_t i = 0; i < turns; i++) {
		judge_leaf(size, choose(i, size));
		judge_pair(choose(i, size) + 1, size);
	}
}

/* Runs the referee on the commands. */
static void
ask_referee(void)
{
	const char *build = getenv("CASEMATE_BUILD");
	char path[4096];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/xmod", build == NULL ? "build" :
	    build);
	pid = fork();
	if (pid == 0) {
		dup2(open("commands", O_RDONLY | O_CLOEXEC), 0);
		dup2(open("verdicts", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 1);
		execl(path, "xmod", "log", (char *)NULL);
		_exit(99);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE_EQ(0, status);
}

static void
compare(void)
{
	FILE *f = fopen("verdicts", "r");
	char line[256];
	size_t n = 0;

	ATF_REQUIRE(f != NULL);
	for (; fgets(line, sizeof(line), f) != NULL; n++)
		ATF_REQUIRE_MSG(n < nlines &&
		    ours[n] == (strcmp(line, "good\n") == 0),
		    "line %zu of commands: ours %s, x/mod %.*s", n + 1,
		    ours[n] ? "good" : "bad", (int)strcspn(line, "\n"), line);
	ATF_CHECK_EQ(nlines, n);
	fclose(f);
}

ATF_TC(go_agrees_on_checkpoints_and_proofs);
ATF_TC_HEAD(go_agrees_on_checkpoints_and_proofs, tc)
{
	atf_tc_set_md_var(tc, "timeout", "300");
}
ATF_TC_BODY(go_agrees_on_checkpoints_and_proofs, tc)
{
	size_t good;

	commands = fopen("commands", "w");
	ATF_REQUIRE(commands != NULL);
	fill_open(&s);
	for (unsigned i = 0; s.tip.tree.size < LEAVES; i++)
		ATF_REQUIRE_EQ(0, fill_batch(&s, 100, i * 5));
	make_key();
	for (uint64_t size = 1; size <= LEAVES; size++)
		judge_size(size);
	ATF_REQUIRE_EQ(0, fclose(commands));
	store_close(&s);
	/* of each checkpoint, leaf and pair the first line, and the key */
	good = 1 + LEAVES + 2 * (ALL_UP_TO * (ALL_UP_TO + 1) / 2 +
	    (LEAVES - ALL_UP_TO) * SPREAD);
	ATF_CHECK_EQ(good, ngood);
	ask_referee();
	compare();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, go_agrees_on_checkpoints_and_proofs);
	return atf_no_error();
}
