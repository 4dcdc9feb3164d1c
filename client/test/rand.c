#include "rand.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t seed, state;

static uint64_t
number(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text == NULL ? usual : strtoull(text, NULL, 10);
}

uint64_t
rand_init(uint64_t usual_rounds)
{
	seed = state = number("CASEMATE_SEED", (uint64_t)time(NULL));
	printf("CASEMATE_SEED=%llu\n", (unsigned long long)seed);
	return number("CASEMATE_ROUNDS", usual_rounds);
}

uint64_t
rand_seed(void)
{
	return seed;
}

size_t
rand_below(size_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(state >> 33) % below;
}
