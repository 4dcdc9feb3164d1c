/*
 * Any bytes from an appliance: the client reads frames of known types and
 * allowed lengths until it refuses.
 */
#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "conn.h"

#define INPUT_MAX	60000	/* less than a socket holds */

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct conn c = { .fd = -1 };
	struct why w = { "" };
	struct hello h;
	struct conn_frame f;
	int pair[2], got;

	if (len > INPUT_MAX)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1 ||
	    write(pair[1], data, len) != (ssize_t)len)
		abort();
	close(pair[1]);
	c.fd = pair[0];
	while ((got = conn_next(&c, 1000, &f, &w)) == 1) {
		if (f.body.left > client_max(f.type))
			abort();
		if (f.type == CLIENT_HELLO &&
		    conn_get_hello(&h, &f.body, &w) == -1 && w.text[0] == '\0')
			abort();
	}
	if (got == -1 && w.text[0] == '\0')
		abort();
	conn_close(&c);
	return 0;
}
