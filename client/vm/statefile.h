/*
 * The file `state' as text: one line for each member of struct vm_state.
 */
#ifndef STATEFILE_H
#define STATEFILE_H

#include "state.h"

#define STATEFILE_MAX	(64u << 10)	/* two paths, each byte as \xNN */

void	statefile_format(struct buf *, const struct vm_state *);

/*
 * Back from text.  Returns -1 with EBADMSG when it is damaged, and with
 * EPROTONOSUPPORT when another version of casemate wrote it.
 */
int	statefile_parse(struct vm_state *, const char *text);

#endif
