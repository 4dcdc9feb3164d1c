#include "store.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/leaf.h"
#include "ledgerd/test/fill.h"
#include "lib/msg/msg.h"
#include "lib/note.h"

#define DATA	"ledger/data.mdb"

static struct store s;
static struct why why;

/* Opening is refused with a message that has this text. */
static void
check_refused(const char *text)
{
	ATF_CHECK_EQ(-1, store_open(&s, "ledger", 64, &why));
	ATF_CHECK_MSG(strstr(why.text, text) != NULL, "%s", why.text);
}

static void
write_file(const char *name, const void *data, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)len, write(fd, data, len));
	close(fd);
}

/* Flips a bit in the middle of the bytes, wherever the file has them. */
static void
flip(const void *bytes, size_t len)
{
	int fd = open(DATA, O_RDWR | O_CLOEXEC);
	unsigned char *p, *from;
	unsigned found = 0;
	struct stat st;

	ATF_REQUIRE(fd != -1 && fstat(fd, &st) == 0);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	ATF_REQUIRE(p != MAP_FAILED);
	for (from = p; (from = memmem(from, (size_t)(p + st.st_size - from),
	    bytes, len)) != NULL; found++)
		from[len / 2] ^= 1;	/* old copies too */
	ATF_REQUIRE(found > 0);
	munmap(p, (size_t)st.st_size);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(an_empty_folder_becomes_an_empty_ledger);
ATF_TC_BODY(an_empty_folder_becomes_an_empty_ledger, tc)
{
	char text[8];
	size_t len;

	fill_open(&s);
	ATF_CHECK_EQ(0, s.tip.tree.size);
	fill_check(&s);
	fill_reopen(&s);
	ATF_CHECK_EQ(-1, store_get(&s, "boot", text, sizeof(text), &len));
	ATF_CHECK_EQ(ENOENT, errno);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_start_that_was_cut_off_is_made_again);
ATF_TC_BODY(a_start_that_was_cut_off_is_made_again, tc)
{
	mkdir("ledger", 0700);
	mkdir("ledger/new", 0700);
	write_file("ledger/new/data.mdb", "half", 4);
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 2, 10));
	fill_reopen(&s);
	fill_check(&s);
	ATF_CHECK_EQ(-1, access("ledger/new", F_OK));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(all_leaves_are_there_after_reopening);
ATF_TC_BODY(all_leaves_are_there_after_reopening, tc)
{
	static const size_t lens[] = { 0, 1, 900, 1900, 2100, 5000 };

	fill_open(&s);
	for (unsigned i = 0; s.tip.tree.size < 300; i++) {
		ATF_REQUIRE_EQ(0, fill_batch(&s, 1 + i % 7, lens[i % 6]));
		fill_reopen(&s);
	}
	fill_check(&s);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(old_sizes_have_their_roots_and_proofs);
ATF_TC_BODY(old_sizes_have_their_roots_and_proofs, tc)
{
	static unsigned char roots[101][TREE_HASH], hash[101][TREE_HASH];
	unsigned char root[TREE_HASH];
	struct proof proof;
	struct tree t;

	fill_open(&s);
	for (unsigned n = 1; n <= 100; n++) {
		ATF_REQUIRE_EQ(0, fill_batch(&s, 1, 20));
		tree_root(&s.tip.tree, roots[n]);
		memcpy(hash[n - 1], s.tip.last, TREE_HASH);
	}
	for (unsigned n = 1; n <= 100; n++) {
		ATF_REQUIRE_EQ(0, store_tree(&s, n, &t));
		tree_root(&t, root);
		ATF_REQUIRE(memcmp(root, roots[n], sizeof(root)) == 0);
		for (unsigned i = 0; i < n; i++) {
			ATF_REQUIRE_EQ(0, store_prove(&s, i, n, &proof));
			ATF_REQUIRE_EQ(0, tree_verify(hash[i], i, n, &proof,
			    root));
		}
	}
	ATF_CHECK_EQ(-1, store_tree(&s, 101, &t));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(changed_hash_gives_no_consistency_proof);
ATF_TC_BODY(changed_hash_gives_no_consistency_proof, tc)
{
	unsigned char node[TREE_HASH], first[TREE_HASH], second[TREE_HASH];
	struct proof proof;
	struct tree t;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 20, 20));
	ATF_REQUIRE_EQ(0, store_tree(&s, 12, &t));
	tree_root(&t, first);
	tree_root(&s.tip.tree, second);
	ATF_REQUIRE_EQ(0, fill_batch(&s, STORE_LATE, 20));	/* on disk */
	ATF_REQUIRE_EQ(0, store_prove_consistency(&s, 12, first, 20, second,
	    &proof));
	ATF_CHECK_EQ(0, tree_verify_consistency(12, first, 20, second,
	    &proof));
	ATF_REQUIRE_EQ(0, store_node(&s, 2, 3, node));
	flip(node, sizeof(node));
	ATF_CHECK_EQ(-1, store_prove_consistency(&s, 12, first, 20, second,
	    &proof));
	ATF_CHECK_EQ(EBADMSG, errno);
	ATF_CHECK_MSG(strstr(store_error(&s), "not those that were recorded")
	    != NULL, "%s", store_error(&s));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(what_is_aborted_was_never_there);
ATF_TC_BODY(what_is_aborted_was_never_there, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 3, 10));
	ATF_REQUIRE_EQ(0, store_begin(&s, 1, 100));
	ATF_REQUIRE_EQ(0, store_put(&s, (struct bytes){ "{}", 2 },
	    (struct bytes){ "", 0 }));
	ATF_REQUIRE_EQ(0, store_set(&s, "boot", "x", 1));
	store_abort(&s);
	fill_check(&s);
	fill_reopen(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 3, 10));
	fill_reopen(&s);
	fill_check(&s);
	ATF_CHECK_EQ(6, s.tip.tree.size);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(names_keep_their_last_value);
