/*
 * keyd with a key, a name and a ledger that do not belong together: it must
 * not sign for them.
 */
#include "identity.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "keyd/test/daemon.h"
#include "keyd/test/submission.h"
#include "keyd/test/talk.h"

static struct daemon d;
static char note[NOTE_TEXT_MAX];	/* of the last take_note() */
static size_t note_len;

static void
make_site(void)
{
	char line[1024];

	kit_key("alice", "ed25519");
	kit_line(line, sizeof(line), "alice", "", "alice");
	kit_site(line);
	daemon_init(&d);
}

static void
name_site(const char *name)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "version: 1\nname: %s\n", name);

	kit_write("site/settings.yaml", text, (size_t)len);
}

static void
start(void)
{
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
}

/* Has a checkpoint of this size signed and keeps it. */
static void
take_note(uint64_t size)
{
	struct msg_checkpoint_signed m;
	struct get g;

	talk_checkpoint(&d, size, 0x11);
	daemon_await(&d.ledgerd, MSG_CHECKPOINT_SIGNED, &g);
	ATF_REQUIRE_EQ(0, msg_get_checkpoint_signed(&g, &m));
	ATF_REQUIRE_EQ(size, m.size);
	memcpy(note, m.note.p, m.note.len);
	note_len = m.note.len;
}

/* The site's name is `name'; the log of its end has these words. */
static void
refuses_to_start(const char *words)
{
	char byte;

	unlink("log");
	daemon_start_logic(&d);
	ATF_CHECK_EQ(daemon_await_end(&d), EXIT_REFUSED);
	ATF_CHECK_EQ(read(d.notify, &byte, 1), 0);
	ATF_CHECK_EQ_MSG(daemon_check_log(words), 0, "%s", words);
	close(d.notify);
}

/* It is ready, and denies the checkpoint of the ledger that was told. */
static void
denies(uint64_t size, const char *words)
{
	talk_checkpoint(&d, size, 0x11);
	talk_expect_denied(&d, size, words);
}

ATF_TC_WITHOUT_HEAD(a_renamed_site_on_an_old_disk_is_refused);
ATF_TC_BODY(a_renamed_site_on_an_old_disk_is_refused, tc)
{
	make_site();
	name_site("first");
	start();
	take_note(1);
	ATF_CHECK_EQ(0, strncmp(d.vkey, "casemate/first+", 15));
	daemon_kill(&d);
	name_site("second");
	refuses_to_start("keyd: the site names this appliance second, but the "
	    "key and the ledger on its data disk are those of first");
	refuses_to_start("write `name: first' into settings.yaml");
	unlink("site/settings.yaml");
	refuses_to_start("names this appliance casemate, but");
	name_site("first");
	start();
	take_note(2);
	daemon_kill(&d);
}

/* A start without a site must not make another identity. */
ATF_TC_WITHOUT_HEAD(without_a_site_the_name_stays);
ATF_TC_BODY(without_a_site_the_name_stays, tc)
{
	make_site();
	name_site("first");
	start();
	take_note(1);
	daemon_kill(&d);
	ATF_REQUIRE(rename("site", "away") == 0 && mkdir("site", 0700) == 0);
	start();
	ATF_CHECK_EQ(0, strncmp(d.vkey, "casemate/first+", 15));
	talk_ledger(&d, "casemate/first", note, note_len);
	take_note(2);
	daemon_kill(&d);
}

/* A disk from before the file `name' was there. */
static void
old_disk(void)
{
	make_site();
	name_site("first");
	start();
	take_note(1);
	daemon_kill(&d);
	ATF_REQUIRE(unlink("state/name") == 0);
}

