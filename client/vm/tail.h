/* The ends of the logs in an appliance's state folder. */
#ifndef TAIL_H
#define TAIL_H

#include <stdbool.h>

#include "client/buf.h"

/* Appends the last 4 KiB of a log.  -1 when it cannot be read. */
int	tail_read(const char *name, const char *file, struct buf *out);

/* Whether those 4 KiB have this text. */
bool	tail_has(const char *name, const char *file, const char *text);

/* Prints the last lines of `whose' log, or that there are none. */
void	tail_show(const char *name, const char *whose, const char *file);

#endif
