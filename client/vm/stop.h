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
 * Presses the power button and waits.  Ends QEMU after wait_s, or at once with
 * `force'.  Removes the state and prints what happened.  0: it stopped in good
 * order, or by `force'.  -1: it had to be ended without `force', or the VM
 * ended without the console line that it has stopped.
 */
int	stop_vm(const char *name, const struct vm_state *, uint64_t wait_s,
	    bool force);

/* Ends the processes that a dead appliance left, and removes its state. */
void	stop_leftovers(const char *name, const struct vm_state *);

/* Prints the last lines of `whose' log in the state's folder. */
void	stop_show_log(const char *name, const char *whose,
	    const char *file);

/* Whether this text is in the last lines of its console. */
bool	stop_said(const char *name, const char *text);

#endif
