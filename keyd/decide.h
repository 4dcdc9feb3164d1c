/*
 * The decision over one submission, in this order: signature of the command,
 * then its fields; manifest's digest and signature, then its fields; then the
 * runtime's measurement; last the nonce, so that a refusal for another reason
 * does not use it up.
 */
#ifndef DECIDE_H
#define DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authority.h"
#include "grant.h"
#include "runtimes.h"
#include "why.h"
#include "words.h"

/* Outside bytes: any length, anything in them. */
struct bytes {
	const void	*p;
	size_t		 len;
};

struct submission {
	struct bytes	command, command_sig;
	struct bytes	manifest, manifest_sig;
	struct runtimes	runtimes;	/* attached here, as far as measured */
};

/*
 * What was decided.  `reason' 0: the grant is good and its nonce is recorded.
 * Else `why' says what to do; of the grant only job, submitter, author and the
 * digests count, as far as they were verified (else empty or zeros).
 */
struct decision {
	enum reason	reason;
	bool		signed_command;	/* the command's signature held */
	bool		measure;	/* refused only until the runner has
					   measured grant.runtime */
	struct why	why;
	struct grant	grant;
};

/* The caller frees d->grant in any case. */
void	decide(struct authority *, const struct submission *, uint64_t now,
	    struct decision *d);

#endif
