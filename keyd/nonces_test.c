/*
 * Which nonces are remembered, for how long by whatever clock, and who may
 * have how many.
 */
#include "nonces.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/sha256.h"
#include "state.h"
#include "keyd/test/submission.h"
#include "lib/wire.h"

#define NOW	KIT_NOW
#define DAY	COMMAND_WINDOW_MAX
#define YEAR	(365u * DAY)

static struct nonces all;
static struct why why;

static void
boot(void)
{
	ATF_REQUIRE_MSG(nonces_open(&all, kit_dir("state"), &why) == 0, "%s",
	    why.text);
}

static void
off(void)
{
	close(all.dirfd);
	nonces_close(&all);
}

static void
first_boot(void)
{
	ATF_REQUIRE(mkdir("state", 0700) == 0);
	ATF_REQUIRE(nonces_create(kit_dir("state"), &why) == 0);
	boot();
}

static enum nonce_result
take(const char *principal, const char *nonce, uint64_t not_after,
    uint64_t now)
{
	const struct nonce_of of = { nonce, strlen(nonce), not_after,
	    principal };

	return nonces_take(&all, &of, now, &why);
}

/* A file of today's format in the making. */
static struct {
	unsigned char	*data;
	struct put	 p;
	size_t		 n;
} file;

static void
put_check(size_t from)
{
	state_check(file.data + from, file.p.len - from,
	    file.data + file.p.len);
	file.p.len += STATE_CHECK_LEN;
}

static void
file_begin(void)
{
	const size_t cap = 38 + NONCES_MAX * 64;

	file.data = malloc(cap);
	file.n = 0;
	ATF_REQUIRE(file.data != NULL);
	put_init(&file.p, file.data, cap);
	put_cstr(&file.p, "casemate-nonces@v2");
	put_u64(&file.p, 0);
	put_check(0);
}

/* So many, called n0, n1, ..., which end one second after the other. */
static void
file_add(const char *principal, size_t n, uint64_t first_end)
{
	unsigned char digest[DIGEST_LEN], id[OWNER_ID_LEN];
	char name[32];

	owner_id(id, principal);
	for (size_t i = 0; i < n; i++) {
		const size_t from = file.p.len;

		snprintf(name, sizeof(name), "n%zu", file.n++);
		sha256(name, strlen(name), digest);
		put_raw(&file.p, digest, DIGEST_LEN);
		put_raw(&file.p, id, OWNER_ID_LEN);
		put_u64(&file.p, first_end + i);
		put_check(from);
	}
	ATF_REQUIRE_EQ(file.p.err, 0);
}

static void
file_end(void)
{
	mkdir("state", 0700);
	kit_write("state/nonces", file.data, file.p.len);
	free(file.data);
}

/* These sign here, with this much of the nonces for each. */
static void
share(uint64_t percent, const char *const *names, uint64_t now)
{
	static struct signer list[SIGNERS_MAX];
	struct signers signers = { list, 0 };
	struct shares shares;

	for (; *names != NULL; names++)
		strcpy(list[signers.n++].principal, *names);
	shares_init(&shares);
	shares.most[SHARE_NONCES] = percent;
	ATF_REQUIRE(nonces_share(&all, &signers, &shares, now, &why) == 0);
}

ATF_TC_WITHOUT_HEAD(a_boot_with_a_clock_ahead_leaves_no_mark);
ATF_TC_BODY(a_boot_with_a_clock_ahead_leaves_no_mark, tc)
{
	first_boot();
	ATF_CHECK_EQ(take("alice", "short", NOW + 600, NOW), NONCE_FRESH);
	ATF_CHECK_EQ(take("alice", "long", NOW + DAY, NOW), NONCE_FRESH);
	off();
	boot();
	ATF_CHECK_EQ(take("alice", "ahead", NOW + YEAR + 9, NOW + YEAR),
	    NONCE_FRESH);
	off();
	for (int i = 0; i < 2; i++) {
		boot();
		ATF_CHECK_EQ(take("alice", "short", NOW + 600, NOW),
		    NONCE_USED);
		ATF_CHECK_EQ(take("alice", "long", NOW + DAY, NOW),
		    NONCE_USED);
		ATF_CHECK_EQ(take("alice", "ahead", NOW + YEAR + 9,
		    NOW + YEAR), NONCE_USED);
		ATF_CHECK_EQ(take("alice", i == 0 ? "new" : "newer",
		    NOW + 300, NOW + 10), NONCE_FRESH);
		off();
	}
}

