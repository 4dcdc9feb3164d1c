/* `casemate list', and the messages that point to it. */
#include "casemate.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <atf-c.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "client/vm/lock.h"
#include "client/vm/state.h"
#include "lib/log.h"
#include "need.h"
#include "say.h"

#define LIST_CHECK_OUT(text)						\
	ATF_CHECK_MSG(strstr(user_out, text) != NULL, "%s", user_out)

static char here[PATH_MAX];

static void
enter(void)
{
	ATF_REQUIRE(getcwd(here, sizeof(here)) != NULL);
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", here, 1));
}

static int
list(const char *option)
{
	const char *words[] = { "list", option, NULL };

	return user_run(&cmd_list, words);
}

/* An appliance whose QEMU is this process. */
static void
make_up(const char *name, unsigned ready)
{
	struct vm_state s = { .machine = "pc", .accel = "tcg", .cpus = 2,
	    .memory_mib = 300, .site = "00ff", .image = "/x/image",
	    .disk = "/x/disk", .ready = ready };

	s.qemu.pid = getpid();
	s.qemu.start = proc_start_time(getpid());
	ATF_REQUIRE(state_open(name) != -1);
	ATF_REQUIRE_EQ(0, state_save(name, &s));
}

static void
make_key(const char *file)
{
	struct fake f;

	fake_init(&f, USER_SOCKET);
	user_write(file, f.vkey, 0644);
	unlink(USER_SOCKET);
}

ATF_TC_WITHOUT_HEAD(empty_host_says_what_to_do);
ATF_TC_BODY(empty_host_says_what_to_do, tc)
{
	enter();
	ATF_CHECK_EQ(EXIT_OK, list(NULL));
	ATF_CHECK_STREQ("", user_out);
	USER_CHECK_ERR("no appliance; `casemate up --name NAME --site DIR'");
	ATF_CHECK_EQ(EXIT_OK, list("--json"));
	ATF_CHECK_STREQ("", user_out);
	user_write("casemate", "", 0644);
	ATF_CHECK_EQ(EXIT_REFUSED, list(NULL));
	USER_CHECK_ERR("casemate: cannot open the folder: Not a directory");
}

ATF_TC_WITHOUT_HEAD(one_that_is_up_says_how_to_reach_it);
ATF_TC_BODY(one_that_is_up_says_how_to_reach_it, tc)
{
	char *at;

	enter();
	make_up("box", 1);
	make_key("casemate/box/appliance.vkey");
	at = need_printf("reach  --on box, or unix:%s/casemate/box/vsock.sock\n",
	    here);
	ATF_CHECK_EQ_MSG(EXIT_OK, list(NULL), "%s", user_err);
	LIST_CHECK_OUT("\nbox          up       ");
	LIST_CHECK_OUT(" s      ");
	LIST_CHECK_OUT(" pc       tcg     300 M     2 ");
	LIST_CHECK_OUT(at);
	LIST_CHECK_OUT("    image  /x/image\n    disk   /x/disk\n");
	ATF_CHECK_EQ(EXIT_OK, list("--json"));
	ATF_CHECK(strncmp(user_out, "{\"name\":\"box\",\"state\":\"up\",", 27)
	    == 0);
	LIST_CHECK_OUT("\"site_sha256\":\"00ff\"}\n");
	LIST_CHECK_OUT("\"memory_mib\":300,\"cpus\":2,\"image\":\"/x/image\"");
	LIST_CHECK_OUT("\"key\":\"casemate/");
	free(at);
}

ATF_TC_WITHOUT_HEAD(booting_stale_and_down_are_told_apart);
ATF_TC_BODY(booting_stale_and_down_are_told_apart, tc)
{
	enum lock_user held;
	struct proc holder;
	struct vm_state s = { .machine = "pc", .accel = "tcg" };

	enter();
	make_up("booting", 0);
	make_key("casemate/booting/appliance.vkey");
	make_up("gone", 1);
	ATF_REQUIRE_EQ(STATE_UP, state_load("gone", &s));
	s.qemu.start--;
	ATF_REQUIRE_EQ(0, state_save("gone", &s));
	ATF_REQUIRE(state_open("empty") != -1);
	/* The lock is this process's, which is `up' before QEMU runs. */
	ATF_REQUIRE(state_open("trying") != -1);
	ATF_REQUIRE(lock_try("trying", LOCK_UP, &holder, &held) != -1);
	ATF_REQUIRE(state_open("was-up") != -1);
	make_key("casemate/was-up/appliance.vkey");
	user_write("casemate/was-up/data.img", "", 0600);
	ATF_CHECK_EQ_MSG(EXIT_OK, list(NULL), "%s", user_err);
	/* Its key is not known before it has answered. */
	LIST_CHECK_OUT("\nbooting      booting  ");
	LIST_CHECK_OUT("\nempty        down     -        -  ");
	LIST_CHECK_OUT("\ngone         stale    -        -  ");
	LIST_CHECK_OUT("`casemate down gone' removes what it left\n");
	LIST_CHECK_OUT("\ntrying       booting  -        -  ");
	LIST_CHECK_OUT("\nwas-up       down     -        ");
	LIST_CHECK_OUT("/casemate/was-up/data.img\n");
	ATF_CHECK_EQ(NULL, strstr(user_out, "--on was-up"));
}

