/*
 * Whether the appliance that is up is the one that `up' was asked for.
 */
#ifndef DIFFER_H
#define DIFFER_H

#include "state.h"

/*
 * Identifies a file and its state: device, inode, size and time of change; "0"
 * for a file that does not exist.
 */
void	differ_stamp(const char *path, char stamp[STAMP_MAX]);

/*
 * What differs, as a list for "is up with ...": "--memory 192 and not 512,
 * another site".  "" when nothing does.  The caller frees.
 */
char	*differ_text(const struct vm_state *runs, const struct vm_state *asked);

#endif
