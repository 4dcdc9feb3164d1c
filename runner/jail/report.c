#include "report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/wire.h"
#include "lib/codes.h"

#define REPORT_MAX	(1 + 1 + 4 + 1 + 4 + TEXT_MAX)	/* below PIPE_BUF */

int
report_send(int fd, const struct report *r)
{
	unsigned char buf[REPORT_MAX];
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_u8(&p, (uint8_t)r->kind);
	put_u8(&p, r->reason);
	put_u32(&p, r->value);
	put_u8(&p, r->full);
	put_cstr(&p, r->text);
	if (p.err != 0 || write(fd, buf, p.len) != (ssize_t)p.len)
		return -1;
	return 0;
}

int
report_read(int fd, struct report *r)
{
	unsigned char buf[REPORT_MAX];
	struct get g;
	ssize_t n;

	do
		n = read(fd, buf, sizeof(buf));
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return 0;
	if (n <= 0) {
		errno = n == 0 ? 0 : errno;
		return -1;
	}
	get_init(&g, buf, (size_t)n);
	memset(r, 0, sizeof(*r));
	r->kind = (enum report_kind)get_u8(&g);
	r->reason = get_u8(&g);
	r->value = get_u32(&g);
	r->full = get_u8(&g);
	get_cstr(&g, r->text, sizeof(r->text));
	if (get_end(&g) == -1)
		return -1;
	if (r->kind < REPORT_REFUSED || r->kind > REPORT_ENDED ||
	    r->full > REPORT_FULL_ALL ||
	    (r->kind == REPORT_REFUSED && reason_word(r->reason) == NULL)) {
		errno = EBADMSG;
		return -1;
	}
	return 1;
}
