/*
 * Any bytes from an appliance: the client reads frames of known types and
 * allowed lengths until it refuses.  No PROOF of a smaller ledger, or of
 * another one of the same size, is accepted.
 */
#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "history.h"
#include "lib/consistency.h"

#define INPUT_MAX	60000	/* less than a socket holds */

static const struct checkpoint seen = { .size = 2, .root = { 1 } };

static void
try_proof(struct get g)
{
	struct checkpoint now;
	struct client_proof m;
	struct proof p;
	struct why w;

	if (client_get_proof(&g, &m) == -1 ||
	    proof_from_bytes(&p, m.first) == -1 ||
	    checkpoint_parse_note(&now, m.note.p, m.note.len, &w) == -1)
		return;
	if (history_judge(&seen, &now, &p) == HISTORY_GROWN &&
	    now.size <= seen.size && memcmp(now.root, seen.root,
	    sizeof(now.root)) != 0)
		abort();
}

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
		if (f.type == CLIENT_PROOF)
			try_proof(f.body);
		if (f.type == CLIENT_HELLO &&
		    conn_get_hello(&h, &f.body, &w) == -1 && w.text[0] == '\0')
			abort();
	}
	if (got == -1 && w.text[0] == '\0')
		abort();
	conn_close(&c);
	return 0;
}
