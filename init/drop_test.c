/* What process 1 can still do afterwards. */
#include "drop.h"

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/ns.h"
#include "lib/log.h"

#define CAP(c)	(UINT64_C(1) << (c))

/* As docs/boot.md lists them. */
static const uint64_t wanted = CAP(CAP_SYS_ADMIN) | CAP(CAP_SETUID) |
    CAP(CAP_SETGID) | CAP(CAP_SETPCAP) | CAP(CAP_KILL) |
    CAP(CAP_SYS_RESOURCE) | CAP(CAP_SYS_BOOT);

static struct __user_cap_header_struct head = {
	.version = _LINUX_CAPABILITY_VERSION_3,
};
static struct __user_cap_data_struct data[2];

static uint64_t
whole(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static void
check_caps(void)
{
	NS_CHECK(syscall(SYS_capget, &head, data) == 0);
	NS_CHECK(whole(data[0].permitted, data[1].permitted) == wanted);
	NS_CHECK(whole(data[0].effective, data[1].effective) == wanted);
	NS_CHECK(whole(data[0].inheritable, data[1].inheritable) == 0);
	for (int c = 0; c < 64; c++)
		if (!(wanted & CAP(c)))
			NS_CHECK(prctl(PR_CAPBSET_READ, c, 0, 0, 0) != 1);
	NS_CHECK(prctl(PR_CAPBSET_READ, CAP_SYS_BOOT, 0, 0, 0) == 1);
}

static void
drop(void)
{
	log_init("casemate");
	NS_CHECK(mount("tmpfs", "/sys", "tmpfs", 0, NULL) == 0);
	NS_CHECK(open("/sys/here", O_CREAT | O_WRONLY, 0600) != -1);
	NS_CHECK(drop_privileges() == 0);
	NS_CHECK(access("/sys/here", F_OK) == -1 && errno == ENOENT);
	NS_CHECK(open("/new", O_CREAT | O_WRONLY, 0600) == -1);
	NS_CHECK(errno == EROFS);
	check_caps();
}

static void
drop_without_sys(void)
{
	log_init("casemate");
	NS_CHECK(drop_privileges() == -1);
}

static void
drop_without_setpcap(void)
{
	log_init("casemate");
	NS_CHECK(mount("tmpfs", "/sys", "tmpfs", 0, NULL) == 0);
	NS_CHECK(syscall(SYS_capget, &head, data) == 0);
	data[0].permitted &= ~(uint32_t)CAP(CAP_SETPCAP);
	data[0].effective &= ~(uint32_t)CAP(CAP_SETPCAP);
	NS_CHECK(syscall(SYS_capset, &head, data) == 0);
	NS_CHECK(drop_privileges() == -1);
}

NS_TC(only_what_supervision_needs_is_left)
{
	ns_folder("sys");
	NS_RUN_USER(drop);
	ATF_CHECK_STREQ("", ns_said);
}

NS_TC(what_cannot_be_given_up_is_said)
{
	ns_folder("sys");
	NS_RUN_USER(drop_without_sys);
	ATF_CHECK_STREQ("casemate: cannot make the root read-only: Invalid "
	    "argument\n", ns_said);
	NS_RUN_USER(drop_without_setpcap);
	ATF_CHECK_STREQ("casemate: cannot give up capabilities: Operation not "
	    "permitted\n", ns_said);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, only_what_supervision_needs_is_left);
	ATF_TP_ADD_TC(tp, what_cannot_be_given_up_is_said);
	return atf_no_error();
}