ATF_TC_WITHOUT_HEAD(a_full_table_drops_what_ended_first);
ATF_TC_BODY(a_full_table_drops_what_ended_first, tc)
{
	const uint64_t first = NOW - NONCES_MAX;
	struct stat st;

	file_begin();
	file_add("alice", NONCES_MAX, first);	/* the last: a second ago */
	file_end();
	boot();
	ATF_CHECK_EQ(take("alice", "new", NOW + 600, NOW), NONCE_FRESH);
	ATF_CHECK_EQ(all.n, NONCES_MAX - NONCES_DROPPED + 1);
	ATF_CHECK_EQ(all.floor, first + NONCES_DROPPED - 1);
	ATF_CHECK_EQ(all.cap, 2 * NONCES_MAX);
	ATF_REQUIRE(stat("state/nonces", &st) == 0);
	ATF_CHECK_EQ((size_t)st.st_size, 38 + 64 * all.n);
	for (int i = 0; i < 2; i++) {	/* whatever the clock says */
		ATF_CHECK_EQ(take("alice", "n0", first, first - 1),
		    NONCE_ENDED);
		ATF_CHECK_EQ(take("alice", "n4095", first + 4095, first),
		    NONCE_ENDED);
		ATF_CHECK_EQ(take("alice", "n4096", first + 4096, first),
		    NONCE_USED);
		ATF_CHECK_EQ(take("alice", "n65535", NOW - 1, NOW - 1),
		    NONCE_USED);
		ATF_CHECK_EQ(take("alice", "new", NOW + 600, NOW),
		    NONCE_USED);
		off();
		boot();
	}
	off();
}

ATF_TC_WITHOUT_HEAD(a_full_table_and_a_clock_ahead);
ATF_TC_BODY(a_full_table_and_a_clock_ahead, tc)
{
	file_begin();
	file_add("alice", 2 * NONCES_DROPPED, NOW - 2 * NONCES_DROPPED);
	file_add("bob", NONCES_MAX - 2 * NONCES_DROPPED, NOW + 1);
	file_end();
	boot();
	ATF_CHECK_EQ(take("alice", "ahead", NOW + YEAR + 9, NOW + YEAR),
	    NONCE_FRESH);
	ATF_CHECK_EQ(all.floor, NOW - NONCES_DROPPED - 1);
	off();
	boot();
	ATF_CHECK_EQ(take("alice", "n0", NOW - 2 * NONCES_DROPPED,
	    NOW - 2 * NONCES_DROPPED), NONCE_ENDED);
	ATF_CHECK_EQ(take("bob", "n8192", NOW + 1, NOW), NONCE_USED);
	ATF_CHECK_EQ(take("alice", "new", NOW + 10, NOW), NONCE_FRESH);
	off();
}

ATF_TC_WITHOUT_HEAD(a_table_full_of_live_ones_says_when);
ATF_TC_BODY(a_table_full_of_live_ones_says_when, tc)
{
	file_begin();
	file_add("alice", NONCES_MAX, NOW + 30);
	file_end();
	boot();
	ATF_CHECK_EQ(take("alice", "new", NOW + 600, NOW), NONCE_FULL);
	ATF_CHECK_MATCH("of 65536, .*submit again in 30 s", why.text);
	ATF_CHECK_EQ(take("alice", "new", NOW + 600, NOW + 30), NONCE_FULL);
	ATF_CHECK_EQ(all.n, NONCES_MAX);
	ATF_CHECK_EQ(take("alice", "new", NOW + 600, NOW + 31), NONCE_FRESH);
	ATF_CHECK_EQ(all.floor, NOW + 30);
	ATF_CHECK_EQ(take("alice", "n0", NOW + 30, NOW), NONCE_ENDED);
	off();
}

ATF_TC_WITHOUT_HEAD(a_file_of_version_1_is_read);
ATF_TC_BODY(a_file_of_version_1_is_read, tc)
{
	static const char *const names[] = { "alice", NULL };
	unsigned char text[4096];
	char path[4096];
	struct stat st;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/keyd/testdata/nonces-v1",
	    getenv("CASEMATE_SRC"));
	fd = open(path, O_RDONLY);
	ATF_REQUIRE_MSG(fd != -1 && (n = read(fd, text, sizeof(text))) > 0,
	    "%s", path);
	close(fd);
	ATF_REQUIRE(mkdir("state", 0700) == 0);
	kit_write("state/nonces", text, (size_t)n);
	for (int i = 0; i < 2; i++) {
		boot();
		ATF_REQUIRE(stat("state/nonces", &st) == 0);
		ATF_CHECK_EQ(st.st_size, 38 + 2 * 64);
		share(1, names, NOW);
		ATF_CHECK_EQ(all.owners.list[0].live, 0);
		ATF_CHECK_EQ(all.owners.pledged, 2 + all.owners.reserve);
		ATF_CHECK_EQ(take("alice", "ended long ago", 1700000001,
		    1700000000), NONCE_ENDED);
		ATF_CHECK_EQ(take("alice", "first", NOW + 600, NOW),
		    NONCE_USED);
		ATF_CHECK_EQ(take("alice", "second", NOW + DAY, NOW),
		    NONCE_USED);
		off();
	}
	boot();
	ATF_CHECK_EQ(take("alice", "third", NOW + DAY, NOW), NONCE_FRESH);
	off();
	text[40] ^= 1;		/* its first record */
	kit_write("state/nonces", text, (size_t)n);
	ATF_CHECK(nonces_open(&all, kit_dir("state"), &why) == -1);
	ATF_CHECK_MATCH("nonces: damaged", why.text);
}

