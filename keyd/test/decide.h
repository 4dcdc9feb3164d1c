/*
 * For tests of decisions: an authority, and one submission to it.  Every
 * function ends the test when it fails; what was opened last is in `t'.
 */
#ifndef TESTDECIDE_H
#define TESTDECIDE_H

#include "keyd/authority.h"
#include "keyd/decide.h"
#include "submission.h"

struct trial {
	struct authority a;
	struct kit	 k;
	struct decision	 d;
	int		 statefd, sitefd;
};

extern struct trial t;

/*
 * A site in which alice (Ed25519) and bob (P-256) may sign anything; carol
 * only manifests, dave until 2026, erin from 2030; mallory is not listed.
 */
void	trial_site(void);
void	trial_open(uint64_t now);
/* Both, and a good submission by these two, not decided yet. */
void	trial_start(const char *submitter, const char *author);
/* Decides it; its reason. */
enum reason	trial_judge(uint64_t now);
/* It is refused for this reason, in these words; closes all. */
void	trial_refused(enum reason, bool signed_command, const char *words);
/* Turns one bit of a byte that is in the middle. */
void	trial_change(struct bytes, void *owner);

#endif
