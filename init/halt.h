/*
 * Switching off or rebooting, after all services have ended.
 */
#ifndef HALT_H
#define HALT_H

#include <stdnoreturn.h>

enum halt {
	HALT_POWEROFF,
	HALT_REBOOT,
};

/*
 * Kills the remaining processes, writes the disks, unmounts the data disk (or
 * logs why it cannot), logs "stopped", waits until the console has shown it,
 * and switches off or reboots.
 */
noreturn void	halt_system(enum halt);

/* At once and without a message: nothing runs and nothing is mounted. */
noreturn void	halt_now(enum halt);

#endif
