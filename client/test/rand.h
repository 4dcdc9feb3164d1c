/*
 * For tests: random changes that a seed repeats.  CASEMATE_SEED=N in the
 * environment repeats a run; CASEMATE_ROUNDS=N makes it longer.
 */
#ifndef RAND_H
#define RAND_H

#include <stddef.h>
#include <stdint.h>

/* Takes and prints the seed.  Returns the number of rounds. */
uint64_t	rand_init(uint64_t usual_rounds);
uint64_t	rand_seed(void);
/* From 0 to below - 1. */
size_t		rand_below(size_t below);

#endif