ATF_TC_BODY(names_keep_their_last_value, tc)
{
	static const char values[] = "one\0two";
	char text[8];
	size_t len;

	fill_open(&s);
	for (int i = 0; i < 3; i++) {
		ATF_REQUIRE_EQ(0, store_begin(&s, 0, 0));
		ATF_REQUIRE_EQ(0, store_set(&s, "boot", values + i, 4));
		ATF_REQUIRE_EQ(0, store_commit(&s));
	}
	fill_reopen(&s);
	ATF_REQUIRE_EQ(0, store_get(&s, "boot", text, sizeof(text), &len));
	ATF_CHECK_EQ(4, len);
	ATF_CHECK(memcmp(text, "e\0tw", 4) == 0);
	ATF_CHECK_EQ(-1, store_get(&s, "boot", text, 3, &len));
	ATF_CHECK_EQ(EMSGSIZE, errno);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(one_process_at_a_time);
ATF_TC_BODY(one_process_at_a_time, tc)
{
	static struct store other;

	fill_open(&other);
	check_refused("in use by another process");
	ATF_REQUIRE_EQ(0, fill_batch(&other, 1, 1));
	store_close(&other);
	fill_open(&s);
	fill_check(&s);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(garbage_is_refused_and_left_as_it_is);
ATF_TC_BODY(garbage_is_refused_and_left_as_it_is, tc)
{
	static unsigned char before[20000], after[20001];
	static const size_t lens[] = { 1, 100, 4096, 8192, 20000 };
	int fd;

	for (size_t i = 0; i < sizeof(before); i++)
		before[i] = (unsigned char)(i * 37 + 11);
	mkdir("ledger", 0700);
	for (size_t i = 0; i < 2 * sizeof(lens) / sizeof(lens[0]); i++) {
		size_t len = lens[i / 2];

		if (i % 2 == 1)
			memset(before, 0, sizeof(before));
		write_file(DATA, before, len);
		check_refused("not a ledger");
		fd = open(DATA, O_RDONLY | O_CLOEXEC);
		ATF_CHECK_EQ((ssize_t)len, read(fd, after, sizeof(after)));
		ATF_CHECK(memcmp(before, after, len) == 0);
		close(fd);
	}
}

ATF_TC_WITHOUT_HEAD(anothers_database_is_refused_and_left_as_it_is);
ATF_TC_BODY(anothers_database_is_refused_and_left_as_it_is, tc)
{
	MDB_val v = { .mv_size = 3, .mv_data = strdupa("key") };
	MDB_stat ms;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	mkdir("ledger", 0700);
	ATF_REQUIRE_EQ(0, mdb_env_create(&env));
	ATF_REQUIRE_EQ(0, mdb_env_set_maxdbs(env, 3));
	ATF_REQUIRE_EQ(0, mdb_env_open(env, "ledger", MDB_NOLOCK, 0600));
	ATF_REQUIRE_EQ(0, mdb_txn_begin(env, NULL, 0, &txn));
	ATF_REQUIRE_EQ(0, mdb_dbi_open(txn, "theirs", MDB_CREATE, &dbi));
	ATF_REQUIRE_EQ(0, mdb_put(txn, dbi, &v, &v, 0));
	ATF_REQUIRE_EQ(0, mdb_txn_commit(txn));
	check_refused("neither a " STORE_FORMAT);
	ATF_REQUIRE_EQ(0, mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
	ATF_REQUIRE_EQ(0, mdb_dbi_open(txn, NULL, 0, &dbi));
	ATF_REQUIRE_EQ(0, mdb_stat(txn, dbi, &ms));
	ATF_CHECK_EQ(1, ms.ms_entries);
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

ATF_TC_WITHOUT_HEAD(a_missing_folder_is_named);
ATF_TC_BODY(a_missing_folder_is_named, tc)
{
	check_refused("the ledger's folder: No such file");
	write_file("ledger", "", 0);
	check_refused("the ledger's folder: Not a directory");
}

ATF_TC_WITHOUT_HEAD(a_file_cut_short_is_refused);
ATF_TC_BODY(a_file_cut_short_is_refused, tc)
{
	MDB_envinfo info;
	off_t used;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 50, 900));
	mdb_env_info(s.env, &info);
	used = ((off_t)info.me_last_pgno + 1) * 4096;
	store_close(&s);
	ATF_REQUIRE_EQ(0, truncate(DATA, used));	/* only the spare room */
	fill_open(&s);
	fill_check(&s);
	store_close(&s);
	for (off_t len = used - 1; len > 8192; len -= 4096) {
		ATF_REQUIRE_EQ(0, truncate(DATA, len));
		check_refused("the end of the file is missing");
	}
	ATF_REQUIRE_EQ(0, truncate(DATA, 4096));
	check_refused("page 1, which says where the others are");
	for (off_t len = 4095; len > 0; len /= 3) {
		ATF_REQUIRE_EQ(0, truncate(DATA, len));
		check_refused("not a ledger");
	}
	ATF_REQUIRE_EQ(0, truncate(DATA, 0));
	check_refused("the file is empty");
}

ATF_TC_WITHOUT_HEAD(a_changed_tip_is_refused);
ATF_TC_BODY(a_changed_tip_is_refused, tc)
{
	unsigned char root[TREE_HASH];
	struct tip tip;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, STORE_LATE + 8, 100));
	tip = s.tip;
	tree_root(&tip.tree, root);
	store_close(&s);

	flip(tip.last, TREE_HASH);		/* in the tip */
	check_refused("not the root that was recorded");
	tip.last[TREE_HASH / 2] ^= 1;
	flip(tip.last, TREE_HASH);		/* and back */
	flip(tip.tree.peak[5], TREE_HASH);	/* a node on disk */
	check_refused("not the root that was recorded");
	tip.tree.peak[5][TREE_HASH / 2] ^= 1;
	flip(tip.tree.peak[5], TREE_HASH);
	flip(root, TREE_HASH);
	check_refused("not the root that was recorded");
	root[TREE_HASH / 2] ^= 1;
	flip(root, TREE_HASH);
	fill_open(&s);
	fill_check(&s);
	store_close(&s);
}

