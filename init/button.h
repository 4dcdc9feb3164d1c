/*
 * Presses of the power button from before init reads signals.  The kernel sends
 * init a signal for each press.  One that comes before init queues signals is
 * lost, but the kernel counts it: image/patches/07-power-button-from-the-start.
 */
#ifndef BUTTON_H
#define BUTTON_H

#include <stdbool.h>

#define BUTTON_PRESSES	"/sys/module/tiny_power_button/parameters/presses"

/*
 * Whether this file, which is the one above, shows a press since the machine
 * started.  Call it after signals are queued (init/watch.h).
 */
bool	button_was_pressed(const char *presses);

#endif
