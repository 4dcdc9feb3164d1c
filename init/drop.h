/*
 * What process 1 gives up once the appliance is set up.  It keeps what
 * supervision needs: docs/boot.md lists each capability and why.
 */
#ifndef DROP_H
#define DROP_H

/* Returns 0, or -1 after a message on the log. */
int	drop_privileges(void);

#endif