/* None of these stops the others. */
ATF_TC_WITHOUT_HEAD(damage_is_said_and_the_rest_is_listed);
ATF_TC_BODY(damage_is_said_and_the_rest_is_listed, tc)
{
	enter();
	make_up("a", 1);
	user_write("casemate/a/appliance.vkey", "no key\n", 0644);
	make_up("b", 1);
	user_write("casemate/b/state", "what?\n", 0600);
	make_up("c", 1);
	ATF_REQUIRE_EQ(0, unlink("casemate/c/state"));
	ATF_REQUIRE_EQ(0, mkfifo("casemate/c/state", 0600));
	make_up("d", 1);
	user_write("casemate/d/state", "casemate-state 1\n", 0600);
	make_up("e", 1);
	ATF_REQUIRE_EQ(0, mkdir("casemate/Not A Name", 0755));
	user_write("casemate/file", "", 0600);
	ATF_REQUIRE_EQ(0, symlink("nowhere", "casemate/link"));
	user_write("casemate/.kvm-probe", "", 0600);
	ATF_CHECK_EQ(EXIT_REFUSED, list(NULL));
	USER_CHECK_ERR("a/appliance.vkey: ");
	USER_CHECK_ERR("b/state: is damaged");
	USER_CHECK_ERR("c/state: is a FIFO");
	USER_CHECK_ERR("d/state: another version of casemate");
	USER_CHECK_ERR("/Not A Name: is not an appliance's folder");
	USER_CHECK_ERR("/file: is not an appliance's folder");
	USER_CHECK_ERR("/link: is not an appliance's folder");
	ATF_CHECK_EQ(NULL, strstr(user_err, "kvm-probe"));
	LIST_CHECK_OUT("\na            up  ");
	LIST_CHECK_OUT("\nb            damaged  ");
	LIST_CHECK_OUT("\nc            damaged  ");
	LIST_CHECK_OUT("\nd            damaged  ");
	LIST_CHECK_OUT("\ne            up  ");
}

/* As a user who is not root. */
static void
obey_modes(void)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	ATF_REQUIRE_EQ(0, syscall(SYS_capset, &head, none));
}

/* A path with a newline, one that is not UTF-8, and no permission. */
ATF_TC(odd_paths_and_closed_folders);
ATF_TC_HEAD(odd_paths_and_closed_folders, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(odd_paths_and_closed_folders, tc)
{
	struct vm_state s;

	enter();
	make_up("odd", 1);
	ATF_REQUIRE_EQ(STATE_UP, state_load("odd", &s));
	strcpy(s.image, "/a\n\033[2J");
	strcpy(s.disk, "/\xff");
	ATF_REQUIRE_EQ(0, state_save("odd", &s));
	ATF_CHECK_EQ(EXIT_OK, list(NULL));
	LIST_CHECK_OUT("image  /a\\x0a\\x1b[2J\n");
	LIST_CHECK_OUT("disk   /\\xff\n");
	ATF_CHECK_EQ(EXIT_OK, list("--json"));
	LIST_CHECK_OUT("\"image\":\"/a\\n\\u001b[2J\"");
	LIST_CHECK_OUT("\"disk\":\"/\\\\xff\"");
	make_up("other", 1);
	ATF_REQUIRE_EQ(0, chmod("casemate/odd", 0));
	obey_modes();
	ATF_CHECK_EQ(EXIT_REFUSED, list(NULL));
	USER_CHECK_ERR("odd/state: Permission denied");
	LIST_CHECK_OUT("\nodd          damaged  ");
	LIST_CHECK_OUT("\nother        ");
}

static void
run_on(const char *name)
{
	const char *words[] = { "status", "--key", "key", "--on", name,
	    "--wait", "1", NULL };

	ATF_CHECK_EQ(EXIT_REFUSED, user_run(&cmd_status, words));
}

ATF_TC_WITHOUT_HEAD(wrong_name_gets_similar_names_and_those_up);
ATF_TC_BODY(wrong_name_gets_similar_names_and_those_up, tc)
{
	enter();
	run_on("default");
	USER_CHECK_ERR("default: no appliance of this name is up; start it "
	    "with `casemate up --name default --site DIR', or name another "
	    "with --on; `casemate list' shows all of this host\n");
	ATF_REQUIRE(state_open("harvest") != -1);
	run_on("harvset");
	USER_CHECK_ERR("; did you mean `harvest'?; `casemate list'");
	make_up("box", 1);
	run_on("bax");
	USER_CHECK_ERR("; did you mean `box'?; `box' is up; "
	    "`casemate list'");
	run_on("default");
	USER_CHECK_ERR("with --on; `box' is up; `casemate list'");
	for (int i = 0; i < 5; i++)
		make_up((char[]){ (char)('a' + i), '\0' }, 1);
	run_on("default");
	USER_CHECK_ERR("with --on; `a', `b', `box', `c' and others are up; ");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, empty_host_says_what_to_do);
	ATF_TP_ADD_TC(tp, one_that_is_up_says_how_to_reach_it);
	ATF_TP_ADD_TC(tp, booting_stale_and_down_are_told_apart);
	ATF_TP_ADD_TC(tp, damage_is_said_and_the_rest_is_listed);
	ATF_TP_ADD_TC(tp, odd_paths_and_closed_folders);
	ATF_TP_ADD_TC(tp, wrong_name_gets_similar_names_and_those_up);
	return atf_no_error();
}
