/* The site's files are kept beside the leaf of the first start with them. */
#include "site.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "ledgerd/test/fill.h"
#include "ledgerd/test/peers.h"
#include "lib/log.h"

static struct ledgerd_play p;
static struct store store;

static const struct play_file files[] = {
	{ "allowed_signers", "alice key\n", 10 },
	{ "entities.yaml", "", 0 },
	{ "policy/a.cedar", "permit\n", 7 },
};
static const struct play_file others[] = {
	{ "allowed_signers", "bob key\n", 8 },
	{ "settings.yaml", "version: 1\n", 11 },
};
#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

static void
boot(const char *id)
{
	const char *args[] = { "-m", "kept", "-b", id, NULL };

	play_start(&p, "ledger", args);
	play_until_ready(&p);
}

static void
halt(void)
{
	play_kill(&p);
	p.runner_there = false;
}

static void
setup(void)
{
	ATF_REQUIRE_EQ(0, mkdir("ledger", 0700));
	play_init(&p);
}

static void
open_ledger(void)
{
	struct why w;

	ATF_REQUIRE_EQ_MSG(0, store_open(&store, "ledger", STORE_MIB, &w),
	    "%s", w.text);
}

/* Which leaf has the files of the site that was set last; -1: none. */
static int
leaf_of_site(void)
{
	uint64_t leaf;
	int found = site_find(&store, p.site, &leaf);

	ATF_REQUIRE(found != -1);
	return found == 0 ? -1 : (int)leaf;
}

/* The leaf's nth file is this one. */
static void
check_file(uint64_t leaf, uint64_t n, const char *name, const void *want,
    size_t wantlen)
{
	char *text = malloc(wantlen + 1);
	struct beside b;
	struct beside_file f;
	size_t len, got = 0;
	bool last = false;

	ATF_REQUIRE_EQ(0, beside_open(&b, &store, leaf));
	ATF_REQUIRE_EQ(1, beside_nth(&b, &n, &f));
	ATF_CHECK_STREQ(f.name, name);
	while (!last) {
		ATF_REQUIRE_EQ(0, beside_read(&b, &f, got, text + got,
		    wantlen + 1 - got, &len, &last));
		got += len;
	}
	ATF_CHECK_EQ(got, wantlen);
	ATF_CHECK(memcmp(text, want, wantlen) == 0);
	free(text);
}

static bool
has_file(uint64_t leaf, uint64_t n)
{
	struct beside_file f;
	struct beside b;

	ATF_REQUIRE_EQ(0, beside_open(&b, &store, leaf));
	return beside_nth(&b, &n, &f) == 1;
}

ATF_TC_WITHOUT_HEAD(the_first_start_with_a_site_keeps_its_files);
ATF_TC_BODY(the_first_start_with_a_site_keeps_its_files, tc)
{
	/* sha256sum allowed_signers entities.yaml policy/a.cedar */
	static const char sums[] =
	    "ebc1a908748d46ebaa7cbd1ef04af15c429524e383a51486"
	    "89464656e00f7e1f  allowed_signers\n"
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934c"
	    "a495991b7852b855  entities.yaml\n"
	    "a0e17a408f57c62d50e11e5e5a59caeaf4cc29f76d53101d"
	    "989e8aa462fe2b6c  policy/a.cedar\n";

	setup();
	play_site(&p, files, COUNT(files));
	boot("boot-1");
	ATF_CHECK_EQ(3, p.parts);
	halt();
	open_ledger();
	ATF_CHECK_EQ(0, leaf_of_site());
	check_file(0, 0, "site/allowed_signers", "alice key\n", 10);
	check_file(0, 1, "site/entities.yaml", "", 0);
	check_file(0, 2, "site/policy/a.cedar", "permit\n", 7);
	check_file(0, 3, "site/SHA256SUMS", sums, strlen(sums));
	ATF_CHECK(!has_file(0, 4));
	store_close(&store);
}

