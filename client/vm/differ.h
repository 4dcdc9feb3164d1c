/*
 * Whether the appliance that is up is the one that `up' was asked for.
 */
#ifndef DIFFER_H
#define DIFFER_H

#include "state.h"

/*
 * What tells this file from another one and from a later one of its name; "0"
 * when there is no such file.
 */
void	differ_stamp(const char *path, char stamp[STAMP_MAX]);

/*
 * What differs, as a list for "is up with ...": "--memory 192, not 512, another
 * site".  "" when nothing does.  The caller frees.
 */
char	*differ_text(const struct vm_state *runs, const struct vm_state *asked);

#endif
