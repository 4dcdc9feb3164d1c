#include "drop.h"

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <stdint.h>
#include <unistd.h>

#include "lib/log.h"

#define CAP(c)	(UINT64_C(1) << (c))

static const uint64_t kept =
	CAP(CAP_SYS_ADMIN) |	/* a service's namespaces and root; umount */
	CAP(CAP_SETUID) |	/* a service's user; the runner keeps both */
	CAP(CAP_SETGID) |
	CAP(CAP_SETPCAP) |	/* a service's bounding set */
	CAP(CAP_KILL) |		/* signals to services */
	CAP(CAP_SYS_RESOURCE) |	/* a service's out-of-memory score, locking */
	CAP(CAP_SYS_BOOT);	/* reboot(2) */

/* The root is never written again: /run and /data hold what changes. */
static int
freeze_mounts(void)
{
	if (umount2("/sys", MNT_DETACH) == 0 &&
	    mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY |
	    MS_NOSUID, NULL) == 0)
		return 0;
	log_info("cannot make the root read-only: %m");
	return -1;
}

static int
drop_caps(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	for (int c = 0; c < 64; c++)
		if (!(kept & CAP(c)) &&
		    prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == -1)
			return -1;
	for (int i = 0; i < 2; i++) {
		uint32_t half = (uint32_t)(kept >> (32 * i));

		data[i] = (struct __user_cap_data_struct){ half, half, 0 };
	}
	return (int)syscall(SYS_capset, &head, data);
}

int
drop_privileges(void)
{
	if (freeze_mounts() == -1)
		return -1;
	if (drop_caps() == 0)
		return 0;
	log_info("cannot give up capabilities: %m");
	return -1;
}
