/* signal N - ends by signal N; without N, by 11 (a fault in memory). */
#include <signal.h>
#include <stdlib.h>

int
main(int argc, char *argv[])
{
	raise(argc > 1 ? atoi(argv[1]) : SIGSEGV);
	return 0;
}
