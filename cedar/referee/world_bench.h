/*
 * The workload of cedar_bench: a site with 400 entities, any number of rules of
 * the kinds that sites write, and requests, some of them allowed.  Always the
 * same texts, so that the official engine can read them, too.
 */
#ifndef CEDAR_REFEREE_WORLD_BENCH_H
#define CEDAR_REFEREE_WORLD_BENCH_H

#include <stddef.h>

#define WORLD_REQUESTS	1000

/* Memory for the caller to free, and its length; NULL with ENOMEM. */
char	*world_entities(size_t *len);
char	*world_policies(unsigned n, size_t *len);
/* An array of {"principal", "action", "resource", "context"}. */
char	*world_requests(size_t *len);

#endif
