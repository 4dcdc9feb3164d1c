/*
 * Reads a command of any bytes; what is accepted must be exactly what
 * command_put writes.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	unsigned char again[COMMAND_MAX];
	struct command c;
	struct put p;
	struct why w;

	if (command_parse(&c, data, len, &w) == -1)
		return 0;
	put_init(&p, again, sizeof(again));
	command_put(&p, &c);
	if (p.err != 0 || p.len != len || memcmp(again, data, len) != 0)
		abort();
	command_check_time(&c, 1800000000, &w);
	return 0;
}
