/*
 * Starts the processes of an appliance: QEMU, and casemate-vsock on a host
 * without a vsock device.
 */
#ifndef START_H
#define START_H

#include "state.h"
#include "vm.h"

/*
 * Starts them in the state's folder `dirfd', in sessions of their own (with
 * `tied' they end with us), and saves the state, whose `site' is set and whose
 * other members are zero.  Sets vm->vsock_fd and vm->cid.  Complains and
 * returns -1 after ending what it has started.
 */
int	start_vm(const char *name, int dirfd, struct vm *, bool tied,
	    struct vm_state *);

/* Sets the members that say what was asked for, but not `site'. */
void	start_describe(struct vm_state *, const struct vm *);

#endif
