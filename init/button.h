/*
 * The power button before init listens.  The kernel sends init a signal for
 * each press, but init's first instructions are too late for the first ones.
 * The kernel has counted them.
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