/* Later leaves follow its hash, which the tree has. */
ATF_TC_WITHOUT_HEAD(a_lost_last_leaf_is_followed_by_others);
ATF_TC_BODY(a_lost_last_leaf_is_followed_by_others, tc)
{
	static char text[LEAF_MAX];
	unsigned char root[TREE_HASH];
	struct proof proof;
	struct tip tip;
	size_t len;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 6, 100));
	tip = s.tip;
	store_close(&s);
	flip("\"id\":\"5\",\"source\":\"casemate/test\"", 32);
	fill_open(&s);
	ATF_CHECK(memcmp(tip.last, s.tip.last, TREE_HASH) == 0);
	ATF_CHECK_STREQ("casemate/test", s.source);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 1, 100));
	tree_root(&s.tip.tree, root);
	ATF_CHECK_EQ(-1, store_prove_leaf(&s, 5, 7, root, text, sizeof(text),
	    &len, &proof));
	ATF_CHECK_EQ(EBADMSG, errno);
	ATF_CHECK_EQ(0, store_prove_leaf(&s, 6, 7, root, text, sizeof(text),
	    &len, &proof));
	ATF_CHECK_EQ(0, leaf_check(text, len, 6, tip.last));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_leaf_that_does_not_follow_is_refused);
ATF_TC_BODY(a_leaf_that_does_not_follow_is_refused, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 2, 100));
	s.tip.last[0] ^= 1;	/* the next leaf's `prev' is wrong */
	ATF_REQUIRE_EQ(0, fill_batch(&s, 1, 100));
	store_close(&s);
	check_refused("leaf 2 does not follow");
}

