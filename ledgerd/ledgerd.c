/*
 * ledgerd: the appliance's ledger.
 *
 * ledgerd -m kept|ephemeral -b BOOT_ID [-s MIB]
 *
 * Its working directory holds data.mdb.  The runner sends events; each becomes
 * a leaf, and the reply is sent after the leaf is on disk.  keyd signs the
 * tree's size and root; ledgerd itself holds no key.  man 8 ledgerd.
 */
#include "ledgerd.h"

#include <sys/resource.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fds.h"
#include "lib/log.h"
#include "lib/sandbox.h"
#include "own.h"

#include "ledgerd.seccomp.h"

#define MIB_MAX		(1u << 20)	/* 1 TiB, far below the address space */

/* chan_poll() fills two for each. */
enum {
	SLOT_RUNNER, SLOT_KEYD = SLOT_RUNNER + 2, SLOT_INIT = SLOT_KEYD + 2,
	SLOT_N = SLOT_INIT + 2,
};

static const struct sandbox_limit limits[] = {
	{ RLIMIT_NOFILE, 16 },		/* 6 pipes, log, LMDB's 2, the folder */
	{ RLIMIT_NPROC, 0 },
	{ RLIMIT_MEMLOCK, 0 },
	{ RLIMIT_DATA, 32u << 20 },	/* LMDB's lists, a batch, both queues */
};

static const struct sandbox ledgerd_sandbox = {
	.filter = ledgerd_filter,
	.nfilter = sizeof(ledgerd_filter) / sizeof(ledgerd_filter[0]),
	.limits = limits,
	.nlimits = sizeof(limits) / sizeof(limits[0]),
};

static noreturn void
usage(void)
{
	die(EXIT_USAGE, "usage: ledgerd -m kept|ephemeral -b BOOT_ID [-s MIB]");
}

static size_t
parse_mib(const char *text)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v == 0 || v > MIB_MAX)
		usage();
	return v;
}

/* Returns how large the file may grow, in MiB. */
static size_t
parse_args(struct ledgerd *l, int argc, char *argv[])
{
	size_t mib = STORE_MIB;
	int opt;

	opterr = 0;
	while ((opt = getopt(argc, argv, "m:b:s:")) != -1) {
		if (opt == 'm')
			l->mode = optarg;
		else if (opt == 'b')
			l->boot_id = optarg;
		else if (opt == 's')
			mib = parse_mib(optarg);
		else
			usage();
	}
	if (optind != argc || l->mode == NULL || l->boot_id == NULL ||
	    l->boot_id[0] == '\0' || strlen(l->boot_id) > BOOT_ID_MAX ||
	    (strcmp(l->mode, "kept") != 0 && strcmp(l->mode, "ephemeral") != 0))
		usage();
	return mib;
}

/*
 * Leaves can be written after the first checkpoint, once keyd has sent the
 * site and init the boot.
 */
static void
become_ready(struct ledgerd *l)
{
	if (l->ready || l->source[0] == '\0' || !l->site_there ||
	    !l->boot_there)
		return;
	forget_resume(l);
	own_start(l);
	l->ready = true;
	sandbox_ready(FD_NOTIFY);
}

static void
wait_for_peers(struct ledgerd *l)
{
	struct pollfd pfd[SLOT_N];

	chan_poll(&l->runner, pfd + SLOT_RUNNER);
	chan_poll(&l->keyd, pfd + SLOT_KEYD);
	chan_poll(&l->init, pfd + SLOT_INIT);
	if (!runner_may_send(l))
		pfd[SLOT_RUNNER].fd = -1;
	if (poll(pfd, SLOT_N, own_wait_ms(l)) == -1 && errno != EINTR)
		die_errno("poll");
	chan_flush(&l->runner);
	chan_flush(&l->keyd);
	chan_flush(&l->init);
}

static void
ledgerd_turn(struct ledgerd *l)
{
	wait_for_peers(l);
	init_read(l);
	runner_read(l);
	keyd_read(l);
	become_ready(l);
	own_turn(l);
	commit_waiting(l);
	init_record(l);
	keyd_ask(l);
	runner_answer(l);
	init_answer(l);
}

int
main(int argc, char *argv[])
{
	static struct ledgerd l;
	struct why why;
	size_t mib;

	log_init("ledgerd");
	mib = parse_args(&l, argc, argv);
	if (store_open(&l.store, ".", mib, &why) == -1)	/* the last open(2) */
		die(EXIT_REFUSED, "%s", why.text);
	chan_init(&l.runner, FD_LEDGERD_RUNNER_IN, FD_LEDGERD_RUNNER_OUT,
	    PEER_LEDGERD, PEER_RUNNER);
	chan_init(&l.keyd, FD_LEDGERD_KEYD_IN, FD_LEDGERD_KEYD_OUT,
	    PEER_LEDGERD, PEER_KEYD);
	chan_init(&l.init, FD_LEDGERD_INIT_IN, FD_LEDGERD_INIT_OUT,
	    PEER_LEDGERD, PEER_INIT);

	sandbox_enter(&ledgerd_sandbox);	/* no way back from here */

	for (;;)
		ledgerd_turn(&l);
}
