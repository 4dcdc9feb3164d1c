/*
 * keyd - holds the appliance's key, verifies signatures and decides.
 *
 *	keyd -m kept|ephemeral
 *
 * lib/fds.h has its descriptors.
 */
#include <sys/resource.h>

#include <string.h>
#include <time.h>
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

/* Logs that there is no site; exits if a required data disk is missing. */
static void
check_site(const struct site *s, const char *mode)
{
	if (s->absent)
		log_info("no site: nobody may sign, every job is refused; "
		    "pass the output of `casemate site DIR' as initrd");
	if (s->settings.data_required && strcmp(mode, "ephemeral") == 0)
		die(EXIT_REFUSED, "there is no data disk, and settings.yaml "
		    "says `data: required'; attach a disk with the serial "
		    "casemate-data");
}

int
main(int argc, char *argv[])
{
	static struct keyd k;
	const char *mode;
	struct why w;

	log_init("keyd");
	mode = parse_mode(argc, argv);
	if (authority_open(&k.authority, FD_KEYD_STATE, FD_KEYD_SITE,
	    (uint64_t)time(NULL), &w) == -1)
		die(EXIT_REFUSED, "%s", w.text);
	close(FD_KEYD_SITE);
	k.authority.mode = mode;
	check_site(&k.authority.site, mode);
	chan_init(&k.runner, FD_KEYD_RUNNER_IN, FD_KEYD_RUNNER_OUT,
	    PEER_KEYD, PEER_RUNNER);
	chan_init(&k.ledgerd, FD_KEYD_LEDGERD_IN, FD_KEYD_LEDGERD_OUT,
	    PEER_KEYD, PEER_LEDGERD);

	sandbox_enter(&keyd_sandbox);
	log_info("ready as %s, %zu keys may sign", k.authority.vkey,
	    k.authority.site.signers.n);
	tell_name(k.authority.vkey);
	sandbox_ready(FD_NOTIFY);

	for (;;)
		serve_turn(&k);
}
