/* Other programs whose output is read. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "client/buf.h"

/*
 * Runs argv with nothing on standard input and appends what it writes to
 * standard output and standard error.  After timeout_ms, or after 1 MiB, it is
 * ended.  Returns its exit status, 128 + signal when one ended it, or -1 when
 * it cannot be started, which is not printed.
 */
int	capture_run(const char *const argv[], int timeout_ms,
	    struct buf *out);

#endif
