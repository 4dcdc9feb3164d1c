/*
 * What process 1 gives up once the appliance is set up.  It keeps what
 * supervision needs: docs/boot.md names each power and why.
 */
#ifndef POWERS_H
#define POWERS_H

/* 0, or -1, said on the log. */
int	powers_drop(void);

#endif