ATF_TC_WITHOUT_HEAD(a_site_is_kept_once);
ATF_TC_BODY(a_site_is_kept_once, tc)
{
	setup();
	play_site(&p, files, COUNT(files));
	boot("boot-1");
	halt();
	boot("boot-1");			/* ledgerd was restarted */
	halt();
	boot("boot-2");
	halt();
	ATF_CHECK_EQ(3, p.parts);
	play_site(&p, others, COUNT(others));
	boot("boot-3");
	ATF_CHECK_EQ(5, p.parts);
	halt();
	open_ledger();
	ATF_CHECK(!has_file(1, 0));
	ATF_CHECK_EQ(2, leaf_of_site());
	check_file(2, 0, "site/allowed_signers", "bob key\n", 8);
	play_site(&p, files, COUNT(files));
	ATF_CHECK_EQ(0, leaf_of_site());
	store_close(&store);
	boot("boot-4");			/* back to the first */
	ATF_CHECK_EQ(5, p.parts);
	halt();
}

static void
gives_file(uint64_t leaf, uint32_t file, const char *name, const char *text)
{
	struct answer a;

	MSG_SEND(&p.runner, ledger_evidence, .seq = 7, .index = leaf,
	    .file = file);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(a.type, MSG_LEDGER_EVIDENCE_IS);
	ATF_CHECK_STREQ(a.name, name);
	ATF_CHECK_EQ(a.len, strlen(text));
	ATF_CHECK(memcmp(a.text, text, a.len) == 0);
}

ATF_TC_WITHOUT_HEAD(each_leaf_gives_the_files_of_its_site);
ATF_TC_BODY(each_leaf_gives_the_files_of_its_site, tc)
{
	setup();
	play_site(&p, files, COUNT(files));
	boot("boot-1");
	halt();
	play_site(&p, others, COUNT(others));
	boot("boot-2");
	halt();
	play_site(&p, files, COUNT(files));
	boot("boot-3");
	while (!p.runner_there)
		ATF_REQUIRE(play_turn(&p, &(struct answer){ 0 },
		    PLAY_LIMIT_MS) || p.runner_there);
	gives_file(0, 0, "site/allowed_signers", "alice key\n");
	gives_file(1, 0, "site/allowed_signers", "bob key\n");
	gives_file(2, 0, "site/allowed_signers", "alice key\n");
	gives_file(2, 2, "site/policy/a.cedar", "permit\n");
	gives_file(2, 4, "", "");
	halt();
}

ATF_TC_WITHOUT_HEAD(no_site_has_no_files);
ATF_TC_BODY(no_site_has_no_files, tc)
{
	setup();
	boot("boot-1");
	ATF_CHECK_EQ(0, p.parts);
	halt();
	open_ledger();
	ATF_CHECK(!has_file(0, 0));
	store_close(&store);
}

/* Of the image's program, so that its limit of memory holds. */
ATF_TC_WITHOUT_HEAD(the_largest_site_is_kept);
ATF_TC_BODY(the_largest_site_is_kept, tc)
{
	static unsigned char large[SITE_BYTES_MAX];
	const struct play_file one = { "policies/a.cedar.json", large,
	    sizeof(large) };

	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (unsigned char)(i * 2654435761u >> 24);
	setup();
	play_site(&p, &one, 1);
	boot("boot-1");
	ATF_CHECK_EQ(SITE_BYTES_MAX / DATA_MAX, p.parts);
	halt();
	open_ledger();
	check_file(0, 0, "site/policies/a.cedar.json", large, sizeof(large));
	store_close(&store);
}

/* Changes the text wherever it is in one page of the ledger's file. */
static void
change(const char *what)
{
	static char page[PAGE];
	int fd = open("ledger/data.mdb", O_RDWR | O_CLOEXEC);
	char *at;

	for (off_t nr = PAGE_METAS; pread(fd, page, PAGE, nr * PAGE) == PAGE;
	    nr++) {
		for (at = page; (at = memmem(at, (size_t)(page + PAGE - at),
		    what, strlen(what))) != NULL; at++)
			*at ^= 1;
		ATF_REQUIRE_EQ(PAGE, pwrite(fd, page, PAGE, nr * PAGE));
	}
	close(fd);
}

