/* `casemate down' and VMs that end in every way. */
#include "stop.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/appliance.h"
#include "client/say.h"
#include "client/test/fake_qemu.h"
#include "client/test/user.h"
#include "client/vm/lock.h"
#include "client/vm/tail.h"
#include "lib/log.h"

#define FOLDER	"casemate/vm"
#define GOOD	{ FAKE_QMP_GREETING, { FAKE_QMP_OK, FAKE_QMP_OK }, false }

#define CUT	"; its jobs were cut off, its ledger has all that was committed\n"

static struct vm_state state;

static void
enter(void)
{
	char dir[PATH_MAX];
	int fd;

	ATF_REQUIRE(getcwd(dir, sizeof(dir)) != NULL);
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", dir, 1));
	ATF_REQUIRE((fd = state_open("vm")) != -1);
	close(fd);
}

/* The VM named vm, with this QEMU and, unless it is 0, this device. */
static void
make_vm(pid_t qemu, pid_t device)
{
	state = (struct vm_state){ .machine = "microvm", .accel = "tcg" };
	state.qemu = (struct proc){ qemu, proc_start_time(qemu) };
	if (device != 0)
		state.device = (struct proc){ device, proc_start_time(device) };
	ATF_REQUIRE_EQ(0, state_save("vm", &state));
}

static int
down(const char *option, const char *value)
{
	const char *words[] = { "down", "vm", option, value, NULL };

	return user_run(&cmd_down, words);
}

/* Runs down on this VM; its exit status.  *ended is QEMU's wait status. */
static int
down_one(const struct fake_qemu *q, const char *option, const char *value,
    int *ended)
{
	pid_t pid;
	int ret;

	enter();
	user_write(FOLDER "/console.log", "", 0600);
	user_write(FOLDER "/events.log", FAKE_QMP_GREETING, 0600);
	pid = fake_qemu_start(q, FOLDER);
	make_vm(pid, 0);
	ret = down(option, value);
	*ended = fake_process_end(pid);
	ATF_CHECK_EQ(-1, access(FOLDER "/state", F_OK));
	ATF_CHECK_EQ(-1, access(FOLDER "/qmp.sock", F_OK));
	return ret;
}

ATF_TC_WITHOUT_HEAD(a_vm_that_is_not_up);
ATF_TC_BODY(a_vm_that_is_not_up, tc)
{
	const char *words[] = { "down", "-f", "No-Name", NULL };

	enter();
	ATF_CHECK_EQ(CMD_USAGE & 0xff, user_run(&cmd_down, words));
	ATF_CHECK_EQ(EXIT_REFUSED, down(NULL, NULL));
	USER_CHECK_ERR("vm: is not up; `casemate list' shows");
	ATF_CHECK_EQ(EXIT_OK, down("--force", NULL));
	ATF_CHECK_EQ(CMD_USAGE & 0xff, down("--wait", "0"));
	user_write(FOLDER "/state", "what?\n", 0600);
	ATF_CHECK_EQ(EXIT_REFUSED, down("--force", NULL));
	USER_CHECK_ERR("vm/state: is damaged");
}

/*
 * A child that holds the lock as this user.  At SIGTERM it writes the file
 * `asked', the events, if any, and ends; with `deaf' it does nothing, until
 * the process `awaited' has ended.
 */
static pid_t awaited;

static pid_t
hold_lock(enum lock_user user, const char *events, bool deaf)
{
	enum lock_user held;
	struct proc holder;
	sigset_t term;
	pid_t pid;
	int ready[2], sig;
	char c;

	ATF_REQUIRE_EQ(0, pipe(ready));
	ATF_REQUIRE((pid = fork()) != -1);
	close(ready[pid == 0 ? 0 : 1]);
	if (pid != 0) {
		ATF_REQUIRE_EQ(1, read(ready[0], &c, 1));
		close(ready[0]);
		return pid;
	}
	alarm(60);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	if (lock_try("vm", user, &holder, &held) == -1 ||
	    write(ready[1], "", 1) != 1)
		_exit(1);
	while (deaf && (awaited == 0 || proc_start_time(awaited) != 0))
		poll(NULL, 0, 10);
	if (deaf)
		_exit(0);
	sigwait(&term, &sig);
	user_write("asked", "", 0600);
	if (events != NULL)
		user_write(FOLDER "/events.log", events, 0600);
	_exit(0);
}

#define SHUTDOWN(reason)						\
	"{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"" reason "\"}}\r\n"

