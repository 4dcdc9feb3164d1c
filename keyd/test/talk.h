/*
 * What a test says to its keyd as runner and ledgerd, and what it expects to
 * hear.  Every function ends the test when it hears something else.
 */
#ifndef TESTTALK_H
#define TESTTALK_H

#include <stdbool.h>
#include <stdint.h>

#include "keyd/decide.h"
#include "daemon.h"

/* As the runner: who are you?  Fills d->vkey. */
void	talk_info(struct daemon *);
void	talk_decide(struct daemon *, uint32_t seq, const struct submission *);
void	talk_expect_measure(struct daemon *, uint32_t seq, const char *name);
/* A grant of alice's job `hello'. */
void	talk_expect_grant(struct daemon *, uint32_t seq);
/* The submitter is alice when the command's signature held, else nobody. */
void	talk_expect_deny(struct daemon *, uint32_t seq, enum reason,
	    bool signed_command, char message[TEXT_MAX]);

/* The command as an order to read, with no job's output kept. */
void	talk_order(struct daemon *, uint32_t seq, const struct submission *);
/*
 * A READ_GRANT, or with a reason a READ_DENY of a signed order: of alice's, and
 * about these leaves.
 */
void	talk_expect_order(struct daemon *, uint32_t seq, unsigned reason,
	    unsigned verb, uint64_t first, uint32_t count);

/* As ledgerd: sign this size, and a root of this byte. */
void	talk_checkpoint(struct daemon *, uint64_t size, int root);
void	talk_expect_signed(struct daemon *, uint64_t size, int root);
void	talk_expect_denied(struct daemon *, uint64_t size, const char *words);

#endif
