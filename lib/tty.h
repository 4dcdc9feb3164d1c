/*
 * The mode of the operator's line.  In the kernel's usual mode a byte can end
 * the input (Ctrl-D), stop all output (Ctrl-S) or throw it away (Ctrl-C).
 */
#ifndef TTY_H
#define TTY_H

/*
 * No byte is special, nothing is echoed, and each read(2) returns the bytes
 * that are there.  Output still turns "\n" into "\r\n".  0, also when the mode
 * was so already, or -1 with errno.
 */
int	tty_set_plain(int fd);

#endif
