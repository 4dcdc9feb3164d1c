/*
 * A data disk may be slow, or never respond.  init cannot log while the kernel
 * waits for a disk on its behalf, so a child process does.
 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <sys/types.h>

/*
 * From here on, every 3 s: "still opening the data disk after 3 s; the disk is
 * slow or does not respond".  Returns the child for patience_end(), or -1:
 * then nothing is logged.
 */
pid_t	patience_begin(const char *doing);
/* Keeps errno. */
void	patience_end(pid_t);

#endif
