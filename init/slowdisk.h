/*
 * A data disk may be slow, or never respond.  init cannot log while the kernel
 * waits for a disk on its behalf, so a child process does.
 */
#ifndef SLOWDISK_H
#define SLOWDISK_H

#include <sys/types.h>

/*
 * Starts the child, which logs every 3 s: "still opening the data disk after
 * 3 s; the disk is slow or does not respond".  Returns it for slowdisk_stop(),
 * or -1: then nothing is logged.
 */
pid_t	slowdisk_start(const char *doing);
/* Ends the child, which may be -1.  Keeps errno. */
void	slowdisk_stop(pid_t);

#endif
