/*
 * A ledger on a disk that rots: each page in turn is overwritten, before the
 * store is opened or while it is open.  What is read is right, or an error that
 * names the page; nothing kills the process; nothing that is recorded
 * afterwards changes what was there.
 */
#include "store.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/test/fill.h"
#include "lib/msg/msg.h"

#define DATA	"ledger/data.mdb"
#define BATCHES	40
#define LARGE	3000		/* its leaf has pages of its own */
#define LEAVES	(3 * BATCHES)

static struct store s;
static unsigned char hashes[LEAVES][TREE_HASH], root[TREE_HASH];
static unsigned char *sound;	/* the whole file */
static size_t sound_len, used;

/* How a child ends. */
enum damage_outcome {
	FINE = 0,
	REFUSED,	/* by store_open() */
	SOME_LOST,	/* leaves that cannot be read; it was appended to */
	READ_ONLY,	/* appending was refused */
	WRONG,		/* read something that was never recorded */
	UNNAMED,	/* an error that does not say where */
	DIED,
	OUTCOMES,
};

static const char *const words[] = { "fine", "refused", "some lost",
    "read only", "wrong", "unnamed", "died" };

static void
read_sound(void)
{
	struct stat st;
	int fd = open(DATA, O_RDONLY | O_CLOEXEC);

	ATF_REQUIRE(fd != -1 && fstat(fd, &st) == 0);
	sound_len = (size_t)st.st_size;
	sound = malloc(sound_len);
	ATF_REQUIRE(sound != NULL);
	ATF_REQUIRE_EQ((ssize_t)sound_len, read(fd, sound, sound_len));
	close(fd);
}

static void
make_sound(void)
{
	static char text[LEAF_MAX];
	size_t len;

	fill_open(&s);
	for (unsigned i = 0; i < BATCHES; i++) {
		ATF_REQUIRE_EQ(0, fill_batch(&s, 2, 300 + i));
		ATF_REQUIRE_EQ(0, fill_batch(&s, 1, i % 8 == 3 ? LARGE : 20));
	}
	for (uint64_t i = 0; i < LEAVES; i++) {
		ATF_REQUIRE_EQ(0, store_leaf(&s, i, text, sizeof(text), &len));
		tree_hash_leaf(text, len, hashes[i]);
	}
	tree_root(&s.tip.tree, root);
	ATF_REQUIRE_EQ(0, store_load(&s));
	used = s.pages.end;
	store_close(&s);
	read_sound();
}

static void
put_file(const void *data, size_t len)
{
	int fd = open(DATA, O_WRONLY | O_TRUNC | O_CLOEXEC);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)len, write(fd, data, len));
	close(fd);
}

/* Every leaf: proven and right, or an error that names its page. */
static enum damage_outcome
read_all(const unsigned char at_root[TREE_HASH], uint64_t size)
{
	static char text[LEAF_MAX];
	unsigned char hash[TREE_HASH];
	enum damage_outcome result = FINE;
	struct proof proof;
	size_t len;

	for (uint64_t i = 0; i < LEAVES; i++) {
		if (store_prove_leaf(&s, i, size, at_root, text, sizeof(text),
		    &len, &proof) == -1) {
			if (errno != EBADMSG ||
			    strstr(store_error(&s), "copy of the data disk")
			    == NULL)
				return UNNAMED;
			result = SOME_LOST;
			continue;
		}
		tree_hash_leaf(text, len, hash);
		if (memcmp(hash, hashes[i], sizeof(hash)) != 0)
			return WRONG;
	}
	return result;
}

/* What can be read must be the same after more was recorded. */
static enum damage_outcome
read_and_append(void)
{
	unsigned char now[TREE_HASH];
	enum damage_outcome before = read_all(root, LEAVES), after;

	if (before != FINE && before != SOME_LOST)
		return before;
	for (int i = 0; i < 3; i++)
		if (fill_batch(&s, 2, 500) == -1)
			return errno == EBADMSG ? READ_ONLY : UNNAMED;
	tree_root(&s.tip.tree, now);
	after = read_all(now, s.tip.tree.size);
	if (before == FINE && after != FINE)
		return WRONG;		/* appending has lost some */
	return after;
}

static enum damage_outcome
child(void (*damage)(void))
{
	struct why why;

	close(STDERR_FILENO);
	if (damage == NULL) {
		if (store_open(&s, "ledger", 64, &why) == -1)
			return strstr(why.text, "start with another") == NULL &&
			    strstr(why.text, "another disk") == NULL ?
			    UNNAMED : REFUSED;
		return read_and_append();
	}
	if (store_open(&s, "ledger", 64, &why) == -1)
		return WRONG;
	damage();
	return read_and_append();
}

static enum damage_outcome
try_file(void (*damage)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(child(damage));
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	if (!WIFEXITED(status) || WEXITSTATUS(status) > DIED)
		return DIED;
	return (enum damage_outcome)WEXITSTATUS(status);
}

