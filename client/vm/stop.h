/*
 * Stops an appliance, in good order or by force, and shows the end of its
 * console's log.
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

/*
 * Presses the power button repeatedly and waits.  Ends QEMU at the deadline,
 * which is wait_s after the command began, or at once with `force'.  Removes
 * the state and prints what happened.  Returns 0 when it stopped in good order
 * or by `force', else -1.
 */
int	stop_vm(const char *name, const struct vm_state *, uint64_t wait_s,
	    uint64_t deadline, bool force);

/* The same for one that did not come up, without a message. */
void	stop_failed(const char *name, const struct vm_state *);

/* Prints how a VM that has ended did so; 0 when that was in good order. */
int	stop_report(const char *name);

/* Prints that it did not stop within that time, and was ended.  Returns -1. */
int	stop_report_late(const char *name, uint64_t wait_s);

/* Ends the processes that a dead appliance left, and removes its state. */
void	stop_leftovers(const char *name, const struct vm_state *);

#endif
