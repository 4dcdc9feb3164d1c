/*
 * A keyd of its own for a test, which plays init, runner and ledgerd: the
 * pipes are real and in packet mode, and stay when the process dies.
 */
#ifndef TESTDAEMON_H
#define TESTDAEMON_H

#include <atf-c.h>

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg/chan.h"
#include "lib/share.h"

struct daemon {
	pid_t		 pid;
	int		 pipes[4][2];	/* to and from runner, ledgerd */
	int		 notify;
	struct shares	 shares;
	char		 vkey[VKEY_MAX + 1];	/* see talk_info() */
	char		 name[160];	/* what came with the readiness */
	bool		 ledger_told;	/* see talk_ledger() */
	uint32_t	 heartbeat_s;	/* what keyd replied */
	unsigned char	 site[DIGEST_LEN];
	struct chan	 runner, ledgerd;	/* the test's ends */
};

/* Makes the pipes and the test's ends. */
void	daemon_init(struct daemon *);

/*
 * Starts the image's own program, build/bin/keyd, with sandbox and all, or
 * skips the test when it is not built.  Its log goes to the file `log'.
 */
void	daemon_start(struct daemon *, const atf_tc_t *);
/* The same logic under the sanitizers, without the sandbox. */
void	daemon_start_logic(struct daemon *);

/* Waits for readiness and for both conversations. */
void	daemon_await_ready(struct daemon *);
/* Waits for its end; returns the exit status, or -1 for a signal. */
int	daemon_await_end(struct daemon *);
void	daemon_kill(struct daemon *);

/* The next message of this type, within 10 s. */
void	daemon_await(struct chan *, enum msg, struct get *);

/* 0 when the log holds these words. */
int	daemon_check_log(const char *words);

#endif