ATF_TC_WITHOUT_HEAD(one_signer_gets_a_share_and_no_more);
ATF_TC_BODY(one_signer_gets_a_share_and_no_more, tc)
{
	static const char *const names[] = { "alice", "bob", NULL };

	file_begin();
	file_add("alice", NONCES_MAX / 2, NOW + 40);
	file_end();
	boot();
	share(50, names, NOW);
	ATF_CHECK_EQ(take("alice", "more", NOW + 600, NOW), NONCE_FULL);
	ATF_CHECK_MATCH("alice has the most .* 50% of the room for nonces "
	    "\\(`nonces_percent' .*first of these 32768 ends in 40 s$",
	    why.text);
	ATF_CHECK_EQ(all.n, NONCES_MAX / 2);	/* nothing was taken */
	ATF_CHECK_EQ(take("bob", "more", NOW + 600, NOW), NONCE_FRESH);
	ATF_CHECK_EQ(take("alice", "again", NOW + 600, NOW + 41),
	    NONCE_FRESH);
	ATF_CHECK_EQ(take("alice", "and again", NOW + 600, NOW + 41),
	    NONCE_FULL);
	off();
	boot();			/* the file knows whose they are */
	share(50, names, NOW + 41);
	ATF_CHECK_EQ(take("alice", "and again", NOW + 600, NOW + 41),
	    NONCE_FULL);
	ATF_CHECK_EQ(take("bob", "even more", NOW + 600, NOW + 41),
	    NONCE_FRESH);
	off();
}

/* All that this signer can get. */
static size_t
take_all(struct owners *o, const char *name)
{
	unsigned char id[OWNER_ID_LEN];
	size_t n = 0;

	owner_id(id, name);
	for (; owners_room(o, id) == ROOM_FREE; n++)
		owners_add(o, id, NOW + DAY);
	return n;
}

ATF_TC_WITHOUT_HEAD(many_greedy_signers_leave_the_others_their_reserve);
ATF_TC_BODY(many_greedy_signers_leave_the_others_their_reserve, tc)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f",
	    "g", "h", "i", "j", NULL };
	size_t got[10], sum = 0;

	first_boot();
	for (uint64_t percent = 1; percent <= 100; percent += 33) {
		share(percent, names, NOW);
		ATF_CHECK(all.owners.reserve == NONCES_MAX / 20 ||
		    all.owners.reserve == all.owners.limit);
		sum = 0;
		for (int i = 0; i < 10; i++)
			sum += got[i] = take_all(&all.owners, names[i]);
		for (int i = 0; i < 10; i++)
			ATF_CHECK_MSG(got[i] >= all.owners.reserve,
			    "%s has %zu of %zu", names[i], got[i],
			    all.owners.reserve);
		ATF_CHECK(sum <= NONCES_MAX);
		ATF_CHECK(got[0] <= NONCES_MAX * percent / 100);
	}
	ATF_CHECK_EQ(sum, NONCES_MAX);		/* at 100: none is idle */
	off();
}

ATF_TC_WITHOUT_HEAD(nonces_of_others_and_of_a_clock_ahead_count_in_the_total);
ATF_TC_BODY(nonces_of_others_and_of_a_clock_ahead_count_in_the_total, tc)
{
	static const char *const names[] = { "alice", "bob", NULL };

	file_begin();
	file_add("carol", 1000, NOW + 1);	/* not in this site */
	file_add("alice", 40000, NOW + YEAR);
	file_end();
	boot();
	share(50, names, NOW);
	ATF_CHECK_EQ(all.owners.list[0].live + all.owners.list[1].live, 0);
	ATF_CHECK_EQ(all.owners.pledged, 41000 + NONCES_MAX / 2);
	ATF_CHECK_EQ(take("alice", "new", NOW + 600, NOW), NONCE_FRESH);
	share(50, names, NOW + YEAR);	/* and there they are hers */
	ATF_CHECK_EQ(take("alice", "more", NOW + YEAR, NOW + YEAR),
	    NONCE_FULL);
	ATF_CHECK_EQ(take("alice", "newer", NOW + 600, NOW), NONCE_FRESH);
	off();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_boot_with_a_clock_ahead_leaves_no_mark);
	ATF_TP_ADD_TC(tp, a_full_table_drops_what_ended_first);
	ATF_TP_ADD_TC(tp, a_full_table_and_a_clock_ahead);
	ATF_TP_ADD_TC(tp, a_table_full_of_live_ones_says_when);
	ATF_TP_ADD_TC(tp, a_file_of_version_1_is_read);
	ATF_TP_ADD_TC(tp, one_signer_gets_a_share_and_no_more);
	ATF_TP_ADD_TC(tp, many_greedy_signers_leave_the_others_their_reserve);
	ATF_TP_ADD_TC(tp,
	    nonces_of_others_and_of_a_clock_ahead_count_in_the_total);
	return atf_no_error();
}
