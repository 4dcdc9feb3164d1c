/*
 * What this host's kernel has for a VM: KVM, and vhost's vsock device.  Each is
 * tried: that its device node opens does not mean that it works.
 */
#ifndef HOSTDEV_H
#define HOSTDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "vm.h"

/*
 * Whether a guest really runs under KVM here: QEMU boots the image with it, and
 * the guest prints a line within 10 s.  The result is kept in a file for this
 * boot of the host, this image and this QEMU.  When false, *whyp says why.
 */
bool	hostdev_kvm_works(const struct vm *, const char **whyp);

#define HOSTDEV_VSOCK	"/dev/vhost-vsock"

/*
 * Opens HOSTDEV_VSOCK and sets a context id that is not in use.  Returns the
 * descriptor for QEMU, or -1 when it does not exist or does not work.
 */
int	hostdev_open_vsock(uint32_t *cidp);

/*
 * The path of casemate-vsock, which stands in for it, in the folder of this
 * program; the caller frees.
 */
char	*hostdev_vsock_program(void);

#endif
