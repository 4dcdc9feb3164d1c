/* Commits of other events than the runner's; see ledgerd.h for the rest. */
#ifndef COMMIT_H
#define COMMIT_H

#include <stddef.h>

#include "lib/msg/event.h"
#include "ledgerd.h"

/* A leaf that gets a transaction of its own. */
struct own_leaf {
	const struct event_info	*event;
	struct leaf_data	 data;
	size_t			 reserve;	/* bytes that must stay free */
	const char		*name;		/* of the meta table, or NULL */
	const char		*value;		/* is set to this text with it */
	const unsigned char	*site;		/* whose files are beside it */
};

/*
 * Writes the leaf.  Returns NULL, or why nothing was written; exits when the
 * outcome is not known.
 */
const char	*commit_own(struct ledgerd *, const struct own_leaf *);

#endif