/* A page's new bytes, from the sound ones. */
static void
make_zeros(unsigned char *page, size_t nr)
{
	(void)nr;
	memset(page, 0, PAGE);
}

static void
make_ones(unsigned char *page, size_t nr)
{
	(void)nr;
	memset(page, 0xff, PAGE);
}

static void
make_random(unsigned char *page, size_t nr)
{
	uint64_t x = nr * 2654435761u + 12345;

	for (size_t i = 0; i < PAGE; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		page[i] = (unsigned char)(x >> 56);
	}
}

static void
make_anothers(unsigned char *page, size_t nr)
{
	memcpy(page, sound + (nr + 3) % used * PAGE, PAGE);
}

/* With the number that it must have, so that only the keys tell. */
static void
make_anothers_numbered(unsigned char *page, size_t nr)
{
	uint64_t number = nr;

	make_anothers(page, nr);
	memcpy(page, &number, sizeof(number));
}

static void
make_half_zeros(unsigned char *page, size_t nr)
{
	(void)nr;
	memset(page + PAGE / 2, 0, PAGE / 2);
}

static void
make_sector_random(unsigned char *page, size_t nr)
{
	unsigned char other[PAGE];

	make_random(other, nr);
	memcpy(page + 512, other, 512);
}

/* A header that LMDB believes, with nodes anywhere. */
static void
make_wild_nodes(unsigned char *page, size_t nr)
{
	unsigned char other[PAGE];

	make_random(other, nr);
	memcpy(page + 16, other, PAGE - 16);
}

static void
make_wild_bounds(unsigned char *page, size_t nr)
{
	(void)nr;
	memcpy(page + 12, "\0\0\0\0", 4);
}

static void
make_dirty(unsigned char *page, size_t nr)
{
	(void)nr;
	page[10] |= 0x10;	/* LMDB's mark of pages that are in memory */
}

static const struct way {
	const char	*name;
	void		(*make)(unsigned char *page, size_t nr);
} ways[] = {
	{ "zeros", make_zeros },
	{ "ones", make_ones },
	{ "random bytes", make_random },
	{ "another page", make_anothers },
	{ "another page with its number", make_anothers_numbered },
	{ "half zeros", make_half_zeros },
	{ "a random sector", make_sector_random },
	{ "wild nodes", make_wild_nodes },
	{ "wild bounds", make_wild_bounds },
	{ "a dirty mark", make_dirty },
};

static size_t page_nr;
static const struct way *page_way;

/* The file as it is, with one page overwritten in place. */
static void
damage_page(void)
{
	unsigned char page[PAGE];
	int fd = open(DATA, O_WRONLY | O_CLOEXEC);

	memcpy(page, sound + page_nr * PAGE, PAGE);
	page_way->make(page, page_nr);
	if (pwrite(fd, page, PAGE, (off_t)(page_nr * PAGE)) != PAGE)
		_exit(DIED);
	close(fd);
}

static void
tell(const char *what, const unsigned count[OUTCOMES])
{
	printf("%s:", what);
	for (int i = 0; i < OUTCOMES; i++)
		printf(" %s %u", words[i], count[i]);
	printf("\n");
	ATF_CHECK_EQ_MSG(0, count[DIED], "%s", what);
	ATF_CHECK_EQ_MSG(0, count[WRONG], "%s", what);
	ATF_CHECK_EQ_MSG(0, count[UNNAMED], "%s", what);
}

/* Returns whether the store refused to append after any of these. */
static bool
try_pages(const struct way *way, bool open)
{
	unsigned count[OUTCOMES] = { 0 };

	page_way = way;
	for (page_nr = 0; page_nr < used; page_nr++) {
		enum damage_outcome o;

		put_file(sound, sound_len);
		if (!open)
			damage_page();
		o = try_file(open ? damage_page : NULL);
		count[o]++;
		if (o >= WRONG)
			printf("page %zu: %s\n", page_nr, words[o]);
	}
	tell(way->name, count);
	ATF_CHECK(count[FINE] > 0);	/* free pages, and older ones */
	ATF_CHECK(count[SOME_LOST] > 0);
	return count[open ? READ_ONLY : REFUSED] > 0;
}

static void
try_ways(bool open)
{
	unsigned refused = 0;

	make_sound();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		refused += try_pages(&ways[i], open);
	ATF_CHECK(refused > 5);
}

ATF_TC(damaged_pages_before_the_start);
ATF_TC_HEAD(damaged_pages_before_the_start, tc)
{
	atf_tc_set_md_var(tc, "timeout", "600");
}
ATF_TC_BODY(damaged_pages_before_the_start, tc)
{
	try_ways(false);
}

ATF_TC(damaged_pages_while_it_is_open);
ATF_TC_HEAD(damaged_pages_while_it_is_open, tc)
{
	atf_tc_set_md_var(tc, "timeout", "600");
}
ATF_TC_BODY(damaged_pages_while_it_is_open, tc)
{
	try_ways(true);
}

