/*
 * hello [WORD...] - prints its words, computes, says who it is, and exits with
 * 0.  The computation: how many primes are below 100000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BELOW	100000

static int
count_primes(void)
{
	static char composite[BELOW];
	int n = 0;

	for (int i = 2; i < BELOW; i++) {
		if (composite[i])
			continue;
		n++;
		for (int k = 2 * i; k < BELOW; k += i)
			composite[k] = 1;
	}
	return n;
}

int
main(int argc, char *argv[])
{
	char host[64] = "";
	const char *lang = getenv("GREETING");

	printf("%s", lang != NULL ? lang : "hello");
	for (int i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	printf("\n");
	gethostname(host, sizeof(host) - 1);
	printf("I am user %u, process %d, on %s\n", (unsigned)getuid(),
	    (int)getpid(), host);
	printf("%d primes below %d\n", count_primes(), BELOW);
	fprintf(stderr, "hello on standard error\n");
	return 0;
}
