/* Standard input, output and error of the host's programs. */
#ifndef STDFDS_H
#define STDFDS_H

/*
 * Call this first.  A parent may have closed some of descriptors 0 to 2, and
 * the next file or socket would get such a number and receive what is written
 * to standard output.  Each closed one becomes /dev/null, open for reading
 * only: reading returns end of file and writing fails with EBADF, so that lost
 * output is an error.  Children inherit them.  Exits 111 on failure.
 */
void	stdfds_fill(void);

/*
 * Call this last.  Returns 0 when all output to standard output was written,
 * else -1.
 */
int	stdfds_flush(void);

#endif
