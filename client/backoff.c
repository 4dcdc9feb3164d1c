#include "backoff.h"

#include <sys/random.h>

#include <errno.h>
#include <time.h>

unsigned
backoff_next(struct backoff *b)
{
	const unsigned ms = b->next_ms;
	unsigned drawn = 0;

	b->next_ms = ms > b->most_ms / 2 ? b->most_ms : 2 * ms;
	/* Without random bytes it is the shortest. */
	(void)!getrandom(&drawn, sizeof(drawn), GRND_NONBLOCK);
	return ms / 2 + drawn % (ms - ms / 2 + 1);
}

void
backoff_sleep(unsigned ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}
