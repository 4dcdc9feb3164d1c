/*
 * Packs an operator's site as the cpio archive that the hypervisor passes to
 * the appliance as initrd.
 */
#ifndef SITEMAKE_H
#define SITEMAKE_H

#include "buf.h"
#include "lib/settings.h"

/*
 * Loads the site in DIR as keyd does (client/sitefolder.h) and appends the
 * archive to `cpio'.  Complains and returns -1.
 */
int	sitemake_cpio(const char *dir, struct buf *cpio, struct settings *);

#endif
