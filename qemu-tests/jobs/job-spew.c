/* spew [2] - writes to standard output (or error) without end. */
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	static char line[4096];
	int fd = argc > 1 && strcmp(argv[1], "2") == 0 ? 2 : 1;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (;;)
		if (write(fd, line, sizeof(line)) == -1)
			return 1;
}
