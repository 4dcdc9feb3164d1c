/*
 * UNIX stream sockets by paths of any length: a path that does not fit into
 * sockaddr_un is opened by its folder's descriptor in /proc.
 */
#ifndef UNIXSOCK_H
#define UNIXSOCK_H

/* A non-blocking socket connected to `path', or -1 with errno. */
int	unixsock_connect(const char *path);

/*
 * A socket that listens as `name' (mode 0600) in the folder.  Replaces a file
 * of this name.  -1 with errno.
 */
int	unixsock_listen(int dirfd, const char *name);

#endif
