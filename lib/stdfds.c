#include "stdfds.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define EXIT_FAILED	111	/* as EXIT_SYSTEM of log.h */

void
stdfds_fill(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		/* The lowest free number is this one.  Not close-on-exec. */
		if (open("/dev/null", O_RDONLY) != fd)
			_exit(EXIT_FAILED);
	}
}

int
stdfds_flush(void)
{
	return fflush(stdout) == EOF || ferror(stdout) ? -1 : 0;
}
