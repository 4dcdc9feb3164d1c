/* Pauses between tries, each twice as long as the one before, up to a most. */
#ifndef BACKOFF_H
#define BACKOFF_H

struct backoff {
	unsigned	next_ms, most_ms;	/* next_ms: the first pause */
};

/*
 * The next pause: at random between half of its length and all of it, so that
 * clients that were refused together do not come back together.
 */
unsigned	backoff_next(struct backoff *);

void		backoff_sleep(unsigned ms);

#endif
