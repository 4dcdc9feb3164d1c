/*
 * Ending an appliance, in good order or by force, and showing what its console
 * said last.
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

/*
 * Presses the power button and waits; after wait_s, or at once with `force',
 * QEMU is ended.  Removes the state.  0: it stopped in good order, or was to
 * be ended by force.  Says what happened; -1 when force was needed but not
 * asked for, or the VM ended without saying that it had stopped.
 */
int	stop_vm(const char *name, const struct vm_state *, uint64_t wait_s,
	    bool force);

/* Ends what is left of a dead appliance's processes, and removes its state. */
void	stop_leftovers(const char *name, const struct vm_state *);

/* Says what `whose' log in the state's folder ends with. */
void	stop_show_log(const char *name, const char *whose,
	    const char *file);

/* Whether this text is among the last that its console said. */
bool	stop_said(const char *name, const char *text);

#endif
