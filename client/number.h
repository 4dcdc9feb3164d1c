/* Numbers on the command line. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/* Decimal digits only, at most max; else -1. */
int	number_parse(const char *, uint64_t max, uint64_t *);
/* The same with an optional K, M, G or T, powers of 1024. */
int	number_parse_size(const char *, uint64_t max, uint64_t *);

#endif
