#include "halt.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lib/log.h"
#include "slowdisk.h"

#define DRAIN_TRIES	100	/* 5 ms each, for a slow console */
#define REAP_TRIES	200	/* 5 ms each, for SIGKILL to take effect */

/*
 * Writing to the console never blocks, so that an unread console does not stop
 * init.  Here the last lines get up to half a second to appear.
 */
static void
drain_console(void)
{
	int left = 0;

	for (int i = 0; i < DRAIN_TRIES; i++) {
		if (ioctl(STDERR_FILENO, TIOCOUTQ, &left) == -1 || left == 0)
			return;
		poll(NULL, 0, 5);
	}
}

static void
end_processes(void)
{
	int status;

	if (kill(-1, SIGKILL) == -1 && errno == ESRCH)
		return;
	for (int i = 0; i < REAP_TRIES; i++) {
		while (wait_nohang(&status) > 0)
			;
		if (wait_nohang(&status) == -1 && errno == ECHILD)
			return;
		poll(NULL, 0, 5);
	}
}

void
halt_now(enum halt how)
{
	drain_console();
	reboot(how == HALT_REBOOT ? RB_AUTOBOOT : RB_POWER_OFF);
	/* The machine cannot switch off. */
	for (;;)
		pause();
}

void
halt_system(enum halt how)
{
	pid_t waiting;

	end_processes();
	waiting = slowdisk_start("writing the data disk");
	sync();
	if (umount2("/data", 0) == -1 && errno != EINVAL) {
		log_info("cannot unmount /data: %m; its journal is replayed "
		    "at the next start");
		mount(NULL, "/data", NULL, MS_REMOUNT | MS_RDONLY, NULL);
		sync();
	}
	slowdisk_stop(waiting);
	log_info("stopped");
	halt_now(how);
}
