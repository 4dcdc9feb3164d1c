#include "sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/seccomp.h>

#include <unistd.h>

#include "log.h"

static void
set_limit(int resource, unsigned long value)
{
	struct rlimit rl = { value, value };

	if (setrlimit(resource, &rl) == -1)
		die_errno("rlimit %d", resource);
}

void
sandbox_enter(const struct sandbox *s)
{
	/* The kernel's type has a non-const pointer it does not write to. */
	union {
		const struct sock_filter *in;
		struct sock_filter *out;
	} filter = { .in = s->filter };
	struct sock_fprog prog = { .len = s->nfilter, .filter = filter.out };

	set_limit(RLIMIT_CORE, 0);
	for (size_t i = 0; i < s->nlimits; i++)
		set_limit(s->limits[i].resource, s->limits[i].value);
	if (!s->dumpable && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		die_errno("PR_SET_DUMPABLE");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		die_errno("PR_SET_NO_NEW_PRIVS");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == -1)
		die_errno("seccomp filter");
}

void
sandbox_ready(int notify_fd)
{
	if (write(notify_fd, "\n", 1) != 1)
		die_errno("readiness on descriptor %d", notify_fd);
	close(notify_fd);
}
