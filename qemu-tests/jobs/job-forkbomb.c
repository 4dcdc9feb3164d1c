/*
 * Forks without end.  Says when it cannot any more, and goes on trying, with
 * all its children, until it is ended.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(void)
{
	int told = 0;
	pid_t first = getpid();

	for (;;) {
		pid_t pid = fork();

		if (pid == -1 && !told && getpid() == first) {
			dprintf(1, "fork: %s\n", strerror(errno));
			told = 1;
		}
		if (pid == -1)
			usleep(10000);
	}
}