ATF_TC_WITHOUT_HEAD(an_old_disks_name_is_learned_from_its_ledger);
ATF_TC_BODY(an_old_disks_name_is_learned_from_its_ledger, tc)
{
	old_disk();
	name_site("second");
	start();
	talk_ledger(&d, "casemate/first", note, note_len);
	denies(2, "are those of first");
	daemon_kill(&d);
	start();
	talk_ledger(&d, "casemate/first", NULL, 0);	/* no checkpoint kept */
	denies(2, "are those of first");
	daemon_kill(&d);
	ATF_CHECK(access("state/name", F_OK) == -1);
	name_site("first");
	daemon_start(&d, tc);		/* records it in its sandbox */
	daemon_await_ready(&d);
	talk_info(&d);
	talk_ledger(&d, "casemate/first", note, note_len);
	take_note(2);
	daemon_kill(&d);
	ATF_CHECK(access("state/name", F_OK) == 0);
	name_site("second");
	refuses_to_start("are those of first");
}

ATF_TC_WITHOUT_HEAD(another_disks_ledger_is_not_signed_for);
ATF_TC_BODY(another_disks_ledger_is_not_signed_for, tc)
{
	make_site();
	start();
	take_note(9);
	daemon_kill(&d);
	ATF_REQUIRE(rename("state", "away") == 0 && mkdir("state", 0700) == 0);
	start();
	talk_ledger(&d, "casemate/casemate", note, note_len);
	denies(9, "was not signed by the key there, casemate/");
	talk_ledger(&d, "casemate/casemate", "garbage\n", 8);
	denies(9, "was not signed by the key there, casemate/");
	talk_ledger(&d, "", NULL, 0);
	take_note(9);
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(older_files_of_keyd_are_noticed);
ATF_TC_BODY(older_files_of_keyd_are_noticed, tc)
{
	make_site();
	start();
	take_note(5);
	daemon_kill(&d);
	ATF_REQUIRE(system("cp -r state older") == 0);
	start();
	talk_ledger(&d, "casemate/casemate", note, note_len);
	take_note(6);
	daemon_kill(&d);
	ATF_REQUIRE(system("rm -r state && mv older state") == 0);
	start();
	talk_ledger(&d, "casemate/casemate", note, note_len);
	denies(7, "has a checkpoint of 6 leaves that keyd's files do not "
	    "know, since their newest has 5");
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(ledgerd_must_say_which_ledger_it_has);
ATF_TC_BODY(ledgerd_must_say_which_ledger_it_has, tc)
{
	make_site();
	start();
	d.ledger_told = true;		/* not true */
	talk_checkpoint(&d, 1, 0x11);
	ATF_CHECK_EQ(daemon_await_end(&d), EXIT_PEER);
	ATF_CHECK_EQ(daemon_check_log("has not said which ledger"), 0);
}

ATF_TC_WITHOUT_HEAD(a_damaged_name_is_named);
ATF_TC_BODY(a_damaged_name_is_named, tc)
{
	static const char *const bad[] = { "", "x", "casemate-name@v1" };
	static const char zeros[512];
	char name[NOTE_NAME_MAX + 1];
	struct why w;
	int dirfd;

	make_site();
	start();
	daemon_kill(&d);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		kit_write("state/name", bad[i], strlen(bad[i]));
		refuses_to_start("keyd: name: damaged; put back");
	}
	kit_write("state/name", zeros, sizeof(zeros));
	refuses_to_start("keyd: name: damaged; put back");
	dirfd = kit_dir("state");
	ATF_REQUIRE_EQ(0, identity_save(dirfd, "a b", &w));
	ATF_CHECK_EQ(-1, identity_load(dirfd, name, &w));
	ATF_REQUIRE_EQ(0, identity_save(dirfd, "casemate/x", &w));
	ATF_CHECK_EQ(0, identity_load(dirfd, name, &w));
	ATF_CHECK_STREQ("casemate/x", name);
	close(dirfd);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_renamed_site_on_an_old_disk_is_refused);
	ATF_TP_ADD_TC(tp, without_a_site_the_name_stays);
	ATF_TP_ADD_TC(tp, an_old_disks_name_is_learned_from_its_ledger);
	ATF_TP_ADD_TC(tp, another_disks_ledger_is_not_signed_for);
	ATF_TP_ADD_TC(tp, older_files_of_keyd_are_noticed);
	ATF_TP_ADD_TC(tp, ledgerd_must_say_which_ledger_it_has);
	ATF_TP_ADD_TC(tp, a_damaged_name_is_named);
	return atf_no_error();
}
