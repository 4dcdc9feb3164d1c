#include "slowdisk.h"

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lib/log.h"

#define EVERY_S	3

pid_t
slowdisk_start(const char *doing)
{
	pid_t pid = fork();
	unsigned waited = 0;

	if (pid != 0)
		return pid;
	for (;;) {
		sleep(EVERY_S);
		waited += EVERY_S;
		log_info("still %s after %u s; the disk is slow or does not "
		    "respond", doing, waited);
	}
}

void
slowdisk_stop(pid_t pid)
{
	const int err = errno;

	if (pid == -1)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	errno = err;
}
