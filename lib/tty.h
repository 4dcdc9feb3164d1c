/*
 * The mode of the operator's terminal.  In the kernel's usual mode a byte can
 * end the input (Ctrl-D), stop all output (Ctrl-S) or discard it (Ctrl-C).
 */
#ifndef TTY_H
#define TTY_H

/*
 * Sets a mode without special bytes and without echo, in which read(2) returns
 * what has arrived.  Output still turns "\n" into "\r\n".  Returns 0, also when
 * the mode was set already, or -1 with errno.
 */
int	tty_set_plain(int fd);

#endif