static unsigned
count_lines(const char *text)
{
	unsigned n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* As many files as a site can have, with the longest names. */
ATF_TC_WITHOUT_HEAD(all_files_of_a_site_are_checked);
ATF_TC_BODY(all_files_of_a_site_are_checked, tc)
{
	static char paths[SITE_FILES_MAX][SITE_PATH_MAX + 1], text[1 << 17];
	static struct play_file many[SITE_FILES_MAX];
	static struct fsck f;

	for (int i = 0; i < SITE_FILES_MAX; i++) {
		memset(paths[i], 'p', SITE_PATH_MAX);
		memcpy(paths[i], "policies/", 9);
		for (int at = 11, n = i; at >= 9; n /= 10)
			paths[i][at--] = (char)('0' + n % 10);
		many[i] = (struct play_file){ paths[i], "permit\n", 7 };
	}
	setup();
	play_site(&p, many, SITE_FILES_MAX);
	boot("boot-1");
	halt();
	open_ledger();
	ATF_CHECK_EQ_MSG(0, fill_fsck(&store, &f, text, sizeof(text)), "%.999s",
	    text);
	ATF_CHECK_EQ(SITE_FILES_MAX + 1, f.files);
	change("permit\n");
	fill_fsck(&store, &f, text, sizeof(text));
	ATF_CHECK_EQ(count_lines(text), f.findings);
	ATF_CHECK_MSG(strstr(text, "leaf 0: more of its evidence") != NULL,
	    "%.999s", text);
	store_close(&store);
}

ATF_TC_WITHOUT_HEAD(other_files_than_the_digest_says_end_it);
ATF_TC_BODY(other_files_than_the_digest_says_end_it, tc)
{
	static const char *const args[] = { "-m", "kept", "-b", "b", NULL };

	setup();
	play_site(&p, files, COUNT(files));
	p.other_site = true;
	play_start(&p, "ledger", args);
	ATF_CHECK_EQ(EXIT_PEER, play_wait_exit(&p));
	play_check_log("the site's files are not those of its digest");
	ATF_CHECK(!p.ready);
}

ATF_TC_WITHOUT_HEAD(a_new_keyd_sends_them_from_the_first);
ATF_TC_BODY(a_new_keyd_sends_them_from_the_first, tc)
{
	static const char *const args[] = { "-m", "kept", "-b", "b", NULL };
	struct answer a;

	setup();
	play_site(&p, files, COUNT(files));
	play_start(&p, "ledger", args);
	while (p.parts < 2)
		ATF_REQUIRE(play_turn(&p, &a, PLAY_LIMIT_MS) || p.parts == 2);
	play_new_keyd(&p);
	play_until_ready(&p);
	ATF_CHECK(p.parts >= 3);
	halt();
	open_ledger();
	check_file(0, 2, "site/policy/a.cedar", "permit\n", 7);
	ATF_CHECK(!has_file(0, 4));
	store_close(&store);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, the_first_start_with_a_site_keeps_its_files);
	ATF_TP_ADD_TC(tp, a_site_is_kept_once);
	ATF_TP_ADD_TC(tp, each_leaf_gives_the_files_of_its_site);
	ATF_TP_ADD_TC(tp, no_site_has_no_files);
	ATF_TP_ADD_TC(tp, the_largest_site_is_kept);
	ATF_TP_ADD_TC(tp, all_files_of_a_site_are_checked);
	ATF_TP_ADD_TC(tp, other_files_than_the_digest_says_end_it);
	ATF_TP_ADD_TC(tp, a_new_keyd_sends_them_from_the_first);
	return atf_no_error();
}
