/*
 * What a test sends to its keyd as runner and ledgerd, and what it expects.
 * Every function ends the test when something else comes.
 */
#ifndef KEYD_TALK_H
#define KEYD_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon.h"
#include "keyd/decide.h"
#include "submission.h"

/* As the runner: asks who keyd is.  Fills d->vkey. */
void	talk_info(struct daemon *);
void	talk_decide(struct daemon *, uint32_t seq, struct kit *);
void	talk_expect_measure(struct daemon *, uint32_t seq, const char *name);
/* A grant of alice's job `hello'. */
void	talk_expect_grant(struct daemon *, uint32_t seq);
/*
 * The submitter is alice if the command's signature was valid, else "".  `name'
 * is the manifest's, "" when it was not read.
 */
void	talk_expect_deny(struct daemon *, uint32_t seq, enum reason,
	    bool signed_command, const char *name, char message[TEXT_MAX]);

/* The command as a query, with no job's output kept. */
void	talk_query(struct daemon *, uint32_t seq, struct kit *);
/* A query of alice's, about these leaves and this field; what she sees. */
void	talk_expect_query_grant(struct daemon *, uint32_t seq, unsigned verb,
	    uint64_t first, uint32_t count, const char *field,
	    uint32_t fields);
/* The same when it was signed and is refused. */
void	talk_expect_query_deny(struct daemon *, uint32_t seq, enum reason,
	    unsigned verb, uint64_t first, uint32_t count,
	    const char *field);

/* As ledgerd: the ledger that was opened; takes the site from the reply. */
void	talk_ledger(struct daemon *, const char *source, const void *checkpoint,
	    size_t len);
/* A part of the site's nth file, which is this text of this file. */
void	talk_site_read(struct daemon *, uint32_t file, uint64_t offset,
	    const char *path, const void *data, size_t len);
/* Sign this size, and a root of this byte; for a new ledger by default. */
void	talk_checkpoint(struct daemon *, uint64_t size, int root);
void	talk_expect_signed(struct daemon *, uint64_t size, int root);
void	talk_expect_denied(struct daemon *, uint64_t size, const char *words);

#endif
