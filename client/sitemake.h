/*
 * An operator's site: what an appliance needs of its owner, as the cpio
 * archive that the hypervisor passes as initrd.
 */
#ifndef SITEMAKE_H
#define SITEMAKE_H

#include "buf.h"
#include "lib/settings.h"

/*
 * Loads the site in DIR as keyd would (client/sitefolder.h) and appends the
 * archive to `cpio'.  Complains with file and line, and answers -1.
 */
int	sitemake_cpio(const char *dir, struct buf *cpio, struct settings *);

#endif
