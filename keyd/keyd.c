/*
 * keyd - holds the appliance's key, verifies signatures and decides.
 *
 *	keyd -m kept|ephemeral
 *
 * lib/fds.h has its descriptors.
 */
#include <sys/resource.h>

#include <string.h>
#include <unistd.h>

#include "lib/fds.h"
#include "keyd.seccomp.h"
#include "lib/log.h"
#include "lib/sandbox.h"
#include "serve.h"

static const struct sandbox_limit limits[] = {
	{ RLIMIT_NOFILE, 16 },		/* fds.h's, nonces, head, one new */
	{ RLIMIT_NPROC, 0 },		/* starts no process */
	{ RLIMIT_FSIZE, 16u << 20 },	/* nonces: 4 MiB */
	{ RLIMIT_DATA, 48u << 20 },	/* queues; nonces, twice 7 MiB */
	{ RLIMIT_STACK, 1u << 20 },
};

static const struct sandbox keyd_sandbox = {
	.filter = keyd_filter,
	.nfilter = sizeof(keyd_filter) / sizeof(keyd_filter[0]),
	.limits = limits,
	.nlimits = sizeof(limits) / sizeof(limits[0]),
};

static const char *
parse_mode(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "-m") == 0 &&
	    (strcmp(argv[2], "kept") == 0 ||
	    strcmp(argv[2], "ephemeral") == 0))
		return argv[2];
	die(EXIT_USAGE, "usage: keyd -m kept|ephemeral");
}

/*
 * Writes the key's name and id before the newline of the readiness
 * notification, where s6's convention has no text.  init logs them.
 */
static void
tell_name(const char *vkey)
{
	const char *id = strchr(vkey, '+');
	size_t len = id == NULL ? 0 : (size_t)(id + 1 - vkey);

	len += strcspn(vkey + len, "+");
	if (write(FD_NOTIFY, vkey, len) != (ssize_t)len)
		die_errno("readiness");
}

int
main(int argc, char *argv[])
{
	static struct keyd k;
	const char *mode;

	log_init("keyd");
	mode = parse_mode(argc, argv);
	serve_open(&k, mode);			/* last look at a file */

	sandbox_enter(&keyd_sandbox);
	log_info("ready as %s, %zu keys may sign", k.authority.vkey,
	    k.authority.site.signers.n);
	tell_name(k.authority.vkey);
	sandbox_ready(FD_NOTIFY);

	for (;;)
		serve_turn(&k);
}
