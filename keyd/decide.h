/*
 * The decision over one submission, in this order: signature of the command,
 * then its fields; whether its signer has some of his shares left; manifest's
 * digest and signature, then its fields; the runtime's measurement; the site's
 * rules; the secrets; last the nonce, so that a refusal for another reason does
 * not use it up.  A refusal for a share is not signed_command: nothing is used
 * up, and no leaf is made of it.
 *
 * An order to explain goes the same way as far as the secrets; the rules' word
 * is then told in full.  No nonce is taken and nothing is granted.
 */
#ifndef DECIDE_H
#define DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authority.h"
#include "lib/command.h"
#include "lib/grant.h"
#include "lib/kept_jobs.h"
#include "lib/runtimes.h"
#include "lib/share_left.h"
#include "lib/why.h"
#include "lib/codes.h"

struct submission {
	struct bytes		command, command_sig;
	struct bytes		manifest, manifest_sig;
	const struct runtimes	*runtimes;	/* attached, some measured */
	const struct share_left	*left;		/* of the signers' shares */
};

/* A query, and the jobs whose output it may ask for. */
struct query_submission {
	struct bytes		command, command_sig;
	const struct share_left	*left;
	const struct kept_jobs	*jobs;
};

/*
 * What was decided.  `reason' 0: the grant is good and its nonce is recorded.
 * Else `why' says what to do.
 */
struct decision {
	enum reason	reason;
	bool		signed_command;	/* a run's command's signature held */
	bool		explained;	/* the text below is the answer, and
					   reason is 0, REASON_POLICY
					   or REASON_SECRET */
	bool		measure;	/* refused only until the runner has
					   measured the manifest's runtime */
	struct why	why;
	struct command	command;	/* its fields, once they were read */
	struct who	who;		/* as far as it was verified; the same
					   in the grant, at the end */
	uint32_t	fields;		/* mask of those that a query's signer
					   may see; see withheld.h */
	struct grant	grant;		/* of a refusal: as far as it was
					   verified; no name: not read */
	size_t		explanation_len;
	char		explanation[EXPLAINED_MAX];
};

/* The caller frees d->grant in any case. */
void	decide(struct authority *, const struct submission *, uint64_t now,
	    struct decision *d);

/*
 * The same for a query: the command's signature, its fields, the rules, the
 * nonce.  `reason' 0: d->command says what may be read or forgotten, by
 * d->who.submitter, who may see d->fields of leaves.
 */
void	decide_query(struct authority *, const struct query_submission *,
	    uint64_t now, struct decision *d);

#endif
