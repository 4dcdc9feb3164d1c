#include "outlet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

void
outlet_init(struct outlet *o, bool safe)
{
	memset(o, 0, sizeof(*o));
	o->safe = safe;
	for (int i = 0; i < 2; i++)
		o->stream[i].terminal = isatty(i + 1) == 1;
}

static int
write_all(unsigned stream, const void *data, size_t len)
{
	const unsigned char *p = data;
	const int fd = (int)stream;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n == -1 && errno == EAGAIN) {
			struct pollfd pfd = { .fd = fd, .events = POLLOUT };

			poll(&pfd, 1, -1);
			continue;
		}
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			say_errno("cannot write the job's output to %s",
			    fd == 1 ? "standard output" : "standard error");
			return -1;
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Without --safe-output the filter only watches what a terminal gets. */
int
outlet_write(struct outlet *o, unsigned stream, const void *data, size_t len)
{
	struct safe *filter = &o->stream[stream - 1].filter;

	o->text.len = 0;
	if (o->safe || o->stream[stream - 1].terminal)
		safe_add(filter, &o->text, data, len);
	if (o->safe)
		return write_all(stream, o->text.data, o->text.len);
	return write_all(stream, data, len);
}

int
outlet_end(struct outlet *o)
{
	bool acted = false;
	int ret = 0;

	for (unsigned i = 0; i < 2; i++) {
		o->text.len = 0;
		safe_end(&o->stream[i].filter, &o->text);
		if (o->safe && write_all(i + 1, o->text.data, o->text.len)
		    == -1)
			ret = -1;
		acted |= o->stream[i].terminal && o->stream[i].filter.acted;
	}
	if (acted && !o->safe)
		say("the job's output had control characters, and this "
		    "terminal has obeyed them; --safe-output shows them "
		    "escaped");
	buf_free(&o->text);
	return ret;
}
