/* What QEMU's monitor may say, and what becomes of it. */
#include "qmp.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_qemu.h"
#include "client/test/user.h"
#include "client/unixsock.h"
#include "lib/clock.h"

#define EVENT	\
	"{\"timestamp\": {\"seconds\": 1}, \"event\": \"POWERDOWN\"}\r\n"
#define CAPABILITIES	"{\"execute\":\"qmp_capabilities\"}\n"

static struct why why;

static int
command(const struct fake_monitor *m, const char *name)
{
	pid_t pid = fake_monitor_start(m, ".");
	int ret;

	why.text[0] = '\0';
	user_write("commands", "", 0600);
	ret = qmp_command("qmp.sock", name, 5000, &why);
	fake_process_end(pid);
	return ret;
}

static void
fails(const struct fake_monitor *m, const char *text)
{
	ATF_CHECK_EQ(-1, command(m, "system_powerdown"));
	ATF_CHECK_STREQ(text, why.text);
}

static void
check_commands(const char *want)
{
	static char got[USER_TEXT_MAX];

	user_slurp("commands", got);
	ATF_CHECK_STREQ(want, got);
}

ATF_TC_WITHOUT_HEAD(a_command_follows_the_capabilities);
ATF_TC_BODY(a_command_follows_the_capabilities, tc)
{
	const struct fake_monitor m = { FAKE_QMP_GREETING,
	    { FAKE_QMP_OK, FAKE_QMP_OK }, false };

	ATF_CHECK_EQ(0, command(&m, "system_powerdown"));
	check_commands(CAPABILITIES "{\"execute\":\"system_powerdown\"}\n");
}

ATF_TC_WITHOUT_HEAD(events_are_no_replies);
ATF_TC_BODY(events_are_no_replies, tc)
{
	const struct fake_monitor m = { FAKE_QMP_GREETING EVENT,
	    { EVENT EVENT FAKE_QMP_OK EVENT, EVENT FAKE_QMP_OK }, false };
	const struct fake_monitor none = { FAKE_QMP_GREETING,
	    { FAKE_QMP_OK EVENT }, false };

	ATF_CHECK_EQ(0, command(&m, "system_powerdown"));
	fails(&none, "QEMU's monitor did not answer system_powerdown");
}

ATF_TC_WITHOUT_HEAD(a_refusal_is_shown);
ATF_TC_BODY(a_refusal_is_shown, tc)
{
#define ERROR	"{\"error\": {\"class\": \"GenericError\"}}"
	const struct fake_monitor at_once = { FAKE_QMP_GREETING,
	    { ERROR "\n" }, false };
	const struct fake_monitor then = { FAKE_QMP_GREETING,
	    { FAKE_QMP_OK, ERROR "\n" }, false };

	fails(&at_once, "QEMU's monitor refused qmp_capabilities: " ERROR);
	check_commands(CAPABILITIES);
	fails(&then, "QEMU's monitor refused system_powerdown: " ERROR);
#undef ERROR
}

ATF_TC_WITHOUT_HEAD(a_monitor_that_breaks_off);
ATF_TC_BODY(a_monitor_that_breaks_off, tc)
{
	static char lines[3 * 8192];
	const struct fake_monitor silent = { NULL, { NULL }, false };
	const struct fake_monitor leaves = { FAKE_QMP_GREETING, { NULL },
	    false };
	const struct fake_monitor endless = { FAKE_QMP_GREETING, { lines },
	    false };
	const struct fake_monitor deaf = { FAKE_QMP_GREETING, { NULL }, true };

	ATF_CHECK_EQ(-1, qmp_command("qmp.sock", "quit", 5000, &why));
	ATF_CHECK_STREQ("cannot connect to QEMU's monitor: No such file or "
	    "directory", why.text);
	fails(&silent, "QEMU's monitor sent no greeting; does another program "
	    "use it?");
	fails(&leaves, "QEMU's monitor did not answer qmp_capabilities");
	fails(&deaf, "QEMU's monitor: cannot send qmp_capabilities: Broken "
	    "pipe");
	memset(lines, 'x', sizeof(lines) - 1);
	fails(&endless, "QEMU's monitor did not answer qmp_capabilities");
}

/* Another client has the monitor, so QEMU does not accept this one. */
ATF_TC_WITHOUT_HEAD(a_busy_monitor_takes_no_longer);
ATF_TC_BODY(a_busy_monitor_takes_no_longer, tc)
{
	int folder = open(".", O_RDONLY | O_DIRECTORY);
	int listener = unixsock_listen(folder, "qmp.sock");
	const uint64_t before = clock_ms();

	ATF_REQUIRE(listener != -1);
	ATF_CHECK_EQ(-1, qmp_command("qmp.sock", "quit", 200, &why));
	ATF_CHECK(clock_ms() - before < 2000);
	ATF_CHECK_STREQ("QEMU's monitor sent no greeting; does another program "
	    "use it?", why.text);
	close(listener);
	close(folder);
}

/* It ends without a reply. */
ATF_TC_WITHOUT_HEAD(quit_needs_no_reply);
ATF_TC_BODY(quit_needs_no_reply, tc)
{
	const struct fake_monitor m = { FAKE_QMP_GREETING,
	    { FAKE_QMP_OK, NULL }, false };

	ATF_CHECK_EQ(0, command(&m, "quit"));
	check_commands(CAPABILITIES "{\"execute\":\"quit\"}\n");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_command_follows_the_capabilities);
	ATF_TP_ADD_TC(tp, events_are_no_replies);
	ATF_TP_ADD_TC(tp, a_refusal_is_shown);
	ATF_TP_ADD_TC(tp, a_monitor_that_breaks_off);
	ATF_TP_ADD_TC(tp, a_busy_monitor_takes_no_longer);
	ATF_TP_ADD_TC(tp, quit_needs_no_reply);
	return atf_no_error();
}
