/*
 * allowed CAPABILITY - makes the live probe's attempts that must fail without
 * this capability.  Prints a line "ATTEMPT: yes" or "ATTEMPT: no" for each, and
 * at the end how many succeeded.
 */
#include <stdbool.h>
#include <stdio.h>

#include "runner/jail/probe.h"

int
main(int argc, char *argv[])
{
	enum capability c;
	const char *what;
	size_t n = 0, succeeded = 0;

	if (argc != 2 || (c = capability_find(argv[1])) == CAPABILITY_COUNT)
		return 100;
	for (; (what = probe_name(c, n)) != NULL; n++) {
		bool works = probe_one(what) == 1;

		printf("%s: %s\n", what, works ? "yes" : "no");
		succeeded += works;
	}
	printf("%zu of %zu succeed\n", succeeded, n);
	return 0;
}