ATF_TC_WITHOUT_HEAD(an_up_at_work_is_stopped);
ATF_TC_BODY(an_up_at_work_is_stopped, tc)
{
	enter();
	hold_lock(LOCK_UP, NULL, false);
	ATF_CHECK_EQ(EXIT_OK, down(NULL, NULL));
	ATF_CHECK_STREQ("casemate: vm: is being started; stopping that\n"
	    "casemate: vm: is not up\n", user_err);
	ATF_CHECK_EQ(0, unlink("asked"));

	hold_lock(LOCK_UP, SHUTDOWN("guest-shutdown"), false);
	ATF_CHECK_EQ(EXIT_OK, down(NULL, NULL));
	USER_CHECK_ERR("vm: stopped in good order\n");

	hold_lock(LOCK_UP, FAKE_QMP_GREETING, false);
	ATF_CHECK_EQ(EXIT_REFUSED, down(NULL, NULL));
	USER_CHECK_ERR("vm: QEMU was killed or crashed" CUT);

	hold_lock(LOCK_UP, FAKE_QMP_GREETING, false);
	ATF_CHECK_EQ(EXIT_OK, down("--force", NULL));
	USER_CHECK_ERR("vm: ended by force, as asked\n");
}

/* It is only waited for. */
ATF_TC_WITHOUT_HEAD(another_down_is_not_disturbed);
ATF_TC_BODY(another_down_is_not_disturbed, tc)
{
	pid_t other;

	enter();
	other = hold_lock(LOCK_DOWN, NULL, false);
	ATF_CHECK_EQ(EXIT_REFUSED, down("--wait", "1"));
	ATF_CHECK_STREQ("casemate: vm: casemate down is stopping it; try again "
	    "when that has ended\n", user_err);
	ATF_CHECK_EQ(-1, access("asked", F_OK));
	fake_process_end(other);
}

/* An `up' that does not hear: QEMU is killed, and then its lock is awaited. */
ATF_TC_WITHOUT_HEAD(a_deaf_up_loses_its_vm);
ATF_TC_BODY(a_deaf_up_loses_its_vm, tc)
{
	const struct fake_qemu q = { .no_monitor = true };
	pid_t qemu, holder;
	int status;

	enter();
	qemu = fake_qemu_start(&q, FOLDER);
	make_vm(qemu, 0);
	holder = hold_lock(LOCK_UP, NULL, true);
	ATF_CHECK_EQ(EXIT_REFUSED, down("--force", NULL));
	USER_CHECK_ERR("vm: another casemate up is starting it");
	ATF_REQUIRE_EQ(qemu, waitpid(qemu, &status, 0));
	ATF_CHECK_EQ(SIGKILL, WTERMSIG(status));
	fake_process_end(holder);

	awaited = fake_qemu_start(&q, FOLDER);
	make_vm(awaited, 0);
	user_write(FOLDER "/events.log", FAKE_QMP_GREETING, 0600);
	hold_lock(LOCK_UP, NULL, true);
	ATF_CHECK_EQ(EXIT_REFUSED, down("--wait", "1"));
	USER_CHECK_ERR("vm: did not stop within 1 s and was ended by force");
}

ATF_TC_WITHOUT_HEAD(name_must_be_one);
ATF_TC_BODY(name_must_be_one, tc)
{
	const char *words[] = { "down", "../vm", NULL };

	enter();
	ATF_CHECK_EQ(CMD_USAGE & 0xff, user_run(&cmd_down, words));
	USER_CHECK_ERR("../vm: is not an appliance's name");
}

ATF_TC_WITHOUT_HEAD(stops_in_good_order);
ATF_TC_BODY(stops_in_good_order, tc)
{
	const struct fake_qemu q = { .monitor = GOOD, .stops = true,
	    .reason = "guest-shutdown" };
	int status;

	ATF_CHECK_EQ(EXIT_OK, down_one(&q, NULL, NULL, &status));
	ATF_CHECK_STREQ("casemate: vm: stopped in good order\n", user_err);
	ATF_CHECK(WIFEXITED(status));
}

/* A kernel that does not listen yet drops the first ones. */
ATF_TC_WITHOUT_HEAD(the_button_is_pressed_again);
ATF_TC_BODY(the_button_is_pressed_again, tc)
{
	const struct fake_qemu q = { .monitor = GOOD, .stops = true,
	    .presses = 3, .reason = "guest-shutdown" };
	int status;

	ATF_CHECK_EQ(EXIT_OK, down_one(&q, NULL, NULL, &status));
	ATF_CHECK_STREQ("casemate: vm: stopped in good order\n", user_err);
}

