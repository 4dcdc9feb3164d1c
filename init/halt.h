/*
 * The end of PID 1's work.  By then no service runs.
 */
#ifndef POWER_H
#define POWER_H

#include <stdnoreturn.h>

enum power {
	POWER_OFF,
	POWER_REBOOT,
};

/*
 * Ends what processes are left, writes the disks, unmounts the data disk (or
 * says why it cannot), says "stopped", waits for the console to have it, and
 * switches off.
 */
noreturn void	power_down(enum power);

/* The same at once, with nothing said: nothing runs and nothing is mounted. */
noreturn void	power_now(enum power);

#endif
