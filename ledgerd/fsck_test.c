/* What fsck finds, and that it finds nothing else. */
#include "fsck.h"

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledgerd/test/fill.h"
#include "lib/msg/msg.h"

#define DATA	"ledger/data.mdb"

static struct store s;
static struct fsck f;
static char text[1 << 20];
static unsigned char *file;	/* the whole ledger */
static size_t file_len;

static void
load(void)
{
	struct stat st;
	int fd = open(DATA, O_RDONLY | O_CLOEXEC);

	ATF_REQUIRE(fd != -1 && fstat(fd, &st) == 0);
	file_len = (size_t)st.st_size;
	file = malloc(file_len);
	ATF_REQUIRE(file != NULL);
	ATF_REQUIRE_EQ((ssize_t)file_len, read(fd, file, file_len));
	close(fd);
}

static void
save(void)
{
	int fd = open(DATA, O_WRONLY | O_CLOEXEC);

	ATF_REQUIRE_EQ((ssize_t)file_len, write(fd, file, file_len));
	close(fd);
}

/* Changes the middle of the bytes in all places of the file. */
static void
change(const void *bytes, size_t len)
{
	unsigned char *at = file;
	unsigned found = 0;

	load();
	for (at = file; (at = memmem(at, file_len - (size_t)(at - file), bytes,
	    len)) != NULL; found++)
		at[len / 2] ^= 1;
	ATF_REQUIRE(found > 0);
	save();
}

/* fsck has one finding, with these words. */
static void
check_finds(const char *words)
{
	ATF_CHECK_EQ_MSG(1, fill_fsck(&s, &f, text, sizeof(text)), "%s", text);
	ATF_CHECK_MSG(strstr(text, words) != NULL, "%s", text);
}

ATF_TC_WITHOUT_HEAD(a_sound_ledger_has_no_findings);
ATF_TC_BODY(a_sound_ledger_has_no_findings, tc)
{
	fill_open(&s);
	ATF_CHECK_EQ(0, fill_fsck(&s, &f, text, sizeof(text)));
	for (unsigned i = 0; i < 30; i++) {
		ATF_REQUIRE_EQ(0, fill_batch(&s, 3, 100 * i));
		ATF_REQUIRE_EQ(0, fill_evidence(&s, 1 + i % 3, 200 * i));
	}
	ATF_CHECK_EQ_MSG(0, fill_fsck(&s, &f, text, sizeof(text)), "%s", text);
	ATF_CHECK_STREQ("", text);
	ATF_CHECK_EQ(150, f.leaves);
	ATF_CHECK_EQ(tree_node_number(0, 150), f.nodes);
	ATF_CHECK_EQ(120, f.files);
	ATF_CHECK(f.disclosures >= 60 * 6);
	fill_reopen(&s);
	ATF_CHECK_EQ(0, fill_fsck(&s, &f, text, sizeof(text)));
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(leaves_may_be_appended_between_slices);
ATF_TC_BODY(leaves_may_be_appended_between_slices, tc)
{
	static char slice[DATA_MAX];

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_evidence(&s, 2 * FSCK_LEAVES, 100));
	fsck_start(&f, &s, 0, 0);
	for (unsigned i = 0; !f.done; i++) {
		ATF_REQUIRE(i < 20);
		fsck_some(&f, slice, sizeof(slice));
		if (!f.done && i < 5)
			ATF_REQUIRE_EQ(0, fill_evidence(&s, 20, 100));
	}
	ATF_CHECK_EQ(0, f.findings);
	ATF_CHECK_EQ(s.tip.tree.size, f.leaves);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_changed_leaf_is_named);
ATF_TC_BODY(a_changed_leaf_is_named, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_evidence(&s, 50, 100));
	change("\"id\":\"7\",\"source\"", 17);
	check_finds("leaf 7 is not as it was recorded");
	ATF_CHECK_EQ(49, f.leaves - 1);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_changed_node_is_named);