/* The appliance is off then, so its stop was in good order. */
ATF_TC_WITHOUT_HEAD(a_qemu_that_does_not_exit_is_killed);
ATF_TC_BODY(a_qemu_that_does_not_exit_is_killed, tc)
{
	const struct fake_qemu q = { .monitor = GOOD, .stops = true,
	    .hangs = true, .reason = "guest-shutdown" };
	int status;

	ATF_CHECK_EQ(EXIT_OK, down_one(&q, NULL, NULL, &status));
	ATF_CHECK_STREQ("casemate: vm: is off, but QEMU did not exit and was "
	    "killed\ncasemate: vm: stopped in good order\n", user_err);
	ATF_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* QEMU's reason decides, whatever is on the console. */
ATF_TC_WITHOUT_HEAD(each_end_has_its_words);
ATF_TC_BODY(each_end_has_its_words, tc)
{
	static const struct {
		const char	*reason, *console, *said;
		int		 code;
	} ends[] = {
		{ "guest-shutdown", "", "vm: stopped in good order\n", EXIT_OK },
		{ "guest-reset", "casemate: stopped\r\n", "vm: it rebooted "
		    "in good order, which ends its VM\n", EXIT_OK },
		{ "guest-reset", "Oops\r\n", "vm: its kernel panicked" CUT,
		    EXIT_REFUSED },
		{ "host-qmp-quit", "casemate: stopped\r\n", "vm: a command "
		    "`quit' to its monitor ended QEMU" CUT, EXIT_REFUSED },
		{ "host-signal", "", "vm: a signal ended QEMU" CUT,
		    EXIT_REFUSED },
		{ "host-error", "", "vm: QEMU ended because of an error" CUT,
		    EXIT_REFUSED },
		{ NULL, "casemate: stopped\r\n",
		    "vm: QEMU was killed or crashed" CUT, EXIT_REFUSED },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct fake_qemu q = { .monitor = GOOD, .stops = true,
		    .last_words = ends[i].console, .reason = ends[i].reason };
		int status;

		ATF_CHECK_EQ(ends[i].code, down_one(&q, NULL, NULL, &status));
		USER_CHECK_ERR(ends[i].said);
	}
}

ATF_TC_WITHOUT_HEAD(a_bad_end_shows_the_console);
ATF_TC_BODY(a_bad_end_shows_the_console, tc)
{
	const struct fake_qemu q = { .monitor = GOOD, .stops = true,
	    .reason = "guest-reset" };
	struct fake_qemu panics = q;
	char console[8192];
	int status;

	ATF_CHECK_EQ(EXIT_REFUSED, down_one(&q, NULL, NULL, &status));
	USER_CHECK_ERR("vm: its console said nothing\n");
	/* 12 lines are shown, and of a long one what is in the last 4 KiB. */
	memset(console, 'a', sizeof(console));
	strcpy(console + 6000, "\n1\r\n2\n3\n4\n5\n\n7\n8\n9\n10\n11\nunended");
	panics.last_words = console;
	ATF_CHECK_EQ(EXIT_REFUSED, down_one(&panics, NULL, NULL, &status));
	USER_CHECK_ERR("its console said:\n  | 1\n  | 2\n  | 3\n  | 4\n  | 5\n"
	    "  | 7\n  | 8\n  | 9\n  | 10\n  | 11\n  | unended\n");
	panics.last_words = console + 100;
	console[6000] = '\0';
	ATF_CHECK_EQ(EXIT_REFUSED, down_one(&panics, NULL, NULL, &status));
	USER_CHECK_ERR("its console said:\n  | aaaa");
}

ATF_TC_WITHOUT_HEAD(a_vm_that_does_not_stop_is_ended);
ATF_TC_BODY(a_vm_that_does_not_stop_is_ended, tc)
{
	const struct fake_qemu deaf = { .monitor = GOOD };
	const struct fake_qemu refuses = { .monitor = { FAKE_QMP_GREETING,
	    { "{\"error\": {}}\n" }, false } };
	int status;

	ATF_CHECK_EQ(EXIT_REFUSED, down_one(&deaf, "--wait", "1", &status));
	USER_CHECK_ERR("vm: did not stop within 1 s and was ended by force");
	ATF_CHECK_MSG(WIFEXITED(status), "its monitor took quit");
	ATF_CHECK_EQ(EXIT_REFUSED, down_one(&refuses, "--wait", "1", &status));
	USER_CHECK_ERR("vm: its power button cannot be pressed: QEMU's "
	    "monitor refused qmp_capabilities: {\"error\": {}}\n");
	ATF_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

ATF_TC_WITHOUT_HEAD(force_asks_nothing);
ATF_TC_BODY(force_asks_nothing, tc)
{
	const struct fake_qemu q = { .monitor = GOOD, .stops = true };
	const struct fake_qemu none = { .no_monitor = true };
	char commands[USER_TEXT_MAX];
	int status;

	ATF_CHECK_EQ(EXIT_OK, down_one(&q, "--force", NULL, &status));
	ATF_CHECK_STREQ("casemate: vm: ended by force, as asked\n", user_err);
	user_slurp("commands", commands);
	ATF_CHECK(strstr(commands, "quit") != NULL);
	ATF_CHECK(strstr(commands, "powerdown") == NULL);
	ATF_CHECK_EQ(EXIT_OK, down_one(&none, "-f", NULL, &status));
	ATF_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* The device's process ends, too, whatever it does with signals. */
ATF_TC_WITHOUT_HEAD(no_device_is_left);
ATF_TC_BODY(no_device_is_left, tc)
{
	for (int stubborn = 0; stubborn < 2; stubborn++) {
		const struct fake_qemu q = { .no_monitor = true };
		pid_t qemu, device;
		int status;

		enter();
		qemu = fake_qemu_start(&q, FOLDER);
		device = fake_process_start(stubborn == 1);
		make_vm(qemu, device);
		ATF_CHECK_EQ(EXIT_OK, down("--force", NULL));
		ATF_REQUIRE_EQ(device, waitpid(device, &status, 0));
		ATF_CHECK_EQ(stubborn ? SIGKILL : SIGTERM, WTERMSIG(status));
		fake_process_end(qemu);
	}
}

ATF_TC_WITHOUT_HEAD(what_a_dead_vm_left_is_removed);
ATF_TC_BODY(what_a_dead_vm_left_is_removed, tc)
{
	pid_t qemu, device;
	int status;

	enter();
	qemu = fake_process_start(false);
	device = fake_process_start(false);
	make_vm(qemu, device);
	user_write(FOLDER "/vsock.sock", "", 0600);
	user_write(FOLDER "/events.log", "", 0600);
	user_write(FOLDER "/appliance.vkey", "its key stays", 0600);
	fake_process_end(qemu);
	ATF_CHECK_EQ(EXIT_REFUSED, down(NULL, NULL));
	USER_CHECK_ERR("vm: had ended already: QEMU was killed or crashed; "
	    "removed what it had left\n");
	ATF_REQUIRE_EQ(device, waitpid(device, &status, 0));
	ATF_CHECK_EQ(SIGTERM, WTERMSIG(status));
	ATF_CHECK_EQ(-1, access(FOLDER "/state", F_OK));
	ATF_CHECK_EQ(-1, access(FOLDER "/vsock.sock", F_OK));
	ATF_CHECK_EQ(0, access(FOLDER "/appliance.vkey", F_OK));
	make_vm(qemu, 0);
	ATF_CHECK_EQ(EXIT_OK, down("--force", NULL));
	make_vm(qemu, 0);
	user_write(FOLDER "/events.log", SHUTDOWN("guest-shutdown"), 0600);
	ATF_CHECK_EQ(EXIT_OK, down(NULL, NULL));
	USER_CHECK_ERR("vm: had ended already: it stopped in good order; ");
}

/* Opening it must not wait for a program that writes to it. */
ATF_TC_WITHOUT_HEAD(logs_that_are_fifos_are_not_read);
ATF_TC_BODY(logs_that_are_fifos_are_not_read, tc)
{
	pid_t qemu;

	enter();
	qemu = fake_process_start(false);
	make_vm(qemu, 0);
	fake_process_end(qemu);
	ATF_REQUIRE_EQ(0, mkfifo(FOLDER "/events.log", 0600));
	ATF_REQUIRE_EQ(0, mkfifo(FOLDER "/console.log", 0600));
	alarm(10);
	ATF_CHECK_EQ(EXIT_REFUSED, down(NULL, NULL));
	tail_show("vm", "its console", "console.log");
	ATF_CHECK_STREQ("vm: its console said nothing", say_last());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_vm_that_is_not_up);
	ATF_TP_ADD_TC(tp, an_up_at_work_is_stopped);
	ATF_TP_ADD_TC(tp, another_down_is_not_disturbed);
	ATF_TP_ADD_TC(tp, a_deaf_up_loses_its_vm);
	ATF_TP_ADD_TC(tp, name_must_be_one);
	ATF_TP_ADD_TC(tp, stops_in_good_order);
	ATF_TP_ADD_TC(tp, the_button_is_pressed_again);
	ATF_TP_ADD_TC(tp, a_qemu_that_does_not_exit_is_killed);
	ATF_TP_ADD_TC(tp, each_end_has_its_words);
	ATF_TP_ADD_TC(tp, a_bad_end_shows_the_console);
	ATF_TP_ADD_TC(tp, a_vm_that_does_not_stop_is_ended);
	ATF_TP_ADD_TC(tp, force_asks_nothing);
	ATF_TP_ADD_TC(tp, no_device_is_left);
	ATF_TP_ADD_TC(tp, what_a_dead_vm_left_is_removed);
	ATF_TP_ADD_TC(tp, logs_that_are_fifos_are_not_read);
	return atf_no_error();
}