/* Branch pages only: the pages below are the page itself. */
static void
make_own_child(unsigned char *page, size_t nr)
{
	unsigned char number[6];
	uint64_t n = nr;

	memcpy(number, &n, sizeof(number));
	if (page_load(page + 10, 2) != PAGE_BRANCH)
		return;
	for (size_t i = 0; i < page_count(page); i++)
		memcpy(page + page_load(page + PAGE_HEADER + 2 * i, 2), number,
		    sizeof(number));
}

/* It was checked as a branch page, and must not pass for a leaf page. */
ATF_TC_WITHOUT_HEAD(a_page_below_itself);
ATF_TC_BODY(a_page_below_itself, tc)
{
	static const struct way way = { "its own child", make_own_child };
	static char text[LEAF_MAX];
	struct page_node second;
	size_t len;

	make_sound();
	fill_open(&s);
	page_way = &way;
	page_nr = s.leaves.root;
	ATF_REQUIRE(page_node(sound + page_nr * PAGE, 1, true, &second));
	damage_page();
	pages_forget(&s.pages);
	ATF_CHECK_EQ(-1, pages_get_number(&s.pages, &s.leaves,
	    page_number(&s.leaves, &second), text, sizeof(text), &len));
	ATF_CHECK_EQ(EBADMSG, errno);
	ATF_CHECK_EQ(page_nr, s.pages.bad);
	store_close(&s);
}

static off_t cut;

static void
cut_file(void)
{
	if (truncate(DATA, cut) == -1)
		_exit(DIED);
}

ATF_TC_WITHOUT_HEAD(cut_while_it_is_open);
ATF_TC_BODY(cut_while_it_is_open, tc)
{
	unsigned count[OUTCOMES] = { 0 };

	make_sound();
	for (cut = (off_t)used * PAGE; cut >= 0; cut -= 1000) {
		put_file(sound, sound_len);
		count[try_file(cut_file)]++;
	}
	tell("cut", count);
	ATF_CHECK(count[READ_ONLY] > 0);
}

/* Nodes can be made again from the leaves: all stays readable and provable. */
ATF_TC_WITHOUT_HEAD(lost_nodes_are_made_again);
ATF_TC_BODY(lost_nodes_are_made_again, tc)
{
	unsigned pages = 0;

	make_sound();
	page_way = &ways[0];
	for (page_nr = 2; page_nr < used; page_nr++) {
		unsigned char node[TREE_HASH];
		size_t len;

		put_file(sound, sound_len);
		fill_open(&s);
		damage_page();
		if (pages_get_number(&s.pages, &s.nodes, 0, node, sizeof(node),
		    &len) == -1) {
			ATF_CHECK_EQ(EBADMSG, errno);
			ATF_CHECK_EQ(FINE, read_all(root, LEAVES));
			pages++;
		}
		store_close(&s);
	}
	ATF_CHECK(pages > 0);
}

/* The message has the leaves of that page, and no others are lost. */
ATF_TC_WITHOUT_HEAD(lost_leaves_are_named);
ATF_TC_BODY(lost_leaves_are_named, tc)
{
	static char text[LEAF_MAX];
	unsigned long nr, first, last;
	struct proof proof;
	unsigned found = 0;
	size_t len;

	make_sound();
	page_way = &ways[2];
	for (page_nr = 2; page_nr < used; page_nr++) {
		uint64_t bad = 0;

		put_file(sound, sound_len);
		fill_open(&s);
		damage_page();
		while (bad < LEAVES && store_prove_leaf(&s, bad, LEAVES, root,
		    text, sizeof(text), &len, &proof) == 0)
			bad++;
		if (bad < LEAVES && sscanf(store_error(&s), "page %lu of "
		    "data.mdb is damaged, which held leaves %lu to %lu", &nr,
		    &first, &last) == 3 && last - first < LEAVES - 1) {
			found++;
			ATF_CHECK_EQ(page_nr, nr);
			ATF_CHECK_EQ(bad, first);
			for (uint64_t i = 0; i < LEAVES; i++)
				ATF_CHECK_EQ(i < first || i > last,
				    store_prove_leaf(&s, i, LEAVES, root,
				    text, sizeof(text), &len, &proof) == 0);
		}
		store_close(&s);
	}
	ATF_CHECK(found > 5);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, damaged_pages_before_the_start);
	ATF_TP_ADD_TC(tp, damaged_pages_while_it_is_open);
	ATF_TP_ADD_TC(tp, a_page_below_itself);
	ATF_TP_ADD_TC(tp, cut_while_it_is_open);
	ATF_TP_ADD_TC(tp, lost_nodes_are_made_again);
	ATF_TP_ADD_TC(tp, lost_leaves_are_named);
	return atf_no_error();
}
