#include "console_pipe.h"

#include <unistd.h>

#include "lib/msg/codec.h"
#include "lib/wire.h"

#define WHOLE	0x03	/* the first and last packet of its message */

/* Writes a message as one packet.  What does not fit into the pipe is lost. */
static void
send_packet(int out, enum msg type, const struct put *payload)
{
	unsigned char packet[CONSOLE_PIPE_PACKET];
	struct put p;

	put_init(&p, packet, sizeof(packet));
	put_u8(&p, WHOLE);
	put_u32(&p, (uint32_t)payload->len + 1);
	put_u8(&p, (uint8_t)type);
	put_raw(&p, payload->base, payload->len);
	if (payload->err == 0 && p.err == 0)
		(void)!write(out, p.base, p.len);
}

static void
send_welcome(int out, uint64_t epoch)
{
	unsigned char payload[CONSOLE_PIPE_PACKET];
	struct put p;

	put_init(&p, payload, sizeof(payload));
	msg_put_chan_welcome(&p, &(struct msg_chan_welcome){ epoch });
	send_packet(out, MSG_CHAN_WELCOME, &p);
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
	struct msg_init_command m;
	struct msg_chan_hello hello;
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
	if (type == MSG_CHAN_HELLO && msg_get_chan_hello(&g, &hello) == 0) {
		send_welcome(out, hello.epoch);
		return CONSOLE_PIPE_NONE;
	}
	if (type == MSG_INIT_COMMAND && msg_get_init_command(&g, &m) == 0)
		return command(m.command, which);
	return CONSOLE_PIPE_BAD;
}

void
console_pipe_send_service(int out, const struct super *s, uint64_t up_ms)
{
	const struct msg_init_service m = {
		.name = s->name, .state = (uint8_t)s->state,
		.pid = (uint32_t)s->pid, .restarts = s->restarts,
		.up_ms = up_ms,
	};
	unsigned char payload[CONSOLE_PIPE_PACKET];
	struct put p;

	put_init(&p, payload, sizeof(payload));
	msg_put_init_service(&p, &m);
	send_packet(out, MSG_INIT_SERVICE, &p);
}
