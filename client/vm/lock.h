/*
 * One `up' or `down' of an appliance at a time.  The lock's file also says who
 * holds it, so that `down' can stop an `up' that is at work.
 */
#ifndef LOCK_H
#define LOCK_H

#include <stdint.h>

#include "proc.h"

enum lock_user {
	LOCK_UNKNOWN,	/* it has just been taken or released */
	LOCK_UP,
	LOCK_DOWN,
};

/*
 * Locks out other `up' and `down' of this name until the descriptor, which it
 * returns, is closed.  Returns -1 with EWOULDBLOCK when another one holds the
 * lock; then *holder is its process and *user what it is.  Complains and
 * returns -1 with any other errno.
 */
int	lock_try(const char *name, enum lock_user, struct proc *holder,
	    enum lock_user *user);

/* The same, but tries until the deadline (of lib/clock.h). */
int	lock_wait(const char *name, enum lock_user, uint64_t deadline);

/*
 * Who held it last, LOCK_UNKNOWN when that process has ended.  An `up' that
 * runs in the foreground may have released it.
 */
enum lock_user lock_last(const char *name);

/* Complains that the lock is held. */
void	lock_say_held(const char *name, enum lock_user);

#endif
