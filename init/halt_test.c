/*
 * In a PID namespace of its own reboot(2) ends process 1: with SIGINT for
 * switching off, with SIGHUP for a new start.
 */
#include "halt.h"

#include <sys/mount.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/ns.h"
#include "lib/log.h"

static void
poweroff(void)
{
	log_init("casemate");
	halt_system(HALT_POWEROFF);
}

static void
restart(void)
{
	log_init("casemate");
	halt_system(HALT_REBOOT);
}

static void
at_once(void)
{
	log_init("casemate");
	halt_now(HALT_POWEROFF);
}

static void
mount_data(void)
{
	NS_CHECK(mount("tmpfs", "/data", "tmpfs", 0, NULL) == 0);
}

/* A process that keeps /data busy and ends at SIGKILL alone. */
static void
start_process(void)
{
	int ready[2];
	char c;

	NS_CHECK(pipe(ready) == 0);
	if (fork() == 0) {
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		NS_CHECK(chdir("/data") == 0);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	NS_CHECK(read(ready[0], &c, 1) == 0);
	close(ready[0]);
}

static void
poweroff_with_processes(void)
{
	mount_data();
	start_process();
	start_process();
	NS_CHECK(umount2("/data", 0) == -1);
	poweroff();
}

static void
poweroff_with_busy_data(void)
{
	mount_data();
	NS_CHECK(open("/data/open", O_WRONLY | O_CREAT, 0600) != -1);
	poweroff();
}

static void
check_ended_by(int signal, void (*body)(void))
{
	int status = ns_run(body);

	ATF_CHECK_MSG(WIFSIGNALED(status) && WTERMSIG(status) == signal,
	    "status %#x: %s", status, ns_said);
}

NS_TC(switching_off_and_rebooting)
{
	ns_folder("data");
	check_ended_by(SIGINT, poweroff);
	ATF_CHECK_STREQ("casemate: stopped\n", ns_said);
	check_ended_by(SIGHUP, restart);
	ATF_CHECK_STREQ("casemate: stopped\n", ns_said);
	check_ended_by(SIGINT, at_once);
	ATF_CHECK_STREQ("", ns_said);
}

NS_TC(processes_end_before_the_disk_is_unmounted)
{
	ns_folder("data");
	check_ended_by(SIGINT, poweroff_with_processes);
	ATF_CHECK_STREQ("casemate: stopped\n", ns_said);
}

NS_TC(a_disk_that_stays_mounted_is_said)
{
	ns_folder("data");
	check_ended_by(SIGINT, poweroff_with_busy_data);
	ATF_CHECK_STREQ("casemate: cannot unmount /data: Device or resource "
	    "busy; its journal is replayed at the next start\n"
	    "casemate: stopped\n", ns_said);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, switching_off_and_rebooting);
	ATF_TP_ADD_TC(tp, processes_end_before_the_disk_is_unmounted);
	ATF_TP_ADD_TC(tp, a_disk_that_stays_mounted_is_said);
	return atf_no_error();
}
