/* Takes memory and writes to it until it is ended; says each 16 MiB. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP	(1u << 20)

int
main(void)
{
	for (unsigned n = 1;; n++) {
		char *p = malloc(STEP);

		if (p == NULL) {
			printf("malloc: no more after %u MiB\n", n - 1);
			return 1;
		}
		memset(p, (int)n, STEP);
		if (n % 16 == 0) {
			printf("%u MiB\n", n);
			fflush(stdout);
		}
	}
}
