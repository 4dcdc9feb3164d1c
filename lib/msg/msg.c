#include "msg.h"

const char *
peer_name(enum peer p)
{
	static const char *const names[] = {
		[PEER_ANY] = "any", [PEER_INIT] = "init", [PEER_GATE] = "gate",
		[PEER_RUNNER] = "runner", [PEER_KEYD] = "keyd",
		[PEER_LEDGERD] = "ledgerd", [PEER_CONSOLE] = "console",
	};

	return names[p];
}
