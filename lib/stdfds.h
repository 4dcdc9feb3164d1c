/* Standard input, output and error of the host's programs. */
#ifndef STDFDS_H
#define STDFDS_H

/*
 * To be called first: whoever started this program may have closed some of
 * descriptors 0 to 2, and the next file or socket would get such a number and
 * what is meant for standard output.  Each that is closed becomes /dev/null,
 * open for reading alone: to read from it is the end of the file, and to write
 * to it fails with EBADF, so that lost output is an error.  Children inherit
 * them.  Exits 111 when that cannot be done.
 */
void	stdfds_fill(void);

/*
 * To be called last: 0 when all that was printed to standard output has been
 * written, else -1.
 */
int	stdfds_flush(void);

#endif
