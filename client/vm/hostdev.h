/*
 * What this host's kernel offers a VM: KVM, and vhost's vsock device.  A
 * device node that opens proves nothing; each is tried.
 */
#ifndef HOSTDEV_H
#define HOSTDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "vm.h"

/*
 * Whether a guest really runs under KVM here: QEMU boots the image with it and
 * hears from it within 10 s.  The answer is kept (hostdev_cache_*) for this
 * boot of the host, this image and this QEMU.  When not, *whyp says why.
 */
bool	hostdev_kvm_works(const struct vm *, const char **whyp);

/*
 * /dev/vhost-vsock, with a context id of its own set that nobody else has; the
 * descriptor for QEMU, or -1 when it is not there or does not work.
 */
int	hostdev_open_vsock(uint32_t *cidp);

#endif
