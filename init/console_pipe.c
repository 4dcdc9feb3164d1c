#include "console_pipe.h"

#include <string.h>
#include <unistd.h>

#include "lib/msg/msg.h"
#include "lib/wire.h"

#define WHOLE	0x03	/* the first and last packet of its message */

static void
begin(struct put *p, unsigned char packet[CONSOLE_PIPE_PACKET], enum msg type,
    size_t len)
{
	put_init(p, packet, CONSOLE_PIPE_PACKET);
	put_u8(p, WHOLE);
	put_u32(p, (uint32_t)len + 1);
	put_u8(p, (uint8_t)type);
}

static void
finish(int out, const struct put *p)
{
	if (p->err == 0)
		(void)!write(out, p->base, p->len);
}

static void
answer_hello(int out, uint64_t epoch)
{
	unsigned char packet[CONSOLE_PIPE_PACKET];
	struct put p;

	begin(&p, packet, MSG_CHAN_WELCOME, 8);
	put_u64(&p, epoch);
	finish(out, &p);
}

static enum console_pipe_event
command(uint8_t letter, enum service_id *which)
{
	if (letter >= '0' && letter < '0' + SERVICE_N) {
		*which = (enum service_id)(letter - '0');
		return CONSOLE_PIPE_KILL;
	}
	switch (letter) {
	case 'p':
		return CONSOLE_PIPE_POWEROFF;
	case 'r':
		return CONSOLE_PIPE_REBOOT;
	case 's':
		return CONSOLE_PIPE_STATUS;
	}
	return CONSOLE_PIPE_BAD;
}

enum console_pipe_event
console_pipe_read(int in, int out, enum service_id *which)
{
	unsigned char packet[CONSOLE_PIPE_PACKET];
	ssize_t n = read(in, packet, sizeof(packet));
	struct get g;
	uint32_t len;
	uint8_t flags, type;

	if (n <= 0)
		return CONSOLE_PIPE_NONE;
	get_init(&g, packet, (size_t)n);
	flags = get_u8(&g);
	len = get_u32(&g);
	type = get_u8(&g);
	if (g.err != 0 || flags != WHOLE || len != g.left + 1)
		return CONSOLE_PIPE_BAD;
	if (type == MSG_CHAN_HELLO && g.left == 8) {
		answer_hello(out, get_u64(&g));
		return CONSOLE_PIPE_NONE;
	}
	if (type == MSG_INIT_COMMAND && g.left == 1)
		return command(get_u8(&g), which);
	return CONSOLE_PIPE_BAD;
}

void
console_pipe_send_service(int out, const struct super *s, uint64_t up_ms)
{
	unsigned char packet[CONSOLE_PIPE_PACKET];
	struct put p;

	begin(&p, packet, MSG_INIT_SERVICE, 4 + strlen(s->name) + 17);
	put_cstr(&p, s->name);
	put_u8(&p, (uint8_t)s->state);
	put_u32(&p, (uint32_t)s->pid);
	put_u32(&p, s->restarts);
	put_u64(&p, up_ms);
	finish(out, &p);
}
