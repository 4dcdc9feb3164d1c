/* What the appliance itself knows when it decides. */
#ifndef RULES_CONTEXT_H
#define RULES_CONTEXT_H

#include <stdint.h>

#include "lib/msg/msg.h"

struct rules_context {
	uint64_t	 now;	/* unix seconds */
	const char	*boot;	/* kept or ephemeral */
	/* Of the runtime that a job asks for; zeros: not measured. */
	unsigned char	 runtime_sha256[DIGEST_LEN];
};

#endif