ATF_TC_BODY(a_changed_node_is_named, tc)
{
	unsigned char node[TREE_HASH];
	char want[64];

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, STORE_LATE + 8, 100));
	ATF_REQUIRE_EQ(0, store_node(&s, 5, 0, node));
	change(node, sizeof(node));
	fill_fsck(&s, &f, text, sizeof(text));
	snprintf(want, sizeof(want), "node %u is not that of the two below it",
	    (unsigned)tree_node_number(5, 0));
	ATF_CHECK_MSG(strstr(text, want) != NULL, "%s", text);
	ATF_CHECK_MSG(strstr(text, "has not the root that was recorded") !=
	    NULL, "%s", text);
	ATF_CHECK_EQ(2, f.findings);
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_changed_disclosure_is_named);
ATF_TC_BODY(a_changed_disclosure_is_named, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 3, 100));
	ATF_REQUIRE_EQ(0, fill_evidence(&s, 1, 100));
	change("\"submitter_key\"", 15);	/* the value is its name */
	check_finds("leaf 3: what discloses its submitter_key is lost");
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(changed_evidence_is_named);
ATF_TC_BODY(changed_evidence_is_named, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_evidence(&s, 5, 100));
	change("command 4", 9);
	check_finds("leaf 4: its evidence command is not as it was recorded");
	store_close(&s);
}

ATF_TC_WITHOUT_HEAD(a_changed_tip_is_named);
ATF_TC_BODY(a_changed_tip_is_named, tc)
{
	unsigned char root[TREE_HASH];

	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 5, 100));
	tree_root(&s.tip.tree, root);
	change(root, sizeof(root));
	check_finds("its size and root are not those that were recorded");
	store_close(&s);
}

static void
plant_checkpoint(const char *note)
{
	ATF_REQUIRE_EQ(0, store_begin(&s, 0, 0));
	ATF_REQUIRE_EQ(0, store_set(&s, "checkpoint", note, strlen(note)));
	ATF_REQUIRE_EQ(0, store_commit(&s));
}

ATF_TC_WITHOUT_HEAD(a_wrong_checkpoint_is_named);
ATF_TC_BODY(a_wrong_checkpoint_is_named, tc)
{
	fill_open(&s);
	ATF_REQUIRE_EQ(0, fill_batch(&s, 5, 100));
	plant_checkpoint("garbage");
	check_finds("the last checkpoint is garbage");
	store_close(&s);
}

/* Every page in turn: nothing is found, or the page or its leaves are named. */
ATF_TC(a_lost_page_is_found);
ATF_TC_HEAD(a_lost_page_is_found, tc)
{
	atf_tc_set_md_var(tc, "timeout", "600");
}
ATF_TC_BODY(a_lost_page_is_found, tc)
{
	static unsigned char sound[4096];
	unsigned found = 0, missed = 0;
	uint64_t used, in_use;

	fill_open(&s);
	for (unsigned i = 0; i < 20; i++) {
		ATF_REQUIRE_EQ(0, fill_batch(&s, 3, 300));
		ATF_REQUIRE_EQ(0, fill_evidence(&s, 1, 3000));
	}
	ATF_REQUIRE_EQ(0, store_load(&s));
	used = s.pages.end;
	in_use = s.leaves.pages + s.nodes.pages + s.pages.names.pages +
	    s.pages.free.pages + PAGE_METAS;
	load();
	for (uint64_t nr = 0; nr < used; nr++) {
		memcpy(sound, file + nr * PAGE, PAGE);
		memset(file + nr * PAGE, 0xa5, PAGE);
		save();
		if (fill_fsck(&s, &f, text, sizeof(text)) == 0)
			missed++;
		else
			found++;
		memcpy(file + nr * PAGE, sound, PAGE);
	}
	save();
	printf("%u found, %u not in use\n", found, missed);
	ATF_CHECK_EQ(in_use, found);
	ATF_CHECK_EQ(0, fill_fsck(&s, &f, text, sizeof(text)));
	store_close(&s);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_sound_ledger_has_no_findings);
	ATF_TP_ADD_TC(tp, leaves_may_be_appended_between_slices);
	ATF_TP_ADD_TC(tp, a_changed_leaf_is_named);
	ATF_TP_ADD_TC(tp, a_changed_node_is_named);
	ATF_TP_ADD_TC(tp, a_changed_disclosure_is_named);
	ATF_TP_ADD_TC(tp, changed_evidence_is_named);
	ATF_TP_ADD_TC(tp, a_changed_tip_is_named);
	ATF_TP_ADD_TC(tp, a_wrong_checkpoint_is_named);
	ATF_TP_ADD_TC(tp, a_lost_page_is_found);
	return atf_no_error();
}
