/*
 * Presses of the power button from before init reads signals.  The kernel sends
 * init a signal for each press.  One that comes before init queues signals is
 * lost, but the kernel counts it.
 */
#ifndef BUTTON_H
#define BUTTON_H

#include <stdbool.h>

#define BUTTON_COUNT	"/sys/firmware/acpi/interrupts/ff_pwr_btn"
#define BUTTON_IRQS	"/proc/interrupts"

/*
 * Whether these files, which are the two above, show a press since the kernel's
 * driver started.  Call it after signals are queued (init/watch.h).
 */
bool	button_was_pressed(const char *count, const char *irqs);

#endif