/* Adds an entry to a table behind the store's back. */
static void
plant(MDB_dbi table, const char *key, const char *value)
{
	MDB_val k = { .mv_size = strlen(key), .mv_data = strdupa(key) };
	MDB_val v = { .mv_size = strlen(value), .mv_data = strdupa(value) };

	ATF_REQUIRE_EQ(0, store_begin(&s, 0, 0));
	ATF_REQUIRE_EQ(0, mdb_put(s.txn, table, &k, &v, 0));
	ATF_REQUIRE_EQ(0, store_commit(&s));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(an_entry_too_many_is_refused);
ATF_TC_BODY(an_entry_too_many_is_refused, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 2, 100));
	plant(s.leaf, "zzzzzzzz", "{}");
	check_refused("it says it has 2 leaves, but has 3 of them and 0 nodes");
}

ATF_TC_WITHOUT_HEAD(another_format_is_refused);
ATF_TC_BODY(another_format_is_refused, tc)
{
	fill_open(&s);
	plant(s.names, "format", "casemate-ledger@v3");
	check_refused("neither a " STORE_FORMAT);
}

/* Gives a name another value, or none, and closes. */
static void
replace(const char *name, const void *value, size_t len)
{
	char bytes[2048];
	MDB_val k = { .mv_size = strlen(name), .mv_data = strdupa(name) };
	MDB_val v = { .mv_size = len, .mv_data = bytes };
	MDB_txn *txn;

	ATF_REQUIRE_EQ(0, mdb_txn_begin(s.env, NULL, 0, &txn));
	if (value == NULL)
		ATF_REQUIRE_EQ(0, mdb_del(txn, s.names, &k, NULL));
	else {
		memcpy(bytes, value, len);
		ATF_REQUIRE_EQ(0, mdb_put(txn, s.names, &k, &v, 0));
	}
	ATF_REQUIRE_EQ(0, mdb_txn_commit(txn));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_name_with_another_value_is_refused);
ATF_TC_BODY(a_name_with_another_value_is_refused, tc)
{
	static char zeros[STORE_TIP_MAX + 400], ones[8 + TREE_HASH];
	const struct {
		const char	*name, *value;
		size_t		 len;
		const char	*text;
	} cases[] = {
		{ "tip", NULL, 0, "its size is not recorded" },
		{ "tip", zeros, sizeof(ones) - 1, "its size is garbage" },
		{ "tip", zeros, sizeof(ones) + 1, "its size is garbage" },
		{ "tip", zeros, STORE_TIP_MAX + 1,
		    "its size is not recorded" },
		{ "tip", zeros, sizeof(ones) + TREE_HASH,
		    "its size is garbage" },	/* more late leaves than all */
		{ "tip", ones, sizeof(ones), "its size is garbage" },
		{ "tip", zeros, sizeof(ones), "it says it has 0 leaves" },
		{ "checkpoint", zeros, NOTE_TEXT_MAX + 1,
		    "the last checkpoint cannot be read" },
		{ "checkpoint", "casemate/test\n3\n", 16,
		    "the last checkpoint is garbage" },
		{ "checkpoint", "casemate/test\nx\n\n", 17,
		    "the last checkpoint is garbage" },
	};
	static char sound[2 << 20];
	ssize_t len;
	int fd;

	memset(ones, 0xff, sizeof(ones));
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 3, 100));
	store_close(&s);
	fd = open(DATA, O_RDONLY | O_CLOEXEC);
	len = read(fd, sound, sizeof(sound));
	ATF_REQUIRE(len > 0 && read(fd, zeros, 1) == 0);
	close(fd);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file(DATA, sound, (size_t)len);
		fill_open(&s);
		replace(cases[i].name, cases[i].value, cases[i].len);
		check_refused(cases[i].text);
	}
}

/* Puts a checkpoint with this size and root into the store and closes it. */
static void
plant_checkpoint(uint64_t size, const unsigned char root[TREE_HASH])
{
	char note[512];
	struct put p;

	fill_open(&s);
	put_init(&p, note, sizeof(note));
	checkpoint_format(&p, "casemate/test", size, root);
	put_raw(&p, "\n", 1);
	ATF_REQUIRE_EQ(0, store_begin(&s, 0, 0));
	ATF_REQUIRE_EQ(0, store_set(&s, "checkpoint", note, p.len));
	ATF_REQUIRE_EQ(0, store_commit(&s));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_checkpoint_of_another_tree_is_refused);
ATF_TC_BODY(a_checkpoint_of_another_tree_is_refused, tc)
{
	unsigned char root[TREE_HASH];
	struct tree t;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 9, 10));
	ATF_REQUIRE_EQ(0, store_tree(&s, 5, &t));
	tree_root(&t, root);
	store_close(&s);
	plant_checkpoint(5, root);
	plant_checkpoint(10, root);	/* opens: the one before is good */
	check_refused("it has 9 leaves, but a checkpoint for 10");
}

