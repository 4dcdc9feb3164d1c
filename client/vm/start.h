/*
 * Starting the processes of one appliance: QEMU, and our vsock device where
 * the host has none.
 */
#ifndef START_H
#define START_H

#include "state.h"
#include "vm.h"

/*
 * Starts them in the state's folder `dirfd', in sessions of their own (with
 * `tied', they end with us), and saves the state.  On -1 (complained) nothing
 * of them is left.  vm->vsock_fd and vm->cid are set here.
 */
int	start_vm(const char *name, int dirfd, struct vm *, bool tied,
	    struct vm_state *);

#endif
