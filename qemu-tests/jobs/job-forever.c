/*
 * Never ends: ignores what it may ignore and says that it is there.  With the
 * argument "busy" it computes meanwhile.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	static volatile unsigned long n;

	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_IGN);
	(void)!write(1, "here\n", 5);
	while (argc > 1 && strcmp(argv[1], "busy") == 0)
		n++;
	for (;;)
		pause();
}
