/*
 * The attached runtimes and the measurements of their disks: the SHA-256 of a
 * whole disk, which is the `sha256sum' of its image file.  The runner measures
 * a runtime when keyd first asks for it.
 */
#ifndef RUNTIMES_H
#define RUNTIMES_H

#include <stddef.h>

#include "lib/msg/msg.h"
#include "wire.h"

#define RUNTIMES_MAX	16	/* as many disks as `casemate up' attaches */

enum runtime_state {
	RUNTIME_UNMEASURED,
	RUNTIME_MEASURED,
	RUNTIME_UNREADABLE,	/* the disk failed or was too slow */
};

struct runtime {
	char			name[NAME_MAX_LEN + 1];
	enum runtime_state	state;
	unsigned char		sha256[DIGEST_LEN];	/* once measured */
};

struct runtimes {
	size_t		n;
	struct runtime	list[RUNTIMES_MAX];
};
#define RUNTIMES_WIRE_MAX \
	(4 + RUNTIMES_MAX * (4 + NAME_MAX_LEN + 1 + 4 + DIGEST_LEN))

/* The runtime of this name, or NULL. */
const struct runtime	*runtimes_find(const struct runtimes *,
			    const char *name);

void	runtimes_put(struct put *, const struct runtimes *);
/* Fills it; a malformed message sets the get's error. */
void	runtimes_get(struct get *, struct runtimes *);

#endif