ATF_TC_WITHOUT_HEAD(a_checkpoint_with_another_root_is_refused);
ATF_TC_BODY(a_checkpoint_with_another_root_is_refused, tc)
{
	static const unsigned char root[TREE_HASH] = { 1 };

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 9, 10));
	store_close(&s);
	plant_checkpoint(4, root);
	check_refused("its first 4 leaves are not those of the last");
}

/* 0 same tip, 1 refused, 2 died; anything else is another tip. */
static int
open_in_child(const struct tip *tip)
{
	unsigned char root[TREE_HASH], want[TREE_HASH];
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		close(2);
		if (store_open(&s, "ledger", 64, &why) == -1)
			_exit(1);
		tree_root(&tip->tree, want);
		tree_root(&s.tip.tree, root);
		_exit(s.tip.tree.size == tip->tree.size &&
		    memcmp(root, want, sizeof(root)) == 0 &&
		    memcmp(s.tip.last, tip->last, sizeof(root)) == 0 ? 0 : 3);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	if (WIFSIGNALED(status) || WEXITSTATUS(status) > 3)
		return 2;
	return WEXITSTATUS(status);
}

ATF_TC_WITHOUT_HEAD(a_flipped_bit_never_gives_another_tip);
ATF_TC_BODY(a_flipped_bit_never_gives_another_tip, tc)
{
	unsigned outcomes[4] = { 0 };
	unsigned char byte;
	MDB_envinfo info;
	struct tip tip;
	off_t used;
	int fd;

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 20, 300));
	tip = s.tip;
	mdb_env_info(s.env, &info);
	used = ((off_t)info.me_last_pgno + 1) * 4096;
	store_close(&s);
	fd = open(DATA, O_RDWR | O_CLOEXEC);
	for (off_t at = 0; at < used; at += 151) {
		ATF_REQUIRE_EQ(1, pread(fd, &byte, 1, at));
		byte ^= (unsigned char)(1 << at % 8);
		ATF_REQUIRE_EQ(1, pwrite(fd, &byte, 1, at));
		outcomes[open_in_child(&tip)]++;
		byte ^= (unsigned char)(1 << at % 8);
		ATF_REQUIRE_EQ(1, pwrite(fd, &byte, 1, at));
	}
	printf("same %u refused %u died %u\n", outcomes[0], outcomes[1],
	    outcomes[2]);
	ATF_CHECK_EQ(0, outcomes[3]);
	ATF_CHECK_EQ(0, outcomes[2]);
	ATF_CHECK(outcomes[0] > 0 && outcomes[1] > 0);
	ATF_CHECK_EQ(0, open_in_child(&tip));
	close(fd);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, an_empty_folder_becomes_an_empty_ledger);
	ATF_TP_ADD_TC(tp, a_start_that_was_cut_off_is_made_again);
	ATF_TP_ADD_TC(tp, all_leaves_are_there_after_reopening);
	ATF_TP_ADD_TC(tp, old_sizes_have_their_roots_and_proofs);
	ATF_TP_ADD_TC(tp, changed_hash_gives_no_consistency_proof);
	ATF_TP_ADD_TC(tp, what_is_aborted_was_never_there);
	ATF_TP_ADD_TC(tp, names_keep_their_last_value);
	ATF_TP_ADD_TC(tp, one_process_at_a_time);
	ATF_TP_ADD_TC(tp, garbage_is_refused_and_left_as_it_is);
	ATF_TP_ADD_TC(tp, anothers_database_is_refused_and_left_as_it_is);
	ATF_TP_ADD_TC(tp, a_missing_folder_is_named);
	ATF_TP_ADD_TC(tp, a_file_cut_short_is_refused);
	ATF_TP_ADD_TC(tp, a_changed_tip_is_refused);
	ATF_TP_ADD_TC(tp, a_lost_last_leaf_is_followed_by_others);
	ATF_TP_ADD_TC(tp, a_leaf_that_does_not_follow_is_refused);
	ATF_TP_ADD_TC(tp, an_entry_too_many_is_refused);
	ATF_TP_ADD_TC(tp, another_format_is_refused);
	ATF_TP_ADD_TC(tp, a_name_with_another_value_is_refused);
	ATF_TP_ADD_TC(tp, a_checkpoint_of_another_tree_is_refused);
	ATF_TP_ADD_TC(tp, a_checkpoint_with_another_root_is_refused);
	ATF_TP_ADD_TC(tp, a_flipped_bit_never_gives_another_tip);
	return atf_no_error();
}
