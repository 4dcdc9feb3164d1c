/*
 * Writes the output files that a user names; file_save() does it at once.
 *
 * A regular file, and one that is not there, is put in its place as replace.h
 * says; signals wait until then.
 *
 * A link stays, and its target is written.  What is not a regular file is
 * written into: a device, a terminal, a FIFO once a program reads from it.  So
 * is the file or socket that is standard output or error.  Folders and other
 * sockets are refused, and so is `-', which could mean two things.
 */
#ifndef SAVE_H
#define SAVE_H

#include <sys/types.h>

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct save {
	const char	*path;		/* of the caller */
	mode_t		 mode;		/* of a new file */
	int		 fd;		/* of what is written into, else -1 */
};

/*
 * Checks that `path' can be written, and leaves a regular file as it is.
 * save_close() in any case.  Complains and returns -1.
 */
int	save_open(struct save *, const char *path, mode_t);
/* True when data is written into it: no file replaces it. */
bool	save_is_stream(const struct save *);
/* Writes all of it, once.  Complains and returns -1. */
int	save_data(struct save *, const void *data, size_t len);
void	save_close(struct save *);

/*
 * Blocks the signals that would end us while a temporary file is there, until
 * sigprocmask() sets *old again.
 */
void	save_hold_signals(sigset_t *old);

/*
 * For a link whose target does not exist: the target's path, which the caller
 * frees.  Complains and returns NULL when no file can be made there.
 */
char	*save_resolve(const char *path, mode_t);

#endif
