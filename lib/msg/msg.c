#include "msg.h"

static const struct msg_info table[] = {
#define MSG(name, nr, from, to, max)	\
	{ #name, nr, PEER_##from, PEER_##to, max },
#include "msg.def"
#undef MSG
};

const struct msg_info *
msg_info(unsigned nr)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].nr == nr)
			return &table[i];
	return NULL;
}

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
