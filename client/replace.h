/*
 * Puts a regular file in its place: written beside it, synced and renamed, so
 * that it is there whole or not at all.  Nothing is printed.  The caller holds
 * back the signals that would end the program meanwhile.
 */
#ifndef REPLACE_H
#define REPLACE_H

#include <sys/types.h>

#include <stddef.h>

/* Returns 0 when a file could be made in the folder of path, else -1. */
int	replace_try(const char *path);

/* Makes the file.  Returns 0, or -1 with errno. */
int	replace_new(const char *path, const void *data, size_t len, mode_t);

/*
 * Replaces a file that is open for writing; mode and owner stay.  Where that
 * is not possible (its folder is not writable, its owner cannot be kept,
 * something is mounted on it) it is written in place.  Returns 0, or -1 with
 * errno and the file as it was, or -2 with errno and the file incomplete.
 */
int	replace_open_file(int fd, const void *data, size_t len);

/* The folder of a path; the caller frees it. */
char	*replace_folder(const char *path);

/*
 * The path of an open file, all links followed: by the kernel, which refuses
 * those that another user left in a folder like /tmp.  The caller frees it.
 * NULL when it has none.
 */
char	*replace_path(int fd);

#endif
