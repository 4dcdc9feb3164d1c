/* Pauses between tries: each twice as long as the last, up to a maximum. */
#ifndef BACKOFF_H
#define BACKOFF_H

struct backoff {
	unsigned	next_ms, most_ms;
};

/*
 * The next pause: a random part between half of its length and all of it, so
 * that clients that were refused at once do not come back at once.
 */
unsigned	backoff_next(struct backoff *);

void		backoff_sleep(unsigned ms);

#endif
