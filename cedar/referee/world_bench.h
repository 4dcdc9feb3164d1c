/*
 * The workload that cedar_bench measures: a site with 400 entities, any number
 * of rules of the kinds that sites write, and requests of which some are
 * allowed.  The same every time, as texts, so that the official engine can be
 * given the very same.
 */
#ifndef CEDAR_REFEREE_WORLD_BENCH_H
#define CEDAR_REFEREE_WORLD_BENCH_H

#include <stddef.h>

#define WORLD_REQUESTS	1000

/* Each answers memory to be freed, with its length; NULL with ENOMEM. */
char	*world_entities(size_t *len);
char	*world_policies(unsigned n, size_t *len);
/* An array of {"principal", "action", "resource", "context"}. */
char	*world_requests(size_t *len);

#endif
